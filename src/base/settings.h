// The settings as one table, which yields the parser, the defaults and the documentation.
//
// A row says a key, what it holds, the member of a plain struct that it sets, and one sentence for people.
// The default is what the member has in a struct that was made without a file. Rows stand in sections; a
// named section holds a struct for each name, in a map: [models.small]. The table knows nothing of what it is
// used for. Immutable once made; any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/setting_type.h"
#include "base/settings_source.h"

namespace parley::base {

// Whether a running program takes a new value, or its next start.
enum class Reload : std::uint8_t { kRestart, kLive };

enum class Presence : std::uint8_t { kOptional, kRequired };

// One row, bound to the member of one struct. Must not outlive the struct.
struct BoundSetting {
  std::string_view key;
  std::string_view about;
  std::string_view doc;
  Reload reload;
  Presence presence;
  std::function<std::expected<void, std::string>(const SettingNode&, SettingContext&)> read;
  std::function<std::string()> show;
};

// One section, bound to one struct.
struct BoundSection {
  std::string_view name;
  std::string_view doc;
  // [name.entry], any number of them.
  bool named = false;
  // The settings of an entry, which is made where it is not there yet; of the section itself for "".
  std::function<std::vector<BoundSetting>(const std::string& entry)> bind;
  std::function<std::vector<std::string>()> entries;
};

// ---- what Settings<S> is made of; callers have no use for it

// Reads `file` (a table) and the variables PREFIX_SECTION_KEY and PREFIX_SECTION_ENTRY_KEY, which win, into
// the bound sections. BAD_USER_INPUT: everything that is wrong, one line each, up to 20. Variables that begin
// like a section's and fit no key are warned of.
[[nodiscard]] Result<void> read_settings(const std::vector<BoundSection>& sections, const SettingNode& file,
                                         std::string_view file_name, std::string_view prefix,
                                         SettingContext& context);
// Markdown: one heading and one table a section. `sections` are bound to a struct with the defaults.
std::string document_settings(const std::vector<BoundSection>& sections);
// "section.key" of each setting with Reload::kRestart that differs.
std::vector<std::string> differing_settings(const std::vector<BoundSection>& one,
                                            const std::vector<BoundSection>& other);

// The rows of one struct.
template <class Struct>
class SettingRows {
 public:
  // `member` is called with a Struct& and returns the T& in it.
  template <class T, class Member>
  SettingRows& add(std::string key, SettingType<T> type, Member member, std::string doc,
                   Reload reload = Reload::kRestart, Presence presence = Presence::kOptional) {
    rows_.push_back([key = std::move(key), type = std::move(type), member, doc = std::move(doc), reload,
                     presence](Struct& owner) {
      T& value = member(owner);
      return BoundSetting{
          .key = key,
          .about = type.about,
          .doc = doc,
          .reload = reload,
          .presence = presence,
          .read = [&value, &type](const SettingNode& node,
                                  SettingContext& context) -> std::expected<void, std::string> {
            auto read = type.read(node, context);
            if (!read) return std::unexpected(std::move(read).error());
            value = std::move(*read);
            return {};
          },
          .show = [&value, &type] { return type.show(value); }};
    });
    return *this;
  }

  std::vector<BoundSetting> bind(Struct& owner) const {
    std::vector<BoundSetting> bound;
    for (const auto& row : rows_) bound.push_back(row(owner));
    return bound;
  }

 private:
  std::vector<std::function<BoundSetting(Struct&)>> rows_{};
};

template <class Root>
class Settings {
 public:
  // `prefix`: of the variables, such as "PARLEY".
  explicit Settings(std::string prefix) : prefix_(std::move(prefix)) {}

  // [name]
  Settings& section(std::string name, std::string doc, SettingRows<Root> rows) {
    sections_.push_back([name = std::move(name), doc = std::move(doc), rows = std::move(rows)](Root& root) {
      return BoundSection{.name = name,
                          .doc = doc,
                          .bind = [&root, &rows](const std::string&) { return rows.bind(root); },
                          .entries = [] { return std::vector<std::string>(); }};
    });
    return *this;
  }

  // [name.entry], where `member` returns the std::map<std::string, Entry>& of a Root&.
  template <class Entry, class Member>
  Settings& named(std::string name, std::string doc, Member member, SettingRows<Entry> rows) {
    sections_.push_back(
        [name = std::move(name), doc = std::move(doc), member, rows = std::move(rows)](Root& root) {
          std::map<std::string, Entry>& entries = member(root);
          return BoundSection{
              .name = name,
              .doc = doc,
              .named = true,
              .bind = [&entries, &rows](const std::string& entry) { return rows.bind(entries[entry]); },
              .entries =
                  [&entries] {
                    std::vector<std::string> names;
                    for (const auto& [entry, value] : entries) names.push_back(entry);
                    return names;
                  }};
        });
    return *this;
  }

  // What the file and the variables say, on top of what `root` has. Errors as read_settings().
  [[nodiscard]] Result<void> read(Root& root, const SettingNode& file, std::string_view file_name,
                                  SettingContext& context) const {
    return read_settings(bind(root), file, file_name, prefix_, context);
  }
  // The settings of both that differ and take a restart.
  std::vector<std::string> differing(Root one, Root other) const {
    return differing_settings(bind(one), bind(other));
  }
  std::string document() const {
    Root defaults{};
    return document_settings(bind(defaults));
  }

 private:
  std::vector<BoundSection> bind(Root& root) const {
    std::vector<BoundSection> bound;
    for (const auto& section : sections_) bound.push_back(section(root));
    return bound;
  }

  std::string prefix_;
  std::vector<std::function<BoundSection(Root&)>> sections_{};
};

}  // namespace parley::base
