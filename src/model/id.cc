#include "model/id.h"

#include <algorithm>

namespace parley::model {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kUlidLetters = 26;

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

// The bytes as one number, for shifting.
using Wide = unsigned __int128;

Wide number(const UlidBytes& bytes) {
  Wide value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

UlidBytes bytes_of(Wide value) {
  UlidBytes bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) bytes[i] = static_cast<std::uint8_t>(value & 0xff);
  return bytes;
}

constexpr int kChanceBits = 80;

}  // namespace

std::string ulid_text(const UlidBytes& bytes) {
  std::string text(kUlidLetters, '0');
  Wide value = number(bytes);
  for (std::size_t i = kUlidLetters; i-- > 0; value >>= 5)
    text[i] = kAlphabet[static_cast<std::size_t>(value & 31)];
  return text;
}

std::optional<UlidBytes> parse_ulid(std::string_view text) {
  // 26 letters hold 130 bits: a first letter above 7 would not fit.
  if (text.size() != kUlidLetters || text.front() > '7') return std::nullopt;
  Wide value = 0;
  for (const char letter : text) {
    const int digit = kValues[static_cast<unsigned char>(letter)];
    if (digit < 0) return std::nullopt;
    value = value << 5 | static_cast<Wide>(digit);
  }
  return bytes_of(value);
}

UlidBytes IdGenerator::next_bytes() {
  const auto now = static_cast<std::uint64_t>(clock_.wall_now().time_since_epoch().count());
  const Wide chance = (Wide(random_.next()) << 64 | random_.next()) & ((Wide(1) << kChanceBits) - 1);
  const Wide fresh = Wide(now) << kChanceBits | chance;
  // In a used millisecond the last id is counted up, by a step that nobody guesses; that may carry into the
  // time.
  const Wide counted = number(last_) + 1 + (random_.next() >> 32);
  const bool new_millisecond = fresh >> kChanceBits > number(last_) >> kChanceBits;
  last_ = bytes_of(new_millisecond ? fresh : counted);
  return last_;
}

}  // namespace parley::model
