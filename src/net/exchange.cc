// The Exchange, and what the connection does for it.
#include <array>
#include <cassert>
#include <charconv>

#include "net/connection.h"
#include "net/websocket_handshake.h"
#include "net/websocket_session.h"

namespace parley::net {
namespace {

// Pieces of a streamed answer that may wait before write() does.
constexpr std::size_t kStreamAhead = 16UL * 1024;
// What a client may send ahead while its answer streams; beyond it is read after the answer.
constexpr std::size_t kReadAhead = 64UL * 1024;

void append_chunk_size(std::string& out, std::size_t size) {
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  out.append(digits.data(), end).append("\r\n");
}

std::unexpected<base::Error> peer_is_gone() {
  return base::fail(base::ErrorCode::kCancelled, "the peer is gone");
}

}  // namespace

std::string Connection::take_body() {
  return std::exchange(work_->request.body, {});
}

void Connection::reply(Response response) {
  assert(answer_ == Answer::kNone);
  answer_ = Answer::kWhole;
  status_ = response.status;
  if (host_.draining) keep_alive_ = false;
  const bool head_only = work_ && work_->request.method == "HEAD";
  ResponseHead::Form form{.keep_alive = keep_alive_,
                          .minor_version = work_ ? work_->request.minor_version : 1};
  if (!has_no_body(response.status)) form.length = response.body.size();
  host_.head.append(transport_.tail(), response.status, response.headers, form);
  if (form.length && !head_only) transport_.append_moved(std::move(response.body));
}

void Connection::watch() {
  if (peer_gone() || transport_.watched()) return;
  transport_.watch(input_, kReadAhead, host_.scratch, [this] { cancel_handler(); });
}

base::Awaitable<base::Result<void>> Connection::start(int status, Headers headers) {
  assert(answer_ == Answer::kNone);
  if (peer_gone()) co_return peer_is_gone();
  answer_ = Answer::kStreaming;
  status_ = status;
  const bool old = work_->request.minor_version == 0;
  body_left_out_ = has_no_body(status) || work_->request.method == "HEAD";
  if ((old && !body_left_out_) || host_.draining) keep_alive_ = false;
  host_.head.append(transport_.tail(), status, headers,
                    {.chunked = !old && !has_no_body(status),
                     .keep_alive = keep_alive_,
                     .minor_version = work_->request.minor_version});
  transport_.pump();
  watch();
  co_return co_await transport_.written(kStreamAhead);
}

base::Awaitable<base::Result<void>> Connection::write(std::string bytes) {
  assert(answer_ == Answer::kStreaming);
  if (!peer_gone() && !bytes.empty() && !body_left_out_) {
    if (work_->request.minor_version == 0) {
      transport_.append_moved(std::move(bytes));
    } else {
      append_chunk_size(transport_.tail(), bytes.size());
      transport_.append_moved(std::move(bytes));
      transport_.append("\r\n");
    }
    transport_.pump();
  }
  co_return co_await transport_.written(kStreamAhead);
}

base::Awaitable<base::Result<void>> Connection::finish() {
  assert(answer_ == Answer::kStreaming);
  if (!peer_gone()) {
    if (work_->request.minor_version == 1 && !body_left_out_) transport_.append("0\r\n\r\n");
    answer_ = Answer::kDone;
    transport_.pump();
  }
  transport_.unwatch();
  co_return co_await transport_.written(0);
}

base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> Connection::accept_websocket(
    WebSocketOptions options, Headers headers) {
  assert(answer_ == Answer::kNone);
  if (peer_gone()) co_return peer_is_gone();
  auto shake = shake_hands(work_->request, options.subprotocols, options.allow_deflate);
  if (!shake) {
    refuse({400, "the WebSocket handshake is malformed"});
    co_return base::fail(std::move(shake));
  }
  answer_ = Answer::kWebSocket;
  status_ = 101;
  std::string& out = transport_.tail();
  out.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  out.append("Sec-WebSocket-Accept: ").append(shake->accept).append("\r\n");
  if (!shake->subprotocol.empty()) {
    out.append("Sec-WebSocket-Protocol: ").append(shake->subprotocol).append("\r\n");
  }
  if (shake->deflate) out.append("Sec-WebSocket-Extensions: ").append(shake->extensions).append("\r\n");
  for (const Header field : headers) out.append(field.name).append(": ").append(field.value).append("\r\n");
  out.append("\r\n");
  websocket_ = std::make_unique<WebSocketSession>(*this, std::move(*shake), std::move(options));
  transport_.pump();
  if (peer_gone()) co_return peer_is_gone();
  co_return websocket_->handle();
}

const Request& Exchange::request() const {
  return connection_.request();
}

std::string Exchange::take_body() {
  return connection_.take_body();
}

void Exchange::add_header(std::string_view name, std::string_view value) {
  own_.set(name, value);
}

void Exchange::add_own(Headers& headers) const {
  for (const Header field : own_) headers.set(field.name, field.value);
}

void Exchange::watch() {
  connection_.watch();
}

void Exchange::unwatch() {
  connection_.unwatch();
}

void Exchange::reply(Response response) {
  add_own(response.headers);
  connection_.reply(std::move(response));
}

base::Awaitable<base::Result<void>> Exchange::start(int status, Headers headers) {
  add_own(headers);
  return connection_.start(status, std::move(headers));
}

base::Awaitable<base::Result<void>> Exchange::write(std::string bytes) {
  return connection_.write(std::move(bytes));
}

base::Awaitable<base::Result<void>> Exchange::finish() {
  return connection_.finish();
}

void Exchange::abort() {
  connection_.abort();
}

bool Exchange::answered() const {
  return connection_.answered();
}

int Exchange::status() const {
  return connection_.answered() ? connection_.status() : 0;
}

bool Exchange::peer_gone() const {
  return connection_.peer_gone();
}

bool Exchange::draining() const {
  return connection_.draining();
}

bool Exchange::is_websocket_upgrade() const {
  return asks_for_websocket(connection_.request());
}

base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> Exchange::accept_websocket(WebSocketOptions options,
                                                                                     Headers headers) {
  add_own(headers);
  return connection_.accept_websocket(std::move(options), std::move(headers));
}

}  // namespace parley::net
