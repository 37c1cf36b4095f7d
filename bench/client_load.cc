// What a small request costs the HTTP client: many coroutines ask one server in turn, on one worker.
//
//   client_load PORT [CONNECTIONS] [SECONDS]    the last line is requests a second and the CPU time of each.
//                                               bench/client_load.sh runs it against bench/json_server.cc.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <sys/resource.h>

#include "base/task_group.h"
#include "net/client.h"

namespace parley {
namespace {

struct Tally {
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
};

base::Awaitable<void> ask(net::Client& client, std::uint16_t port, base::Deadline until, Tally& tally) {
  while (!until.passed()) {
    auto response = co_await client.send(
        {}, {.method = "POST",
             .url = {.host = "127.0.0.1", .port = port},
             .headers = {{"Authorization", "Bearer 0123456789012345678901234567890123456789"},
                         {"Content-Type", "application/json"}},
             .body = R"({"model":"x","messages":[{"role":"user","content":"hello"}]})"});
    if (!response) {
      ++tally.failed;
      continue;
    }
    auto body = co_await (*response)->read_all(1 << 20);
    ++(body ? tally.answered : tally.failed);
  }
}

double cpu_seconds() {
  ::rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const ::timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int run(std::uint16_t port, int connections, int seconds) {
  boost::asio::io_context io(1);
  base::Metrics metrics;
  Tally tally;
  const double began = cpu_seconds();
  {
    net::Client client(io.get_executor(), {}, metrics);
    base::TaskGroup tasks(io.get_executor());
    const auto until = base::Deadline::after(std::chrono::seconds(seconds));
    for (int i = 0; i < connections; ++i) tasks.spawn(ask(client, port, until, tally));
    while (tasks.size() > 0) io.run_one();
  }
  io.run();
  const auto answered = static_cast<double>(tally.answered);
  std::printf("%.0f requests/s, %.2f us of CPU each, %llu failed\n", answered / seconds,
              1e6 * (cpu_seconds() - began) / answered, static_cast<unsigned long long>(tally.failed));
  return tally.failed == 0 ? 0 : 1;
}

bool number(std::string_view text, int& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size() && into > 0;
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  int port = 0;
  int connections = 64;
  int seconds = 5;
  if (argc < 2 || argc > 4 || !parley::number(argv[1], port) || port > 65535 ||
      (argc > 2 && !parley::number(argv[2], connections)) ||
      (argc > 3 && !parley::number(argv[3], seconds))) {
    std::fprintf(stderr, "usage: %s PORT [CONNECTIONS] [SECONDS]\n", argv[0]);
    return 2;
  }
  return parley::run(static_cast<std::uint16_t>(port), connections, seconds);
}
