#include "net/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "net/websocket_session.h"

namespace parley::net {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kScratch = 64UL * 1024;
constexpr std::size_t kSpareWorks = 256;
// Buffers larger than this are given back to the allocator rather than kept for the next request.
constexpr std::size_t kKeptBuffer = 32UL * 1024;
// Answers to pipelined requests that may wait before the next request is read.
constexpr std::size_t kMaxUnsent = 64UL * 1024;
// Requests served in a row before other connections get their turn.
constexpr int kBurst = 32;
// How much of what a refused client still sends is read, and for how long, so that it gets to see the answer:
// a socket that is closed with unread input resets the connection.
constexpr std::size_t kLingerBytes = 1 << 20;
constexpr auto kLingerTime = 1s;
// What a connection that is turned away has to send a request and to read why.
constexpr auto kTurnAwayTime = 2s;
// What one is told that came too often; how long its others stay, nobody knows.
constexpr const char* kRetryLater = "5";

Transport::Pace pace_of(const ServerOptions& options) {
  const auto bytes = static_cast<std::int64_t>(options.min_write_rate) * options.write_timeout.count() / 1000;
  return {.timeout = options.write_timeout, .bytes = std::max<std::int64_t>(bytes, 1)};
}

void trim(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptBuffer) buffer = std::string();
}

}  // namespace

ConnectionHost::ConnectionHost(ServerOptions o, Handler h, const base::Log& l, base::Metrics& m)
    : options(std::move(o)),
      handler(std::move(h)),
      log(l),
      refused(m.counter("parley_http_refused_total", "Requests that the HTTP server refused by itself.")),
      open_http(m.gauge("parley_connections_open", "Open connections.", {"kind"}, {"http"})),
      open_websockets(m.gauge("parley_connections_open", "Open connections.", {"kind"}, {"websocket"})),
      scratch(kScratch) {}

Connection::Connection(ConnectionHost& host, Transport::Socket socket, std::shared_ptr<const TlsIdentity> tls,
                       Peer peer, const Refusal* turned_away)
    : host_(host),
      identity_(std::move(tls)),
      transport_(std::move(socket), identity_.get(), pace_of(host.options)),
      peer_(std::move(peer)),
      peer_address_(peer_.address.str()) {
  if (turned_away != nullptr) {
    refusal_ = *turned_away;
    end_deadline_ = std::chrono::steady_clock::now() + kTurnAwayTime;
  }
  host_.open_http.add(1);
}

Connection::~Connection() {
  host_.open_http.add(-1);
  hold_body(0);
  leave_work();
}

bool Connection::hold_body(std::size_t bytes) {
  host_.unfinished_bodies += bytes - held_body_;
  held_body_ = bytes;
  return host_.unfinished_bodies <= host_.options.max_buffered_bytes;
}

void Connection::take_work() {
  if (work_) return;
  if (host_.spare.empty()) {
    work_ = std::make_unique<RequestWork>();
  } else {
    work_ = std::move(host_.spare.back());
    host_.spare.pop_back();
  }
  if (input_.empty()) input_.swap(work_->input);
  transport_.swap_idle_buffer(work_->output);
  Request& request = work_->request;
  request.peer_address = peer_address_;
  request.peer_port = peer_.port;
  request.tls = transport_.tls();
  work_->parser.begin(request, {.header_bytes = host_.options.max_header_bytes,
                                .header_count = host_.options.max_header_count,
                                .body_bytes = host_.options.max_body_bytes});
}

void Connection::leave_work() {
  if (!work_) return;
  if (input_at_ == input_.size()) {
    input_at_ = 0;
    trim(input_);
    input_.swap(work_->input);
    input_ = std::string();
  }
  transport_.swap_idle_buffer(work_->output);
  trim(work_->output);
  trim(work_->request.body);
  if (host_.spare.size() < kSpareWorks) host_.spare.push_back(std::move(work_));
  work_.reset();
}

bool Connection::idle() const {
  return !in_handler_ && !in_handshake_ && input_at_ == input_.size() && (!work_ || !work_->parser.started());
}

void Connection::consume(std::size_t bytes) {
  input_at_ += bytes;
  if (input_at_ < input_.size()) return;
  input_at_ = 0;
  if (websocket_) {
    input_ = std::string();
  } else {
    trim(input_);
  }
}

Connection::Next Connection::advance() {
  if (input_at_ == input_.size()) return Next::kNeedMore;
  take_work();
  RequestParser& parser = work_->parser;
  while (true) {
    const bool was_started = parser.started();
    std::size_t consumed = 0;
    const auto step = parser.feed(input(), consumed);
    consume(consumed);
    switch (step) {
      case RequestParser::Step::kDone:
        keep_alive_ = parser.keep_alive();
        hold_body(0);
        return refusal_ ? Next::kRefused : Next::kRequest;
      case RequestParser::Step::kRefused:
        hold_body(0);
        return Next::kRefused;
      case RequestParser::Step::kHeader:
        in_body_ = true;
        read_deadline_ = std::chrono::steady_clock::now() + host_.options.body_timeout;
        if (refusal_) return Next::kRefused;
        if (parser.expects_continue() && work_->request.minor_version == 1 && input().empty()) {
          transport_.append("HTTP/1.1 100 Continue\r\n\r\n");
        }
        continue;
      case RequestParser::Step::kNeedMore:
        if (!was_started && parser.started()) {
          read_deadline_ = std::chrono::steady_clock::now() + host_.options.header_timeout;
        }
        if (in_body_ && !hold_body(work_->request.body.size())) {
          refusal_ = {503, "too many bodies are being read"};
          return Next::kRefused;
        }
        return Next::kNeedMore;
    }
  }
}

// Reads what the socket has. False at the end of the input.
bool Connection::fill() {
  std::size_t got = 0;
  wanted_ = transport_.read(host_.scratch, got);
  if (wanted_ == Io::kEof || wanted_ == Io::kFailed) return false;
  if (wanted_ != Io::kDone) return true;
  if (!websocket_) take_work();
  if (input_at_ > 0) {
    input_.erase(0, input_at_);
    input_at_ = 0;
  }
  input_.append(host_.scratch.data(), got);
  return true;
}

base::Awaitable<bool> Connection::more_input() {
  waiting_ = true;
  read_expired_ = false;
  co_await transport_.readable(wanted_);
  waiting_ = false;
  if (read_expired_ || transport_.ended() != Transport::Ended::kNo || co_await base::cancelled()) {
    co_return false;
  }
  co_return fill();
}

base::Awaitable<bool> Connection::handshake() {
  in_handshake_ = true;
  read_deadline_ = std::chrono::steady_clock::now() + host_.options.header_timeout;
  Io io = transport_.handshake();
  while (io == Io::kWantRead || io == Io::kWantWrite) {
    waiting_ = true;
    co_await transport_.readable(io);
    waiting_ = false;
    if (read_expired_ || transport_.ended() != Transport::Ended::kNo || co_await base::cancelled()) break;
    io = transport_.handshake();
  }
  in_handshake_ = false;
  wanted_ = Io::kDone;
  if (io != Io::kDone) host_.log.debug("tls_handshake_failed", {{"peer", peer_address_}});
  co_return io == Io::kDone;
}

base::Awaitable<void> Connection::serve() {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (!transport_.tls() || co_await handshake()) {
    co_await serve_requests();
    co_await wind_down();
  }
  transport_.close();
  co_await transport_.settle();
}

base::Awaitable<void> Connection::serve_requests() {
  int burst = 0;
  bool fresh = true;
  while (true) {
    const Next next = advance();
    if (next == Next::kRequest) {
      fresh = false;
      read_deadline_ = base::SteadyTime::max();
      co_await call_handler();
      after_handler();
      if (!keep_alive_ || transport_.ended() != Transport::Ended::kNo) co_return;
      if (transport_.queued_bytes() > kMaxUnsent) {
        transport_.pump();
        if (!co_await transport_.written(kMaxUnsent)) co_return;
      }
      if (++burst % kBurst == 0) {
        transport_.pump();
        co_await asio::post(base::kTuple);
      }
      continue;
    }
    if (next == Next::kRefused) {
      refuse(refusal_ ? *refusal_ : work_->parser.refusal());
      co_return;
    }
    transport_.pump();
    if (transport_.ended() != Transport::Ended::kNo) co_return;
    const bool was_idle = idle();
    if (was_idle) {
      if (host_.draining) co_return;
      if (transport_.queued() == 0) leave_work();
      // Whoever connects and says nothing gets less patience than whoever has said something before.
      const auto patience = fresh ? std::min(host_.options.header_timeout, host_.options.idle_timeout)
                                  : host_.options.idle_timeout;
      read_deadline_ = std::chrono::steady_clock::now() + patience;
    }
    waiting_ = true;
    read_expired_ = false;
    co_await transport_.readable(wanted_);
    waiting_ = false;
    if (transport_.ended() != Transport::Ended::kNo || co_await base::cancelled()) co_return;
    if (read_expired_) {
      if (!was_idle) refuse({408, in_body_ ? "the body came too slowly" : "the header came too slowly"});
      co_return;
    }
    if (!fill()) co_return;
  }
}

base::Awaitable<void> Connection::call_handler() {
  answer_ = Answer::kNone;
  // Answers to earlier requests do not wait for this one.
  if (transport_.queued_bytes() > 0) transport_.pump_soon();
  in_handler_ = true;
  Exchange exchange(*this);
  const char* failed = nullptr;
  std::string what;
  try {
    co_await host_.handler(exchange);
  } catch (const std::exception& thrown) {
    failed = "handler_threw";
    what = thrown.what();
  } catch (...) {
    failed = "handler_threw";
  }
  in_handler_ = false;
  if (failed == nullptr && answer_ == Answer::kNone && !peer_gone()) failed = "handler_gave_no_answer";
  if (failed == nullptr) co_return;
  host_.log.error(failed, {{"path", work_->request.path}, {"what", what}});
  if (answer_ == Answer::kNone) refuse({500, "something went wrong here; the log says what"});
}

void Connection::after_handler() {
  transport_.unwatch();
  in_body_ = false;
  if (answer_ == Answer::kStreaming) {
    // Cut off, so that the client sees that the answer is not whole.
    keep_alive_ = false;
  }
  if (answer_ == Answer::kWebSocket) keep_alive_ = false;
  if (!keep_alive_ || peer_gone()) return;
  Request& request = work_->request;
  trim(request.body);
  work_->parser.begin(request, {.header_bytes = host_.options.max_header_bytes,
                                .header_count = host_.options.max_header_count,
                                .body_bytes = host_.options.max_body_bytes});
}

void Connection::refuse(Refusal refusal) {
  host_.refused.add();
  host_.log.debug("request_refused",
                  {{"peer", peer_address_}, {"status", refusal.status}, {"why", refusal.message}});
  keep_alive_ = false;
  lingers_ = true;
  answer_ = Answer::kNone;
  Response response = Response::json(refusal.status, error_body(refusal.status, refusal.message));
  if (refusal.status == 503) response.headers.add("Retry-After", "1");
  if (refusal.status == 429) response.headers.add("Retry-After", kRetryLater);
  reply(std::move(response));
}

base::Awaitable<void> Connection::wind_down() {
  // Whatever cancelled the handler does not keep the connection from ending in the orderly way; the deadlines
  // still do.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  transport_.unwatch();
  if (websocket_) {
    co_await websocket_->wind_down();
    lingers_ = true;
  }
  transport_.pump();
  if (!co_await transport_.written(0)) co_return;
  transport_.shutdown_send();
  if (lingers_ || !input().empty()) co_await linger();
}

base::Awaitable<void> Connection::linger() {
  read_deadline_ = std::chrono::steady_clock::now() + kLingerTime;
  for (std::size_t seen = 0; seen < kLingerBytes;) {
    std::size_t got = 0;
    wanted_ = transport_.read(host_.scratch, got);
    if (wanted_ == Io::kEof || wanted_ == Io::kFailed) co_return;
    if (wanted_ == Io::kDone) {
      seen += got;
      continue;
    }
    waiting_ = true;
    read_expired_ = false;
    co_await transport_.readable(wanted_);
    waiting_ = false;
    if (read_expired_) co_return;
  }
}

void Connection::check(base::SteadyTime now) {
  if (now >= end_deadline_) {
    transport_.close();
    return;
  }
  if (transport_.check(now)) {
    cancel_handler();
    return;
  }
  if (websocket_) websocket_->check(now);
  if (waiting_ && now >= read_deadline_) {
    read_expired_ = true;
    transport_.wake_reader();
  }
}

void Connection::drain() {
  if (waiting_ && idle()) transport_.close();
}

void Connection::close_websocket() {
  if (websocket_) websocket_->go_away();
}

void Connection::end(std::chrono::milliseconds grace) {
  end_deadline_ = std::min(end_deadline_, std::chrono::steady_clock::now() + grace);
  close_websocket();
  if (in_handler_) {
    cancel_handler();
  } else if (!lingers_ && transport_.queued() == 0) {
    transport_.close();
  }
}

void Connection::give_up() {
  transport_.close(Transport::Ended::kTooSlow);
  cancel_handler();
}

void Connection::cancel_handler() {
  if (in_handler_) cancel_.emit(asio::cancellation_type::all);
}

}  // namespace parley::net
