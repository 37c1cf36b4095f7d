// Sends every WebSocket message back: what Autobahn's test suite talks to.
//
//   autobahn_echo_server PORT    listens on 127.0.0.1, prints "listening" and runs until standard input ends.
#include <charconv>
#include <cstdio>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <unistd.h>

#include "base/task_group.h"
#include "net/server.h"

namespace parley {
namespace {

using namespace std::chrono_literals;

base::Awaitable<void> echo(net::Exchange& exchange) {
  if (!exchange.is_websocket_upgrade()) {
    exchange.reply(net::Response::text(404, "only WebSockets here\n"));
    co_return;
  }
  net::WebSocketOptions options;
  // The largest case sends 16 MiB.
  options.max_message_bytes = 32 << 20;
  options.max_queued_bytes = 64 << 20;
  auto socket = co_await exchange.accept_websocket(std::move(options));
  if (!socket) co_return;
  while (true) {
    auto message = co_await (*socket)->read();
    if (!message || !message->has_value()) co_return;
    net::WebSocket::Message& received = **message;
    const auto sent = received.text ? co_await (*socket)->write_text(std::move(received.data))
                                    : co_await (*socket)->write_binary(std::move(received.data));
    if (!sent) co_return;
  }
}

base::Awaitable<void> drain_at_end_of_input(net::Server& server) {
  boost::asio::posix::stream_descriptor input(co_await boost::asio::this_coro::executor, ::dup(STDIN_FILENO));
  co_await input.async_wait(boost::asio::posix::stream_descriptor::wait_read, base::kTuple);
  co_await server.drain(base::Deadline::after(1s));
}

int run(std::uint16_t port) {
  boost::asio::io_context io(1);
  const base::Log log(base::LogLevel::kWarn);
  base::Metrics metrics;
  net::Server server(io, {.port = port}, echo, log, metrics);
  if (const auto listening = server.listen(); !listening) {
    std::fprintf(stderr, "%s\n", listening.error().message.c_str());
    return 1;
  }
  base::TaskGroup tasks(io.get_executor());
  tasks.spawn(drain_at_end_of_input(server));
  std::printf("listening on %d\n", server.port());
  std::fflush(stdout);
  io.run();
  return 0;
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  const std::string_view text = argc > 1 ? argv[1] : "0";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    std::fprintf(stderr, "usage: %s [PORT]\n", argv[0]);
    return 2;
  }
  return parley::run(port);
}
