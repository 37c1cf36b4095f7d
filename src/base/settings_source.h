// Where settings come from, before anybody knows what they mean: the tree of a TOML file, with the line of
// each value, and the environment's variables. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace parley::base {

using Environment = std::map<std::string, std::string, std::less<>>;
// That of this process, as it is now. At its start, before other threads could change it.
Environment process_environment();

struct SettingNode {
  using List = std::vector<SettingNode>;
  // In the order of the keys. Each key's line is that of its value's beginning.
  using Table = std::vector<std::pair<std::string, SettingNode>>;
  // TOML's dates and times: refused by every setting.
  struct Other {};

  std::variant<Other, bool, std::int64_t, double, std::string, List, Table> value{};
  // 0 where it does not come from a file.
  std::uint32_t line = 0;
  // The text of a variable, which stands for any type.
  bool from_environment = false;

  // nullptr where it is something else.
  template <class T>
  const T* get() const {
    return std::get_if<T>(&value);
  }
  // The value of a table's key; nullptr where this is no table or has no such key.
  const SettingNode* find(std::string_view key) const;
  // What it is, for messages: "a string", "a table".
  std::string_view kind() const;
};

inline constexpr std::size_t kMaxSettingsBytes = std::size_t{1} << 20;

// TOML 1.0. `name` is the file's, for messages. BAD_USER_INPUT "parley.toml:12: ...": more than
// kMaxSettingsBytes, not TOML, or nested deeper than any settings are (16 brackets, 16 dots in a line).
[[nodiscard]] Result<SettingNode> parse_toml(std::string_view text, std::string_view name);

}  // namespace parley::base
