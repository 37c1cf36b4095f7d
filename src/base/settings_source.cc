#include "base/settings_source.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

namespace parley::base {
namespace {

// Settings need three brackets and three dots; toml++ takes tables apart by recursion, so that what nests
// deeper would be paid for with the stack.
constexpr int kMaxBrackets = 16;
constexpr int kMaxDots = 16;

std::unexpected<Error> at_line(std::string_view name, std::size_t line, std::string_view problem) {
  return fail(ErrorCode::kBadUserInput, fmt::format("{}:{}: {}", name, line, problem));
}

// Walks over the text, outside of strings and comments, and says where it nests too deep. It need not
// understand more: what is not TOML is refused by the parser.
class NestingCheck {
 public:
  explicit NestingCheck(std::string_view text) : rest_(text) {}

  // The first line that nests too deep.
  std::optional<std::size_t> find() {
    int brackets = 0;
    int dots = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        continue;
      }
      if (c == '\n') {
        ++line_;
        dots = 0;
      }
      brackets += c == '[' || c == '{' ? 1 : 0;
      brackets -= (c == ']' || c == '}') && brackets > 0 ? 1 : 0;
      dots += c == '.' ? 1 : 0;
      if (brackets > kMaxBrackets || dots > kMaxDots) return line_;
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }

 private:
  // A string in one line, or between three quotes in several.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool many_lines = rest_.starts_with(three);
    const std::string_view end = many_lines ? std::string_view(three) : std::string_view(three).substr(0, 1);
    rest_.remove_prefix(end.size());
    while (!rest_.empty() && !rest_.starts_with(end)) {
      if (rest_.front() == '\n') {
        if (!many_lines) return;
        ++line_;
      }
      const bool escape = quote == '"' && rest_.front() == '\\';
      rest_.remove_prefix(escape && rest_.size() > 1 && rest_[1] != '\n' ? 2 : 1);
    }
    rest_.remove_prefix(std::min(end.size(), rest_.size()));
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

SettingNode convert(const toml::node& from);

SettingNode::List convert_list(const toml::array& from) {
  SettingNode::List list;
  for (const auto& element : from) list.push_back(convert(element));
  return list;
}

SettingNode::Table convert_table(const toml::table& from) {
  SettingNode::Table table;
  for (const auto& [key, value] : from) {
    SettingNode node = convert(value);
    // A table that dots imply has no place of its own.
    if (node.line == 0) node.line = key.source().begin.line;
    table.emplace_back(std::string(key.str()), std::move(node));
  }
  return table;
}

SettingNode convert(const toml::node& from) {
  SettingNode node{.line = from.source().begin.line};
  if (const auto* list = from.as_array()) {
    node.value = convert_list(*list);
  } else if (const auto* table = from.as_table()) {
    node.value = convert_table(*table);
  } else if (const auto* text = from.as_string()) {
    node.value = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.value = integer->get();
  } else if (const auto* number = from.as_floating_point()) {
    node.value = number->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.value = boolean->get();
  }
  return node;
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

const SettingNode* SettingNode::find(std::string_view key) const {
  const auto* table = get<Table>();
  if (table == nullptr) return nullptr;
  const auto found =
      std::ranges::find(*table, key, [](const auto& entry) { return std::string_view(entry.first); });
  return found == table->end() ? nullptr : &found->second;
}

std::string_view SettingNode::kind() const {
  constexpr std::array<std::string_view, 7> kKinds{
      "a date or time", "true or false", "a whole number", "a number", "a string", "a list", "a table"};
  return kKinds[value.index()];
}

Result<SettingNode> parse_toml(std::string_view text, std::string_view name) {
  if (text.size() > kMaxSettingsBytes) {
    return fail(ErrorCode::kBadUserInput, fmt::format("{}: has more than {} bytes", name, kMaxSettingsBytes));
  }
  if (const auto line = NestingCheck(text).find()) return at_line(name, *line, "nests too deep");
  try {
    return convert(toml::parse(text, name));
  } catch (const toml::parse_error& error) {
    return at_line(name, error.source().begin.line, error.description());
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, fmt::format("{}: cannot be read", name), error.what());
  }
}

}  // namespace parley::base
