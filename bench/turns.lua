-- What wrk posts for bench/turns.sh: PARLEY_TOKEN is the bearer token, PARLEY_ASK says what is asked.
local ask = os.getenv("PARLEY_ASK")
local asks = {
  chat = { "/v1/chat/completions",
    [[{"model":"sim","messages":[{"role":"user","content":"What is the capital of France?"}]}]] },
  graphql = { "/graphql",
    [[{"query":"mutation($i:SendMessageInput!){sendMessage(input:$i){conversation{id} assistantMessage{status content}}}",]] ..
    [["variables":{"i":{"content":"What is the capital of France?"}}}]] },
}
local path, body = asks[ask][1], asks[ask][2]

request = function()
  return wrk.format("POST", path,
    { ["Authorization"] = "Bearer " .. os.getenv("PARLEY_TOKEN"), ["Content-Type"] = "application/json" }, body)
end
