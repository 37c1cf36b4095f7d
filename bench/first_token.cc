// What stands between a provider's first token and the client's: the time from sending a request to the first
// piece of text of a streamed answer, asked of the provider itself and through Parley, by turns, one request
// at a time.
//
//   first_token PROVIDER_PORT PARLEY_PORT TOKEN [ROUNDS]    prints both medians and what Parley adds
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/task_group.h"
#include "net/client.h"
#include "net/sse_reader.h"

namespace parley {
namespace {

using Clock = std::chrono::steady_clock;

struct Side {
  std::uint16_t port;
  std::string token;
  std::vector<double> micros{};
};

bool has_text(const net::SseMessage& message) {
  const std::size_t at = message.data.find("\"content\":\"");
  return at != std::string::npos && message.data[at + 11] != '"';
}

// Negative where it failed.
base::Awaitable<double> first_token(net::Client& client, const Side& side) {
  const auto began = Clock::now();
  auto response = co_await client.send(
      {.deadline = base::Deadline::after(std::chrono::seconds(10))},
      {.method = "POST",
       .url = {.host = "127.0.0.1", .port = side.port, .target = "/v1/chat/completions"},
       .headers = {{"Authorization", "Bearer " + side.token}, {"Content-Type", "application/json"}},
       .body = R"({"model":"sim","stream":true,"messages":[{"role":"user","content":"hello"}]})"});
  if (!response || (*response)->status() != 200) co_return -1;
  net::SseReader reader;
  double micros = -1;
  for (;;) {
    auto piece = co_await (*response)->read();
    if (!piece) co_return -1;
    if (!*piece) co_return micros;
    if (!reader.feed(**piece)) co_return -1;
    while (auto message = reader.next()) {
      if (micros < 0 && has_text(*message)) {
        micros = std::chrono::duration<double, std::micro>(Clock::now() - began).count();
      }
    }
  }
}

base::Awaitable<void> measure(net::Client& client, Side& provider, Side& parley, int rounds, bool& failed) {
  for (int i = 0; i < rounds && !failed; ++i) {
    for (Side* side : {&provider, &parley}) {
      const double micros = co_await first_token(client, *side);
      failed = failed || micros < 0;
      // The first tenth warms up.
      if (i >= rounds / 10) side->micros.push_back(micros);
    }
  }
}

double quantile(std::vector<double>& of, double at) {
  const auto nth = of.begin() + static_cast<std::ptrdiff_t>(at * static_cast<double>(of.size() - 1));
  std::ranges::nth_element(of, nth);
  return *nth;
}

int run(Side provider, Side parley, int rounds) {
  boost::asio::io_context io(1);
  base::Metrics metrics;
  bool failed = false;
  {
    net::Client client(io.get_executor(), {}, metrics);
    base::TaskGroup tasks(io.get_executor());
    tasks.spawn(measure(client, provider, parley, rounds, failed));
    while (tasks.size() > 0) io.run_one();
  }
  io.run();
  if (failed) {
    std::fputs("a request failed\n", stderr);
    return 1;
  }
  const double direct = quantile(provider.micros, 0.5);
  const double through = quantile(parley.micros, 0.5);
  std::printf(
      "first token: %.0f us from the provider, %.0f us through Parley (p99 %.0f us); added at the median "
      "%.0f us\n",
      direct, through, quantile(parley.micros, 0.99), through - direct);
  return 0;
}

int number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  const int provider = argc > 1 ? parley::number(argv[1]) : 0;
  const int parley_port = argc > 2 ? parley::number(argv[2]) : 0;
  const int rounds = argc > 4 ? parley::number(argv[4]) : 2000;
  if (argc < 4 || provider < 1 || parley_port < 1 || rounds < 10) {
    std::fprintf(stderr, "usage: %s PROVIDER_PORT PARLEY_PORT TOKEN [ROUNDS]\n", argv[0]);
    return 2;
  }
  return parley::run({.port = static_cast<std::uint16_t>(provider), .token = "none"},
                     {.port = static_cast<std::uint16_t>(parley_port), .token = argv[3]}, rounds);
}
