// links: parley_tokens
// How fast one core counts tokens: bench/tokens.py makes the texts, runs this and tiktoken on them, and
// compares.
//
//   tokens ENCODING FILE...    for each file its tokens and the best of seven rounds in MB a second of CPU
//   time
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

#include "tokens/counter.h"
#include "tokens/tokenizer.h"

namespace {

using namespace parley::tokens;

constexpr int kRounds = 7;
// What a delta of a streamed answer holds, about.
constexpr std::size_t kDelta = 5;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Fn>
double best_of(Fn&& once) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const double began = cpu_seconds();
    once();
    best = std::min(best, cpu_seconds() - began);
  }
  return best;
}

std::int64_t count_in_deltas(Encoding encoding, std::string_view text) {
  Counter counter(encoding);
  std::int64_t seen = 0;
  for (; !text.empty(); text.remove_prefix(std::min(kDelta, text.size()))) {
    counter.add(text.substr(0, kDelta));
    seen = counter.tokens();
  }
  return seen;
}

}  // namespace

int main(int argc, char** argv) {
  const auto encoding = argc > 2 ? encoding_from_name(argv[1]) : std::nullopt;
  if (!encoding) {
    std::fprintf(stderr, "usage: %s ENCODING FILE...\n", argv[0]);
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    std::ostringstream content;
    content << std::ifstream(argv[i], std::ios::binary).rdbuf();
    const std::string text = content.str();
    std::int64_t tokens = 0;
    const double whole = best_of([&] { tokens = count(*encoding, text); });
    const double deltas = best_of([&] { count_in_deltas(*encoding, text); });
    std::printf("%s %lld tokens, %.1f MB/s, %.0f ns a delta\n", argv[i], static_cast<long long>(tokens),
                static_cast<double>(text.size()) / whole / 1e6,
                deltas * 1e9 / static_cast<double>((text.size() + kDelta - 1) / kDelta));
  }
  return 0;
}
