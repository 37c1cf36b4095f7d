// links: parley_tokens
// Texts as strangers send them. The bytes of the tokens are the text, as many as are counted; and a counter
// that is fed in pieces, whose size the first byte gives, comes to the same number.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tokens/counter.h"
#include "tokens/tokenizer.h"
#include "tokens/utf8.h"

namespace {

using parley::tokens::Encoding;

void require(bool sound) {
  if (!sound) std::abort();
}

void check(Encoding encoding, std::string_view text, std::size_t piece) {
  const std::int64_t count = parley::tokens::count(encoding, text);
  parley::tokens::Counter counter(encoding);
  for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
    counter.add(rest.substr(0, piece));
  }
  counter.finish();
  require(counter.tokens() == count);
  if (encoding == Encoding::kUnknown) return;
  const auto ids = parley::tokens::encode(encoding, text);
  require(static_cast<std::int64_t>(ids.size()) == count);
  std::string joined;
  for (const std::uint32_t id : ids) joined += parley::tokens::token_bytes(encoding, id);
  std::string repaired;
  if (parley::tokens::append_repaired(repaired, text) != 0) repaired += parley::tokens::kReplacement;
  require(joined == repaired);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  for (const Encoding encoding : {Encoding::kCl100k, Encoding::kO200k, Encoding::kUnknown}) {
    check(encoding, text, 1U + bytes[0]);
  }
  return 0;
}
