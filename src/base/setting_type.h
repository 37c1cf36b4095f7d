// What a setting can hold: how it is read from a file or a variable, how it is written, and how its range is
// told. Built from the functions below, one for each kind. Values; any thread.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/settings_source.h"

namespace parley::base {

// What reading may look at beside the value itself.
struct SettingContext {
  const Environment& environment;
  // Relative paths are taken from here.
  std::string folder{};
  // What is odd and yet no error; whoever adds to it names the thing, not the setting.
  std::vector<std::string> warnings{};
};

// What is wrong, without the setting's name and without the value where it could be secret.
template <class T>
using SettingRead = std::expected<T, std::string>;

template <class T>
struct SettingType {
  // For the documentation: "1 to 64", "a duration from 1ms to 1h".
  std::string about;
  std::function<SettingRead<T>(const SettingNode&, SettingContext&)> read;
  // As one would write it in the file; empty for nothing.
  std::function<std::string(const T&)> show;
};

// true or false.
SettingType<bool> boolean();

// A whole number in a range.
SettingType<std::int64_t> whole_number(std::int64_t min, std::int64_t max);
template <std::integral T>
  requires(!std::same_as<T, bool>)
SettingType<T> number(T min, T max);

// 1048576 or "1MiB"; B, KiB, MiB and GiB are known. The range is in bytes.
SettingType<std::size_t> byte_size(std::size_t min, std::size_t max);

// "250ms", "30s", "5m", "12h", "7d"; always with its unit.
SettingType<std::chrono::milliseconds> duration(std::chrono::milliseconds min, std::chrono::milliseconds max);
// A number of seconds without a unit, for keys that name it.
SettingType<std::chrono::milliseconds> whole_seconds(std::int64_t min, std::int64_t max);

// Text without control characters, of `min_bytes` to `max_bytes`.
SettingType<std::string> text(std::size_t max_bytes = 4096, std::size_t min_bytes = 0);
// A file; relative paths become absolute or, without a folder, stay.
SettingType<std::string> path();
// Texts: a list in the file, separated by commas in a variable.
SettingType<std::vector<std::string>> text_list(std::size_t max_texts, std::size_t max_bytes);

// { env = "NAME" } or { file = "path" }; the variable of the setting itself holds the secret as it is. It is
// read here and now; one line's end at the end of a file is left out; up to 64 KiB.
SettingType<Secret> secret();
// A table of texts and secrets by name, up to `max_entries`. Not to be had from a variable.
SettingType<std::map<std::string, Secret>> secret_table(std::size_t max_entries);

// Text that `parse` understands (or says what it wants instead) and `write` writes.
template <class T>
SettingType<T> parsed(std::string about, std::function<SettingRead<T>(std::string_view)> parse,
                      std::function<std::string(const T&)> write);

// One of some words.
template <class T>
SettingType<T> choice(std::vector<std::pair<std::string, T>> words);

// The same, where it may be left out; a text that is empty is left out too.
template <class T>
SettingType<std::optional<T>> optional(SettingType<T> type);

// ---- how the templates above are made

// The text of a string, or of a variable; what else it is otherwise.
SettingRead<std::string> read_text(const SettingNode& node);
std::string show_text(std::string_view text);

template <std::integral T>
  requires(!std::same_as<T, bool>)
SettingType<T> number(T min, T max) {
  auto wide = whole_number(static_cast<std::int64_t>(min), static_cast<std::int64_t>(max));
  return {.about = wide.about,
          .read = [read = wide.read](const SettingNode& node, SettingContext& context) -> SettingRead<T> {
            const auto value = read(node, context);
            if (!value) return std::unexpected(value.error());
            return static_cast<T>(*value);
          },
          .show = [](const T& value) { return std::to_string(value); }};
}

template <class T>
SettingType<T> parsed(std::string about, std::function<SettingRead<T>(std::string_view)> parse,
                      std::function<std::string(const T&)> write) {
  return {.about = std::move(about),
          .read = [parse = std::move(parse)](const SettingNode& node, SettingContext&) -> SettingRead<T> {
            auto text = read_text(node);
            if (!text) return std::unexpected(std::move(text).error());
            return parse(*text);
          },
          .show = [write = std::move(write)](const T& value) { return show_text(write(value)); }};
}

template <class T>
SettingType<T> choice(std::vector<std::pair<std::string, T>> words) {
  std::string about;
  for (const auto& [word, value] : words) about += (about.empty() ? "" : ", ") + show_text(word);
  const auto wanted = "one of " + about + " is wanted";
  const auto parse = [words, wanted](std::string_view text) -> SettingRead<T> {
    for (const auto& [word, value] : words) {
      if (word == text) return value;
    }
    return std::unexpected(wanted);
  };
  const auto write = [words](const T& value) -> std::string {
    for (const auto& [word, known] : words) {
      if (known == value) return word;
    }
    return {};
  };
  return parsed<T>(std::move(about), parse, write);
}

template <class T>
SettingType<std::optional<T>> optional(SettingType<T> type) {
  return {.about = std::move(type.about),
          .read = [read = std::move(type.read)](const SettingNode& node,
                                                SettingContext& context) -> SettingRead<std::optional<T>> {
            if (const auto* text = node.get<std::string>(); text != nullptr && text->empty())
              return std::nullopt;
            auto value = read(node, context);
            if (!value) return std::unexpected(std::move(value).error());
            return std::optional<T>(std::move(*value));
          },
          .show = [show = std::move(type.show)](
                      const std::optional<T>& value) { return value ? show(*value) : std::string(); }};
}

}  // namespace parley::base
