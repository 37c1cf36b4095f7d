#include "base/setting_type.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>

#include "base/file.h"
#include "base/quote.h"

namespace parley::base {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxSecretBytes = std::size_t{64} << 10;

struct Unit {
  std::string_view name;
  std::int64_t size;
};
constexpr std::array kByteUnits{Unit{"GiB", std::int64_t{1} << 30}, Unit{"MiB", std::int64_t{1} << 20},
                                Unit{"KiB", std::int64_t{1} << 10}, Unit{"B", 1}};
// Longer names first where one ends in another.
constexpr std::array kTimeUnits{Unit{"ms", 1}, Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000},
                                Unit{"s", 1'000}};

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// "64KiB" as 65536, where the units say so. Not negative.
std::optional<std::int64_t> parse_amount(std::string_view text, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto count = parse_integer(text.substr(0, text.size() - unit.name.size()));
    std::int64_t product = 0;
    if (!count || *count < 0 || __builtin_mul_overflow(*count, unit.size, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

// In the largest unit that leaves no rest.
std::string show_amount(std::int64_t value, std::span<const Unit> units) {
  const Unit* best = nullptr;
  for (const Unit& unit : units) {
    const bool fits = unit.size == 1 || (value != 0 && value % unit.size == 0);
    if (fits && (best == nullptr || unit.size > best->size)) best = &unit;
  }
  return fmt::format("{}{}", value / best->size, best->name);
}

std::unexpected<std::string> wanted(std::string_view what, const SettingNode& node) {
  if (const auto* text = node.get<std::string>()) {
    return std::unexpected(fmt::format("{} is wanted, not {}", what, quote(*text)));
  }
  if (const auto* integer = node.get<std::int64_t>()) {
    return std::unexpected(fmt::format("{} is wanted, not {}", what, *integer));
  }
  return std::unexpected(fmt::format("{} is wanted, not {}", what, node.kind()));
}

std::optional<std::int64_t> read_integer(const SettingNode& node) {
  if (const auto* integer = node.get<std::int64_t>()) return *integer;
  const auto* text = node.get<std::string>();
  if (text == nullptr || !node.from_environment) return std::nullopt;
  return parse_integer(*text);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto part = text.substr(0, comma);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

SettingRead<std::string> check_text(std::string text, std::size_t min_bytes, std::size_t max_bytes) {
  if (text.size() < min_bytes) {
    return std::unexpected(min_bytes == 1 ? std::string("must not be empty")
                                          : fmt::format("must have at least {} bytes", min_bytes));
  }
  if (text.size() > max_bytes) return std::unexpected(fmt::format("must have at most {} bytes", max_bytes));
  if (has_control_characters(text)) return std::unexpected("must have no control characters");
  return text;
}

SettingRead<Secret> read_secret_file(const std::string& path, SettingContext& context) {
  auto file = read_small_file(path_in(context.folder, path), kMaxSecretBytes);
  if (!file) return std::unexpected(std::move(file).error().message);
  if (file->world_readable) {
    context.warnings.push_back(fmt::format("every user of this machine can read the file {}",
                                           quote(path_in(context.folder, path), 256)));
  }
  std::string& text = file->content;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  Secret secret(std::move(text));
  if (secret.empty()) return std::unexpected(fmt::format("the file {} is empty", quote(path, 256)));
  return secret;
}

SettingRead<Secret> read_secret_variable(const std::string& name, const SettingContext& context) {
  const auto found = context.environment.find(name);
  if (found == context.environment.end()) {
    return std::unexpected(fmt::format("the variable {} is not set", quote(name, 256)));
  }
  if (found->second.empty())
    return std::unexpected(fmt::format("the variable {} is empty", quote(name, 256)));
  if (found->second.size() > kMaxSecretBytes) {
    return std::unexpected(
        fmt::format("the variable {} has more than {} bytes", quote(name, 256), kMaxSecretBytes));
  }
  return Secret(found->second);
}

// Where this fails the value is not told: it may be the secret itself.
SettingRead<Secret> read_secret(const SettingNode& node, SettingContext& context) {
  if (node.from_environment) {
    const auto& text = *node.get<std::string>();
    if (text.empty()) return std::unexpected("the secret is empty");
    if (text.size() > kMaxSecretBytes) return std::unexpected("the secret is too long");
    return Secret(text);
  }
  const auto* table = node.get<SettingNode::Table>();
  const bool one = table != nullptr && table->size() == 1;
  const auto* text = one ? table->front().second.get<std::string>() : nullptr;
  if (text != nullptr && table->front().first == "env") return read_secret_variable(*text, context);
  if (text != nullptr && table->front().first == "file") return read_secret_file(*text, context);
  return std::unexpected(
      "a secret is given as { env = \"NAME\" } or { file = \"path\" }, never in this file");
}

}  // namespace

SettingRead<std::string> read_text(const SettingNode& node) {
  if (const auto* text = node.get<std::string>()) return *text;
  return wanted("a string", node);
}

std::string show_text(std::string_view text) {
  if (text.empty()) return {};
  std::string shown = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') shown += '\\';
    shown += c;
  }
  shown += '"';
  return shown;
}

SettingType<bool> boolean() {
  return {.about = "true or false",
          .read = [](const SettingNode& node, SettingContext&) -> SettingRead<bool> {
            if (const auto* value = node.get<bool>()) return *value;
            const auto* text = node.from_environment ? node.get<std::string>() : nullptr;
            if (text != nullptr && *text == "true") return true;
            if (text != nullptr && *text == "false") return false;
            return wanted("true or false", node);
          },
          .show = [](const bool& value) { return std::string(value ? "true" : "false"); }};
}

SettingType<std::int64_t> whole_number(std::int64_t min, std::int64_t max) {
  const std::string about = fmt::format("{} to {}", min, max);
  return {.about = about,
          .read = [=](const SettingNode& node, SettingContext&) -> SettingRead<std::int64_t> {
            const auto value = read_integer(node);
            if (!value || *value < min || *value > max) {
              return wanted("a whole number from " + about, node);
            }
            return *value;
          },
          .show = [](const std::int64_t& value) { return std::to_string(value); }};
}

SettingType<std::size_t> byte_size(std::size_t min, std::size_t max) {
  const auto low = static_cast<std::int64_t>(min);
  const auto high = static_cast<std::int64_t>(max);
  const std::string about =
      fmt::format("a size from {} to {}", show_amount(low, kByteUnits), show_amount(high, kByteUnits));
  return {.about = about,
          .read = [=](const SettingNode& node, SettingContext&) -> SettingRead<std::size_t> {
            auto value = read_integer(node);
            if (const auto* text = node.get<std::string>(); !value && text != nullptr) {
              value = parse_amount(*text, kByteUnits);
            }
            if (!value || *value < low || *value > high) return wanted(about, node);
            return static_cast<std::size_t>(*value);
          },
          .show =
              [](const std::size_t& value) {
                return show_text(show_amount(static_cast<std::int64_t>(value), kByteUnits));
              }};
}

SettingType<milliseconds> duration(milliseconds min, milliseconds max) {
  const std::string about = fmt::format("a duration from {} to {}", show_amount(min.count(), kTimeUnits),
                                        show_amount(max.count(), kTimeUnits));
  return {
      .about = about,
      .read = [=](const SettingNode& node, SettingContext&) -> SettingRead<milliseconds> {
        const auto* text = node.get<std::string>();
        const auto value = text == nullptr ? std::nullopt : parse_amount(*text, kTimeUnits);
        if (!value || *value < min.count() || *value > max.count()) {
          return wanted(about + ", such as \"" + show_amount(min.count(), kTimeUnits) + "\",", node);
        }
        return milliseconds(*value);
      },
      .show = [](const milliseconds& value) { return show_text(show_amount(value.count(), kTimeUnits)); }};
}

SettingType<milliseconds> whole_seconds(std::int64_t min, std::int64_t max) {
  auto number = whole_number(min, max);
  return {.about = number.about,
          .read = [read = number.read](const SettingNode& node,
                                       SettingContext& context) -> SettingRead<milliseconds> {
            const auto value = read(node, context);
            if (!value) return std::unexpected(value.error());
            return milliseconds(std::chrono::seconds(*value));
          },
          .show = [](const milliseconds& value) { return std::to_string(value.count() / 1000); }};
}

SettingType<std::string> text(std::size_t max_bytes, std::size_t min_bytes) {
  return {.about = min_bytes > 0 ? "a text that is not empty" : "a text",
          .read = [=](const SettingNode& node, SettingContext&) -> SettingRead<std::string> {
            auto text = read_text(node);
            if (!text) return text;
            return check_text(std::move(*text), min_bytes, max_bytes);
          },
          .show = [](const std::string& value) { return show_text(value); }};
}

SettingType<std::string> path() {
  auto plain = text(4096);
  return {.about = "a file",
          .read = [read = plain.read](const SettingNode& node,
                                      SettingContext& context) -> SettingRead<std::string> {
            auto text = read(node, context);
            if (!text) return text;
            return path_in(context.folder, *text);
          },
          .show = plain.show};
}

SettingType<std::vector<std::string>> text_list(std::size_t max_texts, std::size_t max_bytes) {
  using Texts = std::vector<std::string>;
  return {.about = fmt::format("a list of up to {} texts", max_texts),
          .read = [=](const SettingNode& node, SettingContext&) -> SettingRead<Texts> {
            Texts texts;
            if (node.from_environment) {
              texts = split_list(*node.get<std::string>());
            } else if (const auto* list = node.get<SettingNode::List>()) {
              for (const auto& element : *list) {
                auto text = read_text(element);
                if (!text) return std::unexpected(std::move(text).error());
                texts.push_back(std::move(*text));
              }
            } else {
              return wanted("a list of strings", node);
            }
            if (texts.size() > max_texts)
              return std::unexpected(fmt::format("at most {} are possible", max_texts));
            for (auto& text : texts) {
              if (auto checked = check_text(text, 1, max_bytes); !checked) {
                return std::unexpected("each of the texts " + checked.error());
              }
            }
            return texts;
          },
          .show =
              [](const Texts& texts) {
                std::string shown;
                for (const auto& text : texts) shown += (shown.empty() ? "" : ", ") + show_text(text);
                return "[" + shown + "]";
              }};
}

SettingType<Secret> secret() {
  return {.about = "a secret", .read = read_secret, .show = [](const Secret& value) {
            return std::string(value.empty() ? "" : "[secret]");
          }};
}

SettingType<std::map<std::string, Secret>> secret_table(std::size_t max_entries) {
  using Secrets = std::map<std::string, Secret>;
  return {.about = fmt::format("a table of up to {} texts or secrets", max_entries),
          .read = [=](const SettingNode& node, SettingContext& context) -> SettingRead<Secrets> {
            const auto* table = node.get<SettingNode::Table>();
            if (table == nullptr) return std::unexpected("a table is wanted");
            if (table->size() > max_entries) {
              return std::unexpected(fmt::format("at most {} entries are possible", max_entries));
            }
            Secrets secrets;
            for (const auto& [name, value] : *table) {
              const auto* text = value.get<std::string>();
              auto secret =
                  text != nullptr ? SettingRead<Secret>(Secret(*text)) : read_secret(value, context);
              if (!secret) return std::unexpected(fmt::format("{}: {}", quote(name), secret.error()));
              secrets.emplace(name, std::move(*secret));
            }
            return secrets;
          },
          .show =
              [](const Secrets& secrets) {
                std::string shown;
                for (const auto& [name, secret] : secrets) shown += (shown.empty() ? "" : ", ") + name;
                return shown;
              }};
}

}  // namespace parley::base
