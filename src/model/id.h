// Names of things: a conversation's id cannot be passed where a turn's is wanted.
//
// An id is a ULID (github.com/ulid/spec): 48 bits of milliseconds and 80 bits of chance, written as 26
// letters of Crockford's base 32 after the kind's prefix, such as "conv_01J9ZK3V7Q8X4T2M6N5P0R1S2W". Ids sort
// by the time they were made. A value of 16 bytes, copied freely; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace parley::model {

using UlidBytes = std::array<std::uint8_t, 16>;

// 26 capital letters and digits.
std::string ulid_text(const UlidBytes& bytes);
// Strict: exactly 26 characters, capitals only, none of I L O U, not above 2^128. Nothing otherwise.
std::optional<UlidBytes> parse_ulid(std::string_view text);

template <class Tag>
class Id {
 public:
  // The empty id: names nothing.
  constexpr Id() = default;
  constexpr explicit Id(const UlidBytes& bytes) : bytes_(bytes) {}

  // Strict: the prefix, then a ULID as ulid_text() writes it. Nothing for anything else, the empty id
  // included.
  static std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(Tag::kPrefix)) return std::nullopt;
    const auto bytes = parse_ulid(text.substr(Tag::kPrefix.size()));
    if (!bytes || Id(*bytes).empty()) return std::nullopt;
    return Id(*bytes);
  }

  bool empty() const { return *this == Id(); }
  const UlidBytes& bytes() const { return bytes_; }
  std::string str() const { return std::string(Tag::kPrefix) + ulid_text(bytes_); }

  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  UlidBytes bytes_{};
};

struct ConversationTag {
  static constexpr std::string_view kPrefix = "conv_";
};
struct MessageTag {
  static constexpr std::string_view kPrefix = "msg_";
};
struct TurnTag {
  static constexpr std::string_view kPrefix = "turn_";
};
// Work that is paid for and is no turn.
struct ChargeTag {
  static constexpr std::string_view kPrefix = "chg_";
};

using ConversationId = Id<ConversationTag>;
using MessageId = Id<MessageTag>;
using TurnId = Id<TurnTag>;
using ChargeId = Id<ChargeTag>;

// Makes ids that rise strictly, also within one millisecond and when the wall clock steps back. One per
// worker; not shared. `clock` must outlive it.
class IdGenerator {
 public:
  IdGenerator(const base::Clock& clock, base::Random random) : clock_(clock), random_(random) {}

  // A new id: `next<ConversationId>()`.
  template <class IdType>
  IdType next() {
    return IdType(next_bytes());
  }

 private:
  UlidBytes next_bytes();

  const base::Clock& clock_;
  base::Random random_;
  UlidBytes last_{};
};

}  // namespace parley::model

template <class Tag>
struct std::hash<parley::model::Id<Tag>> {
  std::size_t operator()(const parley::model::Id<Tag>& id) const noexcept {
    // The low bytes are chance already.
    std::uint64_t low = 0;
    std::memcpy(&low, id.bytes().data() + 8, sizeof low);
    return static_cast<std::size_t>(low);
  }
};
