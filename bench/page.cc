// links: parley_store_sqlite
// A page of 50 messages of a short and of a very long conversation, first, last and from the middle, through
// the store.
//
//   page [MESSAGES]    prints the medians for 100 messages and for MESSAGES (1,000,000), and their ratio
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <unistd.h>

#include "base/task_group.h"
#include "store/sqlite/bulk.h"
#include "store/sqlite/sqlite_store.h"

namespace parley {
namespace {

using Clock = std::chrono::steady_clock;

const model::Owner kOwner{.tenant = "bench", .user = "ann"};
constexpr int kRounds = 2000;

base::Awaitable<void> measure(store::Store& store, model::ConversationId id, std::int64_t middle,
                              std::vector<double>& micros) {
  const std::array pages{store::MessagePageRequest{.first = 50}, store::MessagePageRequest{.last = 50},
                         store::MessagePageRequest{.first = 50, .after = middle}};
  for (int i = 0; i < kRounds; ++i) {
    const auto began = Clock::now();
    auto page = co_await store.message_page({.deadline = base::Deadline::after(std::chrono::seconds(10))},
                                            kOwner, id, pages[static_cast<std::size_t>(i) % pages.size()]);
    if (!page) {
      std::fprintf(stderr, "%s\n", page.error().message.c_str());
      std::_Exit(1);
    }
    micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
}

double median(std::vector<double> of) {
  std::ranges::nth_element(of, of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2));
  return of[of.size() / 2];
}

int run(std::int64_t messages) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("parley-page." + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  base::Metrics metrics;
  const base::Log log(base::LogLevel::kWarn);
  const base::SystemClock clock;
  const store::sqlite::SqliteOptions options{.path = (folder / "page.db").string()};
  model::IdGenerator ids(clock, base::Random());
  const std::array conversations{ids.next<model::ConversationId>(), ids.next<model::ConversationId>()};
  const std::array<std::int64_t, 2> counts{100, messages};
  std::array<double, 2> medians{};
  auto store = store::sqlite::open_store(options, metrics, log);
  if (!store) return 1;
  {
    auto db = store::sqlite::Connection::open(options.path, store::sqlite::Connection::Mode::kWrite,
                                              std::chrono::seconds(10));
    if (!db) return 1;
    for (std::size_t i = 0; i < 2; ++i) {
      store::sqlite::fill_conversation(**db, kOwner, conversations[i], counts[i], std::string(200, 'x'),
                                       clock.wall_now());
    }
    if ((*db)->failed()) return 1;
  }
  boost::asio::io_context io(1);
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<double> micros;
    base::TaskGroup tasks(io.get_executor());
    tasks.spawn(measure(**store, conversations[i], counts[i] / 2, micros));
    io.restart();
    while (tasks.size() > 0) io.run_one();
    medians[i] = median(std::move(micros));
  }
  store->reset();
  io.restart();
  io.run();
  std::filesystem::remove_all(folder);
  std::printf("a page of 50: %.0f us of 100 messages, %.0f us of %lld, ratio %.2f\n", medians[0], medians[1],
              static_cast<long long>(messages), medians[1] / medians[0]);
  return 0;
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  std::int64_t messages = 1'000'000;
  if (argc > 1) {
    const std::string_view text = argv[1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), messages);
    if (error != std::errc{} || end != text.data() + text.size() || messages < 100) {
      std::fprintf(stderr, "usage: %s [MESSAGES]\n", argv[0]);
      return 2;
    }
  }
  return parley::run(messages);
}
