// Asks a running Parley one question over GraphQL, with the answer streamed over a WebSocket, and one through OpenAI's
// own client, and prints both answers. `./run --check` starts it with PARLEY_URL, PARLEY_TOKEN and PARLEY_MODEL set.
// Exits 0, or 1 with one line that says what failed.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../tests/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { createClient } = await load('graphql-ws');
const { default: WebSocket } = await load('ws');
const { default: OpenAI } = await load('openai');

const url = process.env.PARLEY_URL;
const token = process.env.PARLEY_TOKEN;
const model = process.env.PARLEY_MODEL;
const limitMs = 180_000;

function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no end after ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function fail(what, reason) {
  const errors = reason?.errors ?? (Array.isArray(reason) ? reason : undefined);
  throw new Error(`${what}: ${errors ? JSON.stringify(errors) : (reason?.message ?? reason?.reason ?? String(reason))}`);
}

async function first(client, payload, what) {
  for await (const result of client.iterate(payload)) {
    if (result.errors) fail(what, result);
    return result.data;
  }
  fail(what, 'no result');
}

async function askGraphql(question) {
  const client = createClient({
    url: url.replace(/^http/, 'ws') + '/graphql',
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  try {
    const sent = await first(client, {
      query: `mutation Ask($input: SendMessageInput!) {
        sendMessage(input: $input) { conversation { id } turn { id } }
      }`,
      variables: { input: { content: question, wait: false, maxOutputTokens: 64 } },
    }, 'sendMessage');
    const turnId = sent.sendMessage.turn.id;
    let text = '';
    let pieces = 0;
    let seq = 0;
    for await (const { data, errors } of client.iterate({
      query: `subscription Follow($id: ID!) {
        turn(id: $id, after: 0) {
          seq kind text error { code message }
          message { content answer { model usage { inputTokens outputTokens totalTokens } } }
        }
      }`,
      variables: { id: turnId },
    })) {
      if (errors) fail('the turn subscription', errors);
      const event = data.turn;
      if (event.seq !== seq + 1) fail('the turn subscription', `event ${event.seq} came after ${seq}`);
      seq = event.seq;
      if (event.kind === 'DELTA') {
        text += event.text;
        pieces += 1;
      } else if (event.kind === 'RESTARTED') {
        text = '';
      } else if (event.kind === 'COMPLETE') {
        if (!text) fail('the turn subscription', 'the turn ended without a word');
        if (event.message && event.message.content !== text) {
          fail('the turn subscription', 'the streamed text is not the stored answer');
        }
        return { text, pieces, usage: event.message?.answer?.usage };
      } else if (event.kind !== 'STARTED') {
        fail('the turn', `${event.kind} ${JSON.stringify(event.error)}`);
      }
    }
    fail('the turn subscription', 'ended before the turn did');
  } finally {
    await client.dispose();
  }
}

async function askOpenAi(question) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0, timeout: limitMs });
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: question }],
    max_tokens: 64,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let pieces = 0;
  let usage;
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta?.content;
    if (piece) {
      text += piece;
      pieces += 1;
    }
    usage = chunk.usage ?? usage;
  }
  if (!text) fail("OpenAI's client", 'the answer is empty');
  if (!usage?.total_tokens) fail("OpenAI's client", 'no usage at the end of the stream');
  return { text, pieces, usage };
}

try {
  for (const [what, ask, question] of [
    ['GraphQL over WebSocket', askGraphql, 'What is the capital of France? Answer in one sentence.'],
    ["OpenAI's client", askOpenAi, 'Name three primary colours.'],
  ]) {
    const answer = await within(ask(question), what).catch((reason) => fail(what, reason));
    console.log(`${what}\n  asked:    ${question}\n  answered: ${answer.text.trim().replaceAll('\n', '\n            ')}`);
    console.log(`  in ${answer.pieces} pieces, usage ${JSON.stringify(answer.usage ?? null)}`);
  }
  process.exit(0);
} catch (reason) {
  console.error(`check failed: ${reason.message}`);
  process.exit(1);
}
