"""OpenAI's SDK for Python, synchronous and asynchronous, against a running Parley. Prints a line for each check:
`ok<TAB>name` or `FAILED<TAB>name<TAB>why`. Run by tests/functional/openai_python."""
import asyncio
import os

import openai

BASE = os.environ["PARLEY_URL"] + "/v1"
TOKEN = os.environ["PARLEY_TOKEN"]
MESSAGES = [{"role": "user", "content": "Say something about ships."}]
client = openai.OpenAI(base_url=BASE, api_key=TOKEN, max_retries=0, timeout=20)


def whole_answer():
    reply = client.chat.completions.create(model="sim", messages=MESSAGES)
    assert reply.choices[0].message.content and reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def streamed_answer():
    whole = client.chat.completions.create(model="sim", messages=MESSAGES)
    text, usage = "", None
    for chunk in client.chat.completions.create(
            model="sim", messages=MESSAGES, stream=True, stream_options={"include_usage": True}):
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
        usage = chunk.usage or usage
    assert text == whole.choices[0].message.content, text
    assert usage.completion_tokens == whole.usage.completion_tokens


def many_at_once():
    async def ask(asking, i):
        text = ""
        async for chunk in await asking.chat.completions.create(
                model="sim", messages=[{"role": "user", "content": f"Number {i}"}], stream=True):
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        return text

    async def all_of_them():
        async with openai.AsyncOpenAI(base_url=BASE, api_key=TOKEN, max_retries=0, timeout=20) as asking:
            return await asyncio.gather(*(ask(asking, i) for i in range(30)))

    assert all(asyncio.run(all_of_them()))


def errors():
    for model, kind, code in [("none", openai.BadRequestError, "BAD_USER_INPUT"),
                              ("sim-429", openai.InternalServerError, "PROVIDER_UNAVAILABLE")]:
        try:
            client.chat.completions.create(model=model, messages=MESSAGES)
        except kind as error:
            assert error.code == code, error.code
        else:
            raise AssertionError(f"{model} was answered")
    try:
        openai.OpenAI(base_url=BASE, api_key="no", max_retries=0).models.list()
    except openai.AuthenticationError as error:
        assert error.code == "UNAUTHENTICATED"
    else:
        raise AssertionError("a bad token was taken")


def cut_stream():
    text = ""
    try:
        for chunk in client.chat.completions.create(model="sim-cut-2", messages=MESSAGES, stream=True):
            text += chunk.choices[0].delta.content or ""
    except openai.APIError as error:
        assert text and error.code == "PROVIDER_UNAVAILABLE", (text, error.code)
    else:
        raise AssertionError("a cut stream looked whole")


def tool_calls():
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
    reply = client.chat.completions.create(model="sim-tools", messages=MESSAGES, tools=tools)
    assert reply.choices[0].message.tool_calls[0].function.name == "weather"
    with client.chat.completions.stream(model="sim-tools", messages=MESSAGES, tools=tools) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert final.choices[0].message.tool_calls[0].function.name == "weather"


def models():
    assert "sim" in [model.id for model in client.models.list()]
    assert client.models.retrieve("sim").id == "sim"


for check in (whole_answer, streamed_answer, many_at_once, errors, cut_stream, tool_calls, models):
    try:
        check()
    except Exception as wrong:  # each check is counted, whatever it raises
        print(f"FAILED\t{check.__name__}\t{type(wrong).__name__}: {wrong}".replace("\n", " "))
    else:
        print(f"ok\t{check.__name__}")
