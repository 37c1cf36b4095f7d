#include "api/turn_events.h"

#include <charconv>
#include <optional>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "api/errors.h"
#include "api/turn_event_json.h"
#include "net/sse_writer.h"

namespace parley::api {

using base::Awaitable;
using base::Deadline;
using base::ErrorCode;
using base::Result;

namespace {

// After this a reader that lost its connection comes back.
constexpr std::chrono::milliseconds kReconnect{1'000};

Result<std::int64_t> event_number(std::string_view what, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || number < 0) {
    return base::fail(ErrorCode::kBadUserInput,
                      std::string(what) + " is not the number of an event: a whole number from 0");
  }
  return number;
}

Result<std::int64_t> asked_after(const net::Request& request) {
  if (const auto header = request.header("last-event-id"); header && !header->empty()) {
    return event_number("Last-Event-ID", *header);
  }
  const auto target = boost::urls::parse_origin_form(request.target);
  if (!target) return std::int64_t{0};
  for (const auto parameter : target->params()) {
    if (parameter.key == "after") return event_number("after", parameter.value);
  }
  return std::int64_t{0};
}

std::string as_sse(const streams::Event& event) {
  const std::string number = std::to_string(event.event.number);
  const std::string data = turn_event_json(event);
  return net::sse({.data = data, .event = name(event.event.kind), .id = number});
}

}  // namespace

Awaitable<void> serve_turn_events(const Services& services, const Caller& caller, std::string_view turn,
                                  net::Exchange& exchange) {
  const auto refused = [&](base::Error error) {
    refuse(exchange, std::move(error), caller.call.request_id, services.log);
  };
  const auto id = model::TurnId::parse(turn);
  if (!id) co_return refused({.code = ErrorCode::kNotFound, .message = "there is no such turn"});
  auto after = asked_after(exchange.request());
  if (!after) co_return refused(std::move(after).error());
  // Held as long as this coroutine runs.
  const auto slot = co_await services.limiter.open_stream(short_call(services, caller), caller.owner,
                                                          caller.principal.tier);
  if (!slot) co_return refused(slot.error());
  auto follower = co_await services.streams.follow(short_call(services, caller), caller.owner, *id, *after);
  if (!follower) co_return refused(std::move(follower).error());

  // What is there already decides between a stream and nothing to tell.
  auto event = co_await (*follower)->next(Deadline::after(std::chrono::milliseconds(0)));
  const bool none_yet = !event && event.error().code == ErrorCode::kDeadlineExceeded;
  if (!event && !none_yet) co_return refused(std::move(event).error());
  if (!none_yet && !*event) {
    exchange.reply({.status = 204, .headers = {{"X-Request-Id", caller.call.request_id}}});
    co_return;
  }
  net::Headers headers = net::sse_headers();
  headers.add("X-Request-Id", caller.call.request_id);
  if (!co_await exchange.start(200, std::move(headers))) co_return;
  if (!co_await exchange.write(net::sse({.retry = kReconnect}))) co_return;
  for (;;) {
    std::string bytes;
    bool last = false;
    if (event && *event) {
      bytes = as_sse(**event);
      last = (*event)->last();
    } else if (event) {
      last = true;
    } else if (event.error().code == ErrorCode::kDeadlineExceeded) {
      bytes = net::sse_comment("still at work");
    } else if (event.error().code == ErrorCode::kCancelled) {
      // The reader has left, or this node ends: it comes back by itself with the number that it saw.
      (void)co_await exchange.write(net::sse_comment("this node is shutting down: connect again"));
      last = true;
    } else {
      const base::Error error = presentable(std::move(event).error(), caller.call.request_id, services.log);
      const std::string data = boost::json::serialize(boost::json::object{{"error", openai_error(error)}});
      (void)co_await exchange.write(net::sse({.data = data, .event = "error"}));
      last = true;
    }
    if (!bytes.empty() && !co_await exchange.write(std::move(bytes))) co_return;
    if (last) break;
    event = co_await (*follower)->next(Deadline::after(services.options.heartbeat));
  }
  if (!exchange.peer_gone()) (void)co_await exchange.finish();
}

Awaitable<void> serve_turn_stop(const Services& services, const Caller& caller, std::string_view turn,
                                net::Exchange& exchange) {
  const auto id = model::TurnId::parse(turn);
  Result<store::TurnState> state =
      id ? co_await services.engine.stop(short_call(services, caller), caller.owner, *id)
         : Result<store::TurnState>(base::fail(ErrorCode::kNotFound, "there is no such turn"));
  if (!state) {
    co_return refuse(exchange, std::move(state).error(), caller.call.request_id, services.log);
  }
  auto response = net::Response::json(200, boost::json::serialize(turn_json(*state)));
  response.headers.add("X-Request-Id", caller.call.request_id);
  exchange.reply(std::move(response));
}

}  // namespace parley::api
