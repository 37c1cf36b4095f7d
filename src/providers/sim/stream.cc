#include "providers/sim/stream.h"

#include <algorithm>
#include <utility>

#include "base/json_string.h"
#include "net/sse_writer.h"

namespace parley::providers {

using base::Awaitable;
using base::Deadline;
using base::Result;
using namespace std::chrono_literals;

namespace {

// A stream up to this size is sent whole, with its length, where nothing is to be waited for.
constexpr std::size_t kWholeStream = 64UL * 1024;
constexpr std::size_t kPiece = 16UL * 1024;
constexpr auto kHold = 60s;
constexpr std::string_view kErrorObject =
    R"({"error":{"message":"The simulated provider failed.","type":"server_error","param":null,"code":null}})";

bool in_the_middle(SimFault fault) {
  return fault == SimFault::kCut || fault == SimFault::kUnfinished || fault == SimFault::kStall ||
         fault == SimFault::kMalformed || fault == SimFault::kError;
}

// What has been written and not sent.
class Pending {
 public:
  explicit Pending(net::Exchange& exchange) : exchange_(exchange) {}

  std::string& bytes() { return bytes_; }
  Awaitable<Result<void>> flush() {
    if (bytes_.empty()) co_return Result<void>{};
    co_return co_await exchange_.write(std::exchange(bytes_, {}));
  }
  Awaitable<Result<void>> flush_then_wait(Deadline due) {
    auto sent = co_await flush();
    if (!sent) co_return sent;
    co_return co_await base::sleep_until(due);
  }

 private:
  net::Exchange& exchange_;
  std::string bytes_;
};

// When each piece is due. A provider that is slowed down takes longer for what it has not said yet.
class Pace {
 public:
  explicit Pace(const SimSending& sending)
      : behaviour_(sending.behaviour), capacity_(sending.capacity), due_(std::chrono::steady_clock::now()) {}

  // The next piece.
  Deadline next() {
    const std::chrono::microseconds step = first_ ? behaviour_.first_token : behaviour_.gap;
    first_ = false;
    due_ += std::chrono::duration_cast<Deadline::TimePoint::duration>(step * capacity_.stretch());
    return Deadline(due_);
  }

 private:
  const SimBehaviour& behaviour_;
  const SimCapacity& capacity_;
  Deadline::TimePoint due_;
  bool first_ = true;
};

// The opening and the first `upto` pieces, each when it is due.
Awaitable<Result<void>> send_pieces(SimSending& sending, Pending& pending, std::int64_t upto) {
  Pace pace(sending);
  const bool waits = sending.behaviour.waits();
  for (std::int64_t piece = 0; piece <= upto; ++piece) {
    if (waits && piece < std::max<std::int64_t>(upto, 1)) {
      const Deadline at = pace.next();
      if (!at.passed()) {
        auto waited = co_await pending.flush_then_wait(at);
        if (!waited) co_return waited;
      }
    }
    if (piece == 0) sending.answer.append_opening(pending.bytes());
    if (piece == upto) break;
    sending.answer.append_piece(pending.bytes(), piece);
    sending.produced += sending.answer.tokens_of(piece);
    if (pending.bytes().size() < kPiece) continue;
    auto sent = co_await pending.flush();
    if (!sent) co_return sent;
  }
  co_return Result<void>{};
}

Awaitable<SimOutcome> send_fault(SimSending& sending, Pending& pending) {
  if (sending.behaviour.fault != SimFault::kStall) sending.seat.leave();
  switch (sending.behaviour.fault) {
    case SimFault::kMalformed:
      pending.bytes() += "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\n\n";
      break;
    case SimFault::kError:
      (pending.bytes() += "data: ").append(kErrorObject) += "\n\n";
      break;
    default:
      break;
  }
  if (!co_await pending.flush()) co_return SimOutcome::kCancelled;
  if (sending.behaviour.fault == SimFault::kStall) co_return co_await hold();
  // A cut is an answer that is not ended.
  if (sending.behaviour.fault != SimFault::kCut) co_await sending.exchange.finish();
  co_return SimOutcome::kFaulted;
}

std::string_view error_type(int status) {
  if (status == 401) return "authentication_error";
  if (status == 429) return "rate_limit_exceeded";
  return status < 500 ? "invalid_request_error" : "server_error";
}

}  // namespace

Awaitable<SimOutcome> send_stream(SimSending& sending) {
  const SimBehaviour& behaviour = sending.behaviour;
  const SimAnswer& answer = sending.answer;
  if (!behaviour.waits() && !behaviour.chunked && behaviour.fault == SimFault::kNone &&
      answer.stream_bytes() <= kWholeStream) {
    net::Response response{.headers = net::sse_headers()};
    response.body.reserve(answer.stream_bytes());
    answer.append_opening(response.body);
    for (std::int64_t piece = 0; piece < answer.pieces(); ++piece) answer.append_piece(response.body, piece);
    answer.append_ending(response.body);
    sending.produced = answer.tokens();
    sending.seat.leave();
    sending.exchange.reply(std::move(response));
    co_return SimOutcome::kComplete;
  }
  if (!co_await sending.exchange.start(200, net::sse_headers())) co_return SimOutcome::kCancelled;
  Pending pending(sending.exchange);
  const bool faulty = in_the_middle(behaviour.fault);
  const std::int64_t upto = faulty ? answer.pieces_within(behaviour.fault_at) : answer.pieces();
  if (!co_await send_pieces(sending, pending, upto)) co_return SimOutcome::kCancelled;
  if (faulty) co_return co_await send_fault(sending, pending);
  answer.append_ending(pending.bytes());
  sending.seat.leave();
  if (!co_await pending.flush()) co_return SimOutcome::kCancelled;
  if (!co_await sending.exchange.finish()) co_return SimOutcome::kCancelled;
  co_return SimOutcome::kComplete;
}

Awaitable<SimOutcome> send_whole(SimSending& sending) {
  const SimBehaviour& behaviour = sending.behaviour;
  if (behaviour.waits()) {
    Pace pace(sending);
    for (std::int64_t piece = 0; piece < std::max<std::int64_t>(sending.answer.pieces(), 1); ++piece) {
      const Deadline at = pace.next();
      if (!at.passed() && !co_await base::sleep_until(at)) co_return SimOutcome::kCancelled;
    }
  }
  sending.produced = sending.answer.tokens();
  if (behaviour.fault != SimFault::kStall) sending.seat.leave();
  net::Response response = net::Response::json(200, sending.answer.whole());
  if (!in_the_middle(behaviour.fault)) {
    sending.exchange.reply(std::move(response));
    co_return SimOutcome::kComplete;
  }
  if (behaviour.fault == SimFault::kError) {
    response.body = kErrorObject;
  } else {
    response.body.resize(response.body.size() / 2);
  }
  if (behaviour.fault != SimFault::kCut && behaviour.fault != SimFault::kStall) {
    sending.exchange.reply(std::move(response));
    co_return SimOutcome::kFaulted;
  }
  if (!co_await sending.exchange.start(200, response.headers)) co_return SimOutcome::kCancelled;
  if (!co_await sending.exchange.write(std::move(response.body))) co_return SimOutcome::kCancelled;
  co_return behaviour.fault == SimFault::kStall ? co_await hold() : SimOutcome::kFaulted;
}

net::Response refusal(int status, std::string_view message, std::string_view code,
                      std::chrono::milliseconds retry_after) {
  std::string body = R"({"error":{"message":)";
  base::append_json_string(body, message);
  body += R"(,"type":)";
  base::append_json_string(body, error_type(status));
  body += R"(,"param":null,"code":)";
  if (code.empty()) {
    body += "null}}";
  } else {
    base::append_json_string(body, code);
    body += "}}";
  }
  net::Response response = net::Response::json(status, std::move(body));
  if (retry_after.count() > 0) {
    response.headers.add("Retry-After",
                         std::to_string(std::chrono::ceil<std::chrono::seconds>(retry_after).count()));
    response.headers.add("retry-after-ms", std::to_string(retry_after.count()));
  }
  return response;
}

Awaitable<SimOutcome> hold() {
  const auto held = co_await base::sleep_until(Deadline::after(kHold));
  co_return held ? SimOutcome::kFaulted : SimOutcome::kCancelled;
}

}  // namespace parley::providers
