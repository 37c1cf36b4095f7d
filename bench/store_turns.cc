// links: parley_store_sqlite
// What the disk and the store allow: writes that are synced one by one, and whole turns of the SQLite
// store with nothing around it, many at a time, so that they are committed in groups.
//
//   store_turns FOLDER [TURNS_AT_A_TIME] [SECONDS]    the folder is on the disk in question; what is made
//   there is
//                                                     removed
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/task_group.h"
#include "store/sqlite/scenario.h"
#include "store/sqlite/sqlite_store.h"

namespace parley {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

double cpu_seconds() {
  ::rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const ::timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(1);
}

// As the store's log is written: over and over, in a file that has its size already.
void measure_syncs(const std::filesystem::path& folder, int seconds) {
  constexpr off_t kBlocks = 4000;
  const std::string path = (folder / "syncs").string();
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const std::string block(4096, 'x');
  const auto size = static_cast<ssize_t>(block.size());
  for (off_t i = 0; i < kBlocks; ++i) {
    if (::pwrite(file, block.data(), block.size(), i * size) != size) give_up("cannot write " + path);
  }
  ::fsync(file);
  off_t written = 0;
  const auto began = Clock::now();
  for (; seconds_since(began) < seconds; ++written) {
    if (::pwrite(file, block.data(), block.size(), written % kBlocks * size) != size ||
        ::fdatasync(file) != 0)
      give_up("cannot write " + path);
  }
  const double took = seconds_since(began);
  ::close(file);
  std::printf("writes of 4 KiB, each synced: %.0f/s\n", static_cast<double>(written) / took);
}

// All eight limits, none of which is met.
store::Reserve held_back() {
  store::Reserve reserve = store::sqlite::some_reserve();
  constexpr std::int64_t kMuch = 1'000'000'000'000;
  reserve.user = {.tokens_per_day = model::Tokens(kMuch),
                  .tokens_per_month = model::Tokens(kMuch),
                  .cost_per_day = model::MicroUsd(kMuch),
                  .cost_per_month = model::MicroUsd(kMuch)};
  reserve.organisation = reserve.user;
  return reserve;
}

base::Awaitable<void> take_turns(store::Store& store, model::IdGenerator& ids, base::Deadline until,
                                 bool budgets, std::uint64_t& turns) {
  const model::Owner owner{.tenant = "bench", .user = "ann"};
  while (!until.passed()) {
    auto begin = store::sqlite::saying(ids, std::nullopt, "What is the capital of France?");
    if (budgets) begin.reserve = held_back();
    auto begun = co_await store.begin_turn({}, owner, begin);
    if (!begun) give_up(begun.error().cause);
    auto finish = store::sqlite::answering(begin.turn, std::string(100, 'x'), 16);
    auto finished = co_await store.finish_turn({}, owner, std::move(finish));
    if (!finished) give_up(finished.error().cause);
    ++turns;
  }
}

void measure_turns(const std::filesystem::path& folder, int at_a_time, bool budgets, int seconds) {
  base::Metrics metrics;
  const base::Log log(base::LogLevel::kWarn);
  const base::SystemClock clock;
  model::IdGenerator ids(clock, base::Random());
  auto store = store::sqlite::open_store({.path = (folder / "turns.db").string()}, metrics, log);
  if (!store) give_up(store.error().cause);
  boost::asio::io_context io(1);
  std::uint64_t turns = 0;
  const double cpu = cpu_seconds();
  const auto began = Clock::now();
  {
    base::TaskGroup tasks(io.get_executor());
    const auto until = base::Deadline::after(std::chrono::seconds(seconds));
    for (int i = 0; i < at_a_time; ++i) tasks.spawn(take_turns(**store, ids, until, budgets, turns));
    while (tasks.size() > 0) io.run_one();
  }
  const double took = seconds_since(began);
  const auto count = static_cast<double>(turns);
  std::printf("turns of the store alone, %d at a time%s: %.0f/s, %.0f us of CPU each\n", at_a_time,
              budgets ? ", with budgets" : "", count / took, 1e6 * (cpu_seconds() - cpu) / count);
  store->reset();
  io.run();
}

int run(const std::filesystem::path& in, int at_a_time, int seconds) {
  const auto folder = in / ("store_turns." + std::to_string(::getpid()));
  std::error_code error;
  if (!std::filesystem::create_directory(folder, error)) give_up("cannot make " + folder.string());
  measure_syncs(folder, seconds);
  for (const bool budgets : {false, true}) {
    measure_turns(folder, 1, budgets, seconds);
    measure_turns(folder, at_a_time, budgets, seconds);
  }
  std::filesystem::remove_all(folder, error);
  return 0;
}

bool number(std::string_view text, int& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size() && into > 0;
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  int at_a_time = 128;
  int seconds = 3;
  if (argc < 2 || argc > 4 || (argc > 2 && !parley::number(argv[2], at_a_time)) ||
      (argc > 3 && !parley::number(argv[3], seconds))) {
    std::fprintf(stderr, "usage: %s FOLDER [TURNS_AT_A_TIME] [SECONDS]\n", argv[0]);
    return 2;
  }
  return parley::run(argv[1], at_a_time, seconds);
}
