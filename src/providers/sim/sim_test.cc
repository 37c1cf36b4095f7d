// The simulated provider as a client sees it, over plain sockets.
#include "providers/sim/sim.h"

#include <cmath>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/server_harness.h"
#include "providers/sim/embeddings.h"
#include "tokens/tokenizer.h"

namespace parley::providers {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class Sim {
 public:
  explicit Sim(SimOptions options = {}) : sim_(made(std::move(options))), server_(sim_->handler()) {}

  std::uint16_t port() const { return server_.port(); }
  SimProvider& provider() { return *sim_; }
  // The answer's body; `head` gets the rest.
  std::string ask(std::string_view method, std::string_view path, std::string_view body = "",
                  std::string_view headers = "", std::string* head = nullptr) {
    net::RawSocket client(server_.port());
    client.send(std::string(method) + ' ' + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" +
                std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                std::string(body));
    return client.response(head);
  }
  std::string chat(std::string_view body, std::string_view headers = "", std::string* head = nullptr) {
    return ask("POST", "/v1/chat/completions", body, headers, head);
  }
  boost::json::value served() { return boost::json::parse(ask("GET", "/sim/served")); }
  boost::json::value requests() { return boost::json::parse(ask("GET", "/sim/requests")); }

 private:
  static std::unique_ptr<SimProvider> made(SimOptions options) {
    auto sim = SimProvider::make(std::move(options));
    if (!sim) throw std::runtime_error(sim.error().message);
    return std::move(*sim);
  }

  std::unique_ptr<SimProvider> sim_;
  net::RunningServer server_;
};

std::string hello(std::string_view model = "sim", std::string_view more = "") {
  return R"({"model":")" + std::string(model) + R"(","messages":[{"role":"user","content":"Hello"}])" +
         std::string(more) + '}';
}

std::int64_t completion_tokens(const std::string& reply) {
  return boost::json::parse(reply).at("usage").at("completion_tokens").as_int64();
}
std::string content(const std::string& reply) {
  return std::string(boost::json::parse(reply).at("choices").at(0).at("message").at("content").as_string());
}

TEST(Sim, answers_the_same_question_with_the_same_text) {
  Sim one;
  Sim other;
  Sim seeded({.seed = 2});
  const std::string text = content(one.chat(hello()));
  EXPECT_EQ(content(other.chat(hello())), text);
  EXPECT_NE(content(seeded.chat(hello())), text);
  EXPECT_NE(content(one.chat(hello("gpt-4o"))), text);
  EXPECT_EQ(content(one.chat(hello("sim-echo"))), "Hello");
}

TEST(Sim, answers_with_as_many_tokens_as_it_is_told) {
  Sim sim;
  EXPECT_EQ(completion_tokens(sim.chat(hello())), 16);
  EXPECT_EQ(completion_tokens(sim.chat(hello("sim-tokens-100"))), 100);
  EXPECT_EQ(completion_tokens(sim.chat(hello("sim-tokens-0"))), 0);
  EXPECT_EQ(completion_tokens(sim.chat(hello("sim"), "x-sim-tokens: 7\r\n")), 7);
  EXPECT_EQ(completion_tokens(sim.chat(hello("sim-full", R"(,"max_tokens":33)"))), 33);
  EXPECT_EQ(completion_tokens(sim.chat(hello("sim-full", R"(,"max_completion_tokens":34)"))), 34);
  const std::string cut = sim.chat(hello("sim", R"(,"max_tokens":5)"));
  EXPECT_EQ(completion_tokens(cut), 5);
  EXPECT_THAT(cut, HasSubstr(R"("finish_reason":"length")"));
  Sim varied({.behaviour = {.length = SimLength::kVary}});
  const std::int64_t tokens = completion_tokens(varied.chat(hello()));
  EXPECT_TRUE(tokens >= 1 && tokens <= 32) << tokens;
  EXPECT_EQ(completion_tokens(varied.chat(hello())), tokens);
}

TEST(Sim, streams_these_very_bytes) {
  Sim sim;
  std::string head;
  const std::string body = sim.chat(
      hello("sim-echo-cached-2", R"(,"stream":true,"stream_options":{"include_usage":true})"), "", &head);
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream"));
  const std::string start =
      R"(data: {"id":"chatcmpl-sim-1","object":"chat.completion.chunk","created":1700000000,"model":"sim-echo-cached-2")";
  EXPECT_EQ(
      body,
      start + R"(,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})" +
          "\n\n" + start + R"(,"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]})" +
          "\n\n" + start + R"(,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})" + "\n\n" + start +
          R"(,"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":1,"total_tokens":9,)" +
          R"("prompt_tokens_details":{"cached_tokens":2}}})" + "\n\ndata: [DONE]\n\n");
}

TEST(Sim, streams_the_same_events_in_pieces) {
  Sim sim;
  const std::string stream = hello("sim", R"(,"stream":true)");
  const std::string whole = sim.chat(stream);
  net::RawSocket client(sim.port());
  client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-sim-gap: 5\r\nContent-Length: " +
              std::to_string(stream.size()) + "\r\n\r\n" + stream);
  EXPECT_THAT(client.receive_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  std::string pieces;
  std::size_t count = 0;
  for (;; ++count) {
    const std::size_t size = std::stoul(client.receive_until("\r\n"), nullptr, 16);
    if (size == 0) break;
    pieces += client.receive_exactly(size);
    client.receive_exactly(2);
  }
  EXPECT_GT(count, 4U);
  EXPECT_EQ(pieces.size(), whole.size());
}

// Sends a request that is answered in a while; its answer is read from the socket.
void begin_stream(net::RawSocket& client, std::string_view model) {
  const std::string stream = hello(model, R"(,"stream":true)");
  client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " +
              std::to_string(stream.size()) + "\r\n\r\n" + stream);
}

TEST(Sim, counts_tokens_as_its_answers_have_them) {
  constexpr auto kEncoding = tokens::Encoding::kO200k;
  Sim sim;
  const std::string words = sim.chat(hello("sim-tokens-500"));
  EXPECT_EQ(tokens::count(kEncoding, content(words)), 500);
  const std::string said = R"(Grüße, 世界! 👩‍👩‍👧‍👦 it's  12345   x\n\n  ﷽ done)";
  const std::int64_t all = [&] {
    const std::string reply =
        sim.chat(R"({"model":"sim-echo","messages":[{"role":"user","content":")" + said + "\"}]}");
    EXPECT_EQ(completion_tokens(reply), tokens::count(kEncoding, content(reply)));
    EXPECT_THAT(reply, HasSubstr(R"("finish_reason":"stop")"));
    return completion_tokens(reply);
  }();
  for (std::int64_t most = 1; most <= all; ++most) {
    const std::string reply = sim.chat(R"({"model":"sim-echo","messages":[{"role":"user","content":")" +
                                       said + R"("}],"max_tokens":)" + std::to_string(most) + "}");
    EXPECT_LE(completion_tokens(reply), most);
    EXPECT_EQ(completion_tokens(reply), tokens::count(kEncoding, content(reply))) << most;
  }
}

TEST(Sim, counts_a_prompt_as_openai_says) {
  Sim sim;
  const auto prompt = [&](std::string_view messages) {
    const std::string reply = sim.chat(R"({"model":"sim","messages":[)" + std::string(messages) + "]}");
    return boost::json::parse(reply).at("usage").at("prompt_tokens").as_int64();
  };
  // Three for the reply's start, three for each message, one for its role, and the texts.
  EXPECT_EQ(prompt(R"({"role":"user","content":"Hello"})"), 3 + 3 + 1 + 1);
  EXPECT_EQ(prompt(R"({"role":"system","content":"Be brief."},{"role":"user","content":"Hello"})"),
            3 + 7 + 5);
  EXPECT_EQ(prompt(R"({"role":"user","content":[{"type":"text","text":"Hello"},{"type":"image_url"}]})"),
            3 + 3 + 1 + 1 + 85);
  EXPECT_EQ(prompt(R"({"role":"user","name":"Ann","content":"Hello"})"), 3 + 5 + 1 + 1);
}

TEST(Sim, refuses_what_is_beyond_its_capacity) {
  Sim sim({.capacity = 2});
  net::RawSocket one(sim.port());
  net::RawSocket two(sim.port());
  for (net::RawSocket* client : {&one, &two}) {
    begin_stream(*client, "sim-tokens-4-first-0-gap-300");
    client->receive_until("\n\n");
  }
  std::string head;
  EXPECT_THAT(sim.chat(hello("sim-retry-1500"), "", &head), HasSubstr("rate_limit_exceeded"));
  EXPECT_THAT(head, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(head, HasSubstr("Retry-After: 2\r\n"));
  one.receive_until("data: [DONE]");
  two.receive_until("data: [DONE]");
  EXPECT_EQ(completion_tokens(sim.chat(hello())), 16);
  EXPECT_EQ(sim.served().at("over_capacity"), 1);
  EXPECT_EQ(sim.served().at("most_at_once"), 2);
  EXPECT_EQ(sim.served().at("refused"), 1);
}

TEST(Sim, slows_down_beyond_its_capacity) {
  Sim sim({.capacity = 1, .slows = true});
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<net::RawSocket>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<net::RawSocket>(sim.port()));
    begin_stream(*clients.back(), "sim-tokens-11-gap-10");
  }
  for (auto& client : clients) client->receive_until("data: [DONE]");
  // Alone each takes 100 ms; together they take about as long as one after the other.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 250ms);
  EXPECT_EQ(sim.served().at("complete"), 4);
  EXPECT_EQ(sim.served().at("most_at_once"), 4);
}

TEST(Sim, takes_its_time) {
  Sim sim;
  const auto begin = std::chrono::steady_clock::now();
  sim.chat(hello("sim-tokens-5-first-20-gap-5"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 40ms);
  const std::string stream = hello("sim-tokens-5-rate-100", R"(,"stream":true)");
  net::RawSocket client(sim.port());
  client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " +
              std::to_string(stream.size()) + "\r\n\r\n" + stream);
  EXPECT_THAT(client.receive_until("data: [DONE]"), EndsWith("data: [DONE]"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 80ms);
}

TEST(Sim, refuses_as_it_is_told) {
  Sim sim({.keys = {"sk-1"}, .context_window = 10});
  std::string head;
  const std::string key = "Authorization: Bearer sk-1\r\n";
  EXPECT_THAT(sim.chat(hello(), "", &head), HasSubstr("invalid_api_key"));
  EXPECT_THAT(head, StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(sim.chat(hello("sim-429-retry-1500"), key, &head), HasSubstr("rate_limit_exceeded"));
  EXPECT_THAT(head, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(head, HasSubstr("Retry-After: 2\r\n"));
  EXPECT_THAT(head, HasSubstr("retry-after-ms: 1500\r\n"));
  sim.chat(hello(), key + "X-Sim-503: \r\n", &head);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 503"));
  const std::string longer =
      R"({"model":"sim","messages":[{"role":"user","content":")" + std::string(80, 'x') + "\"}]}";
  EXPECT_THAT(sim.chat(longer, key), HasSubstr("context_length_exceeded"));
  EXPECT_THAT(sim.chat(hello("sim-nosuchword"), key, &head), HasSubstr("nosuchword"));
  EXPECT_THAT(head, StartsWith("HTTP/1.1 404"));
  for (const std::string_view body : {"", "[]", "{}", R"({"model":"m"})", R"({"model":"m","messages":[]})",
                                      R"({"model":"m","messages":[7]})", R"({"model":7,"messages":[{}]})"}) {
    sim.chat(body, key, &head);
    EXPECT_THAT(head, StartsWith("HTTP/1.1 400")) << body;
  }
  sim.ask("GET", "/nothing", "", "", &head);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(sim.served().at("refused"), 12);
  EXPECT_EQ(sim.served().at("prompt_tokens"), 0);
}

TEST(Sim, keeps_account_by_model_and_key) {
  Sim sim;
  sim.chat(hello("a"), "Authorization: Bearer k1\r\n");
  sim.chat(hello("a", R"(,"stream":true)"), "Authorization: Bearer k2\r\n");
  sim.chat(hello("b", R"(,"max_tokens":2)"), "Authorization: Bearer k2\r\n");
  sim.ask("POST", "/v1/embeddings", R"({"model":"e","input":"four"})", "Authorization: Bearer k1\r\n");
  EXPECT_EQ(sim.served(),
            boost::json::parse(
                R"({"requests":4,"prompt_tokens":25,"cached_tokens":0,"completion_tokens":34,"open":0,
                    "complete":4,"cancelled":0,"faulted":0,"refused":0,"models":{
                    "a":{"requests":2,"prompt_tokens":16,"cached_tokens":0,"completion_tokens":32},
                    "b":{"requests":1,"prompt_tokens":8,"cached_tokens":0,"completion_tokens":2},
                    "e":{"requests":1,"prompt_tokens":1,"cached_tokens":0,"completion_tokens":0}},"keys":{
                    "k1":{"requests":2,"prompt_tokens":9,"cached_tokens":0,"completion_tokens":16},
                    "k2":{"requests":2,"prompt_tokens":16,"cached_tokens":0,"completion_tokens":18}},
                    "most_at_once":1,"over_capacity":0})"));
}

TEST(Sim, counts_what_was_produced_before_its_reader_left) {
  std::promise<SimServed> ended;
  Sim sim({.on_end = [&](const SimServed& served) { ended.set_value(served); }});
  const std::string stream = hello("sim-stall-4", R"(,"stream":true)");
  net::RawSocket client(sim.port());
  client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " +
              std::to_string(stream.size()) + "\r\n\r\n" + stream);
  for (int i = 0; i < 5; ++i) client.receive_until("\n\n");
  EXPECT_EQ(sim.served().at("open"), 1);
  client.close();
  const SimServed served = ended.get_future().get();
  EXPECT_EQ(served.outcome, SimOutcome::kCancelled);
  EXPECT_EQ(served.completion_tokens, 4);
  EXPECT_EQ(sim.served().at("cancelled"), 1);
  EXPECT_EQ(sim.served().at("open"), 0);
  EXPECT_EQ(sim.served().at("prompt_tokens"), 8);
}

TEST(Sim, remembers_the_very_bytes_of_the_last_requests) {
  Sim sim({.ledger = {.requests = 2, .body_bytes = 80}});
  sim.chat(hello("first"));
  sim.chat("{\"a\":\"\xff\"}");
  std::string third = hello("third");
  third.resize(180, ' ');
  sim.chat(third);
  const auto requests = sim.requests().as_array();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].at("number"), 2);
  EXPECT_EQ(requests[0].at("body_base64"), "eyJhIjoi/yJ9");
  EXPECT_EQ(requests[0].at("outcome"), "refused");
  EXPECT_EQ(requests[1].at("body").as_string(), third.substr(0, 80));
  EXPECT_EQ(requests[1].at("body_bytes").as_int64(), 180);
}

TEST(Sim, begins_anew_when_it_is_reset) {
  Sim sim({.prefix_cache = true});
  const std::string first = sim.chat(hello());
  EXPECT_THAT(sim.chat(hello()), HasSubstr(R"("cached_tokens":5)"));
  std::string head;
  sim.ask("POST", "/sim/reset", "", "", &head);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 204"));
  EXPECT_EQ(sim.served().at("requests"), 0);
  EXPECT_EQ(sim.requests().as_array().size(), 0U);
  EXPECT_EQ(sim.chat(hello()), first);
}

TEST(Sim, gives_each_fault_its_share_and_the_same_requests_the_same) {
  const auto statuses = [](std::uint64_t seed) {
    Sim sim({.seed = seed, .mix = {{"429", 0.25}, {"500", 0.25}}});
    std::string all;
    for (int i = 0; i < 200; ++i) {
      std::string head;
      sim.chat(hello(), "", &head);
      all += head.substr(9, 1);
    }
    return all;
  };
  const std::string one = statuses(1);
  const auto count = [&](char status) { return std::ranges::count(one, status); };
  EXPECT_GT(count('2'), 70);
  EXPECT_GT(count('4'), 30);
  EXPECT_GT(count('5'), 30);
  EXPECT_EQ(statuses(1), one);
  EXPECT_NE(statuses(2), one);
}

TEST(Sim, takes_no_mix_that_makes_no_sense) {
  const auto mix = parse_sim_mix("429=0.05,cut-3=0.01");
  ASSERT_TRUE(mix);
  EXPECT_EQ(mix->at(1).words, "cut-3");
  EXPECT_EQ(mix->at(1).share, 0.01);
  EXPECT_TRUE(parse_sim_mix(""));
  EXPECT_TRUE(parse_sim_mix("429=0.1,500=0.2,cut=0.7"));
  for (const std::string_view text : {"429", "429=", "429=x", "429=-1", "429=2", "429=0.6,500=0.6",
                                      "what=0.1", "429=nan", "399=0.1", "429=0.1 "}) {
    EXPECT_EQ(parse_sim_mix(text).error().code, base::ErrorCode::kBadUserInput) << text;
  }
  EXPECT_FALSE(SimProvider::make({.mix = {{"what", 0.1}}}));
  EXPECT_FALSE(SimProvider::make({.dimensions = 0}));
  EXPECT_FALSE(SimProvider::make({.capacity = -1}));
}

TEST(SimBehaviour, is_said_in_words) {
  SimBehaviour behaviour;
  ASSERT_TRUE(apply_model(behaviour, "sim-tokens-5-first-gap-7-nousage-429"));
  EXPECT_EQ(behaviour.tokens, 5);
  EXPECT_EQ(behaviour.first_token, 200ms);
  EXPECT_EQ(behaviour.gap, 7ms);
  EXPECT_FALSE(behaviour.usage);
  EXPECT_EQ(behaviour.fault, SimFault::kStatus);
  EXPECT_EQ(behaviour.fault_at, 429);
  SimBehaviour plain;
  ASSERT_TRUE(apply_model(plain, "gpt-sim-cut"));
  EXPECT_EQ(plain.fault, SimFault::kNone);
  for (const std::string_view model : {"sim-", "sim"}) EXPECT_TRUE(apply_model(plain, model)) << model;
  for (const std::string_view model : {"sim-what", "sim-399", "sim-5", "sim-tokens-9999999", "sim-cut--1",
                                       "sim-tokens-99999999999999999999", "sim-nousage-7"}) {
    EXPECT_FALSE(apply_model(plain, model)) << model;
  }
  EXPECT_FALSE(apply_headers(plain, {{"x-sim-what", ""}}));
  EXPECT_FALSE(apply_headers(plain, {{"x-sim-tokens", "many"}}));
  EXPECT_TRUE(apply_headers(plain, {{"X-SIM-Tokens", "9"}, {"x-other", "many"}}));
  EXPECT_EQ(plain.tokens, 9);
}

double nearness(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

TEST(SimEmbeddings, are_the_same_for_the_same_text_and_near_for_like_ones) {
  const auto at = [](std::string_view text) { return sim_embedding(text, 256, 1); };
  const auto cats = at("how do I feed my two cats");
  EXPECT_NEAR(nearness(cats, cats), 1, 1e-6);
  EXPECT_EQ(at("How do I feed, my two cats?"), cats);
  EXPECT_GT(nearness(cats, at("how do I feed my three cats")), 0.7);
  EXPECT_LT(nearness(cats, at("what is the capital of France")), 0.4);
  EXPECT_NEAR(nearness(at(""), at("?!")), 1, 1e-6);
}

TEST(SimEmbeddings, are_told_as_numbers_or_as_base64) {
  Sim sim({.dimensions = 2});
  EXPECT_EQ(sim.ask("POST", "/v1/embeddings", R"({"model":"e","input":["","?"]})"),
            R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,0]},)"
            R"({"object":"embedding","index":1,"embedding":[1,0]}],"model":"e",)"
            R"("usage":{"prompt_tokens":1,"total_tokens":1}})");
  EXPECT_THAT(sim.ask("POST", "/v1/embeddings", R"({"model":"e","input":"","encoding_format":"base64"})"),
              HasSubstr(R"("embedding":"AACAPwAAAAA=")"));
  EXPECT_THAT(sim.ask("POST", "/v1/embeddings", R"({"model":"e","input":"","dimensions":3})"),
              HasSubstr(R"("embedding":[1,0,0])"));
  for (const std::string_view body :
       {R"({"model":"e"})", R"({"model":"e","input":7})", R"({"model":"e","input":[7]})",
        R"({"model":"e","input":[]})", R"({"input":"a"})", R"({"model":"e","input":"a","dimensions":0})"}) {
    std::string head;
    sim.ask("POST", "/v1/embeddings", body, "", &head);
    EXPECT_THAT(head, StartsWith("HTTP/1.1 400")) << body;
  }
}

TEST(Sim, names_its_models) {
  Sim sim({.models = {"sim-slow"}});
  const auto models = boost::json::parse(sim.ask("GET", "/v1/models"));
  EXPECT_EQ(models.at("data").at(0).at("id"), "sim");
  EXPECT_EQ(models.at("data").at(1).at("id"), "sim-slow");
}

TEST(Sim, serves_several_workers_with_one_account) {
  auto made = SimProvider::make({});
  ASSERT_TRUE(made);
  {
    const net::RunningServer one((*made)->handler());
    const net::RunningServer other((*made)->handler());
    const auto ask = [](std::uint16_t port) {
      net::RawSocket client(port);
      for (int i = 0; i < 200; ++i) {
        const std::string body = hello();
        client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
        client.response();
      }
    };
    std::thread beside(ask, other.port());
    ask(one.port());
    beside.join();
  }
  EXPECT_THAT((*made)->ledger().served(), StartsWith(R"({"requests":400,"prompt_tokens":3200,)"));
  EXPECT_THAT((*made)->ledger().served(), HasSubstr(R"("complete":400)"));
}

}  // namespace
}  // namespace parley::providers
