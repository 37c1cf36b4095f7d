// What the tokens room makes of texts, for tests/conformance/tiktoken/run to compare with tiktoken:
//
//   tiktoken_driver ENCODING    "cl100k_base", "o200k_base", or "unknown": then the estimate stands for the
//   ids
//
// Standard input: texts, each as its size (4 bytes, little-endian) and its bytes. Standard output, for each:
// the number of its tokens and their ids, 4 bytes each. It counts each text as well, whole and in pieces, and
// fails where a count is not the number of ids.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/counter.h"
#include "tokens/estimate.h"
#include "tokens/tokenizer.h"

namespace {

using parley::tokens::Encoding;

bool read(void* to, std::size_t size) {
  return std::fread(to, 1, size, stdin) == size;
}

std::int64_t count_in_pieces(Encoding encoding, std::string_view text, std::size_t piece) {
  parley::tokens::Counter counter(encoding);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) counter.add(text.substr(0, piece));
  counter.finish();
  return counter.tokens();
}

int run(Encoding encoding) {
  std::string text;
  std::uint32_t size = 0;
  std::size_t texts = 0;
  while (read(&size, sizeof size)) {
    text.resize(size);
    if (!read(text.data(), size)) return 1;
    std::vector<std::uint32_t> ids = parley::tokens::encode(encoding, text);
    if (encoding == Encoding::kUnknown) ids = {static_cast<std::uint32_t>(parley::tokens::estimate(text))};
    const std::int64_t expected =
        encoding == Encoding::kUnknown ? ids[0] : static_cast<std::int64_t>(ids.size());
    const std::size_t piece = 1 + ++texts % 7;
    if (parley::tokens::count(encoding, text) != expected ||
        count_in_pieces(encoding, text, piece) != expected) {
      std::fprintf(stderr, "the counts of text %zu differ\n", texts);
      return 1;
    }
    const auto number = static_cast<std::uint32_t>(ids.size());
    std::fwrite(&number, sizeof number, 1, stdout);
    std::fwrite(ids.data(), sizeof number, ids.size(), stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto encoding = argc == 2 ? parley::tokens::encoding_from_name(argv[1]) : std::nullopt;
  if (!encoding) {
    std::fprintf(stderr, "usage: %s cl100k_base|o200k_base|unknown\n", argv[0]);
    return 2;
  }
  return run(*encoding);
}
