#include "api/chat_completions.h"

#include <memory>
#include <utility>

#include <boost/json/parse.hpp>

#include "api/chat_reply.h"
#include "api/chat_request.h"
#include "api/errors.h"
#include "net/sse_writer.h"

namespace parley::api {

namespace json = boost::json;
using base::Awaitable;
using base::Deadline;
using base::ErrorCode;
using base::Result;

namespace {

// How long a stream's head waits for the first word, so that an error that comes instead has a status of its
// own.
constexpr std::chrono::milliseconds kHeadWait{5'000};

net::Headers turn_headers(const Caller& caller, const chat::StartedTurn& started) {
  net::Headers headers{{"X-Request-Id", caller.call.request_id},
                       {"Parley-Turn-Id", started.state.turn.id.str()}};
  if (started.state.turn.conversation) {
    headers.add("Parley-Conversation-Id", started.state.turn.conversation->str());
  }
  if (started.replayed) headers.add("Parley-Replayed", "true");
  return headers;
}

void add_all(net::Headers& to, const net::Headers& from) {
  for (const net::Header field : from) to.set(field.name, field.value);
}

class Reply {
 public:
  Reply(const Services& services, const Caller& caller, net::Exchange& exchange,
        const chat::StartedTurn& started)
      : services_(services), caller_(caller), exchange_(exchange), started_(started) {}

  // Waits for the end and answers whole.
  Awaitable<void> whole();
  // Answers as it comes.
  Awaitable<void> streamed(bool include_usage);

 private:
  void fail(base::Error error);
  Awaitable<Result<void>> open_stream();
  Awaitable<Result<void>> send(std::string bytes);

  const Services& services_;
  const Caller& caller_;
  net::Exchange& exchange_;
  const chat::StartedTurn& started_;
};

void Reply::fail(base::Error error) {
  auto response = error_response(presentable(std::move(error), caller_.call.request_id, services_.log),
                                 caller_.call.request_id);
  add_all(response.headers, turn_headers(caller_, started_));
  exchange_.reply(std::move(response));
}

Awaitable<void> Reply::whole() {
  const Deadline deadline = answer_call(services_, caller_).deadline;
  auto follower = co_await services_.streams.follow(short_call(services_, caller_), caller_.owner,
                                                    started_.state.turn.id, 0);
  if (!follower) co_return fail(std::move(follower).error());
  json::object extra;
  std::shared_ptr<const model::Message> answer;
  for (;;) {
    auto event = co_await (*follower)->next(deadline);
    if (!event) co_return fail(std::move(event).error());
    if (!*event) break;
    const model::TurnEvent& what = (*event)->event;
    // Only a place in line is given up by leaving: what is being answered is answered to the end.
    if (what.kind == model::TurnEventKind::kQueued) {
      exchange_.watch();
    } else {
      exchange_.unwatch();
    }
    if (what.kind == model::TurnEventKind::kRestarted) extra.clear();
    if ((*event)->last()) answer = (*event)->message;
    if (what.extra.empty()) continue;
    boost::system::error_code error;
    json::value value = json::parse(what.extra, error);
    if (!error && value.is_object()) merge_extra(extra, std::move(value.get_object()));
  }
  // The last event brings the answer as it was stored.
  if (!answer) co_return fail({.code = ErrorCode::kInternal, .message = "the turn ended without an answer"});
  if (auto failure = turn_failure(*answer)) co_return fail(std::move(*failure));
  store::TurnState ended = started_.state;
  ended.answer = *answer;
  auto response = net::Response::json(200, completion_json(ended, std::move(extra)));
  add_all(response.headers, turn_headers(caller_, started_));
  exchange_.reply(std::move(response));
}

Awaitable<Result<void>> Reply::open_stream() {
  net::Headers headers = net::sse_headers();
  add_all(headers, turn_headers(caller_, started_));
  return exchange_.start(200, std::move(headers));
}

// The head goes out with the first bytes after it.
Awaitable<Result<void>> Reply::send(std::string bytes) {
  if (!exchange_.answered()) {
    auto opened = co_await open_stream();
    if (!opened) co_return opened;
  }
  co_return co_await exchange_.write(std::move(bytes));
}

Awaitable<void> Reply::streamed(bool include_usage) {
  auto follower = co_await services_.streams.follow(short_call(services_, caller_), caller_.owner,
                                                    started_.state.turn.id, 0);
  if (!follower) co_return fail(std::move(follower).error());
  ChunkWriter writer(started_.state, include_usage);
  const Deadline head_by = Deadline::after(kHeadWait);
  std::string held;
  for (;;) {
    auto event = co_await (*follower)->next(
        exchange_.answered() ? Deadline::after(services_.options.heartbeat) : head_by);
    if (!event && event.error().code == ErrorCode::kDeadlineExceeded) {
      auto sent = co_await send(std::exchange(held, {}) + net::sse_comment("still at work"));
      if (!sent) co_return;
      continue;
    }
    if (!event) {
      // Cancelled: the client has left, or this node ends and the client goes on at another one.
      base::Error error = presentable(std::move(event).error(), caller_.call.request_id, services_.log);
      if (error.code == ErrorCode::kCancelled) {
        error = {.code = ErrorCode::kOverloaded,
                 .message = "this node is shutting down: follow the turn's events"};
      }
      if (!exchange_.answered()) co_return fail(std::move(error));
      writer.append_error(held, error);
      (void)co_await exchange_.write(std::move(held));
      break;
    }
    if (!*event) break;
    const streams::Event& what = **event;
    if (what.last() && !exchange_.answered() && what.message) {
      if (auto failure = turn_failure(*what.message)) co_return fail(std::move(*failure));
    }
    writer.append(held, what);
    // What comes before the first word waits for it: an error may come instead.
    if (!exchange_.answered() && what.event.kind == model::TurnEventKind::kQueued) exchange_.watch();
    if (!exchange_.answered() && (what.event.kind == model::TurnEventKind::kStarted ||
                                  what.event.kind == model::TurnEventKind::kQueued)) {
      continue;
    }
    auto sent = co_await send(std::exchange(held, {}));
    if (!sent) co_return;
    if (what.last() || what.event.kind == model::TurnEventKind::kRestarted) break;
  }
  if (exchange_.answered() && !exchange_.peer_gone()) (void)co_await exchange_.finish();
}

}  // namespace

Awaitable<void> serve_chat_completions(const Services& services, const Caller& caller,
                                       net::Exchange& exchange) {
  const auto refused = [&](base::Error error) {
    refuse(exchange, std::move(error), caller.call.request_id, services.log);
  };
  const std::string body = exchange.take_body();
  auto request = parse_chat_request(body);
  if (!request) co_return refused(std::move(request).error());
  if (const auto conversation = exchange.request().header("parley-conversation-id")) {
    auto continued = continue_conversation(*request, *conversation);
    if (!continued) co_return refused(std::move(continued).error());
  }
  if (const auto key = exchange.request().header("idempotency-key")) {
    request->turn.idempotency_key = std::string(*key);
  }
  request->turn.tier = caller.principal.tier;
  const bool stream = request->turn.stream;
  auto started = co_await services.engine.start_turn(short_call(services, caller), caller.owner,
                                                     std::move(request->turn));
  if (!started) co_return refused(std::move(started).error());
  Reply reply(services, caller, exchange, *started);
  if (stream) {
    co_await reply.streamed(request->include_usage);
  } else {
    co_await reply.whole();
  }
  if (exchange.peer_gone()) services.engine.left(started->state.turn.id);
}

}  // namespace parley::api
