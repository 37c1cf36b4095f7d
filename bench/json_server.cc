// The floor of what the HTTP server costs: 200 bytes of JSON for every request, on one worker.
//
//   json_server [PORT]    listens on 127.0.0.1 until it is ended. bench/json_server.sh compares it with
//   nginx.
#include <charconv>
#include <cstdio>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "net/server.h"

namespace parley {
namespace {

base::Awaitable<void> answer(net::Exchange& exchange) {
  exchange.reply(net::Response::json(200, std::string(200, 'x')));
  co_return;
}

int run(std::uint16_t port) {
  boost::asio::io_context io(1);
  const base::Log log(base::LogLevel::kWarn);
  base::Metrics metrics;
  net::Server server(io, {.port = port}, answer, log, metrics);
  if (const auto listening = server.listen(); !listening) {
    std::fprintf(stderr, "%s\n", listening.error().message.c_str());
    return 1;
  }
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
