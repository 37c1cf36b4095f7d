#include "base/settings.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/quote.h"

namespace parley::base {
namespace {

constexpr std::size_t kMaxProblems = 20;
constexpr std::size_t kMaxEntries = 256;
constexpr std::size_t kMaxEntryNameBytes = 128;
constexpr auto kAfterTheFile = std::numeric_limits<std::uint32_t>::max();

std::string path_of(std::string_view section, std::string_view entry, std::string_view key) {
  return entry.empty() ? fmt::format("{}.{}", section, key) : fmt::format("{}.{}.{}", section, entry, key);
}

// SECTION_KEY, where what is neither letter nor digit is an underscore.
std::string variable_of(std::string_view prefix, std::string_view path) {
  std::string name = fmt::format("{}_{}", prefix, path);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) c = '_';
  }
  return name;
}

// How many letters have to be changed, added or left out (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// ": did you mean 'x'?", or nothing where no word is near.
std::string hint(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > 64) return {};
  std::string_view best;
  std::size_t least = std::min<std::size_t>(3, word.size() / 2) + 1;
  for (const auto candidate : known) {
    const auto away = distance(word, candidate);
    if (away >= least) continue;
    least = away;
    best = candidate;
  }
  return best.empty() ? std::string() : fmt::format(": did you mean {}?", quote(best));
}

// One reading of all settings.
class Reading {
 public:
  Reading(const std::vector<BoundSection>& sections, std::string_view file_name, std::string_view prefix,
          SettingContext& context)
      : sections_(sections), file_name_(file_name), prefix_(prefix), context_(context) {}

  void read_file(const SettingNode& file) {
    const auto* table = file.get<SettingNode::Table>();
    if (table == nullptr) return problem(file.line, "", "a table is wanted");
    for (const auto& [name, node] : *table) read_section(name, node);
  }

  void read_environment() {
    const auto known = variables();
    const std::string start = fmt::format("{}_", prefix_);
    for (auto it = context_.environment.lower_bound(start);
         it != context_.environment.end() && it->first.starts_with(start); ++it) {
      const auto found = known.find(it->first);
      if (found == known.end()) {
        warn_of_variable(it->first);
      } else {
        set_from_variable(it->first, it->second, found->second);
      }
    }
  }

  void check_required() {
    each_entry([this](const BoundSection& section, const std::string& entry) {
      for (const auto& setting : section.bind(entry)) {
        const auto path = path_of(section.name, entry, setting.key);
        if (setting.presence == Presence::kOptional || seen_.contains(path)) continue;
        const auto line = entry_lines_.find(path_of(section.name, entry, ""));
        problem(line == entry_lines_.end() ? 0 : line->second, path, "is missing");
      }
    });
  }

  Result<void> result() const {
    if (problems_.empty()) return {};
    std::string message;
    std::size_t told = 0;
    for (auto it = problems_.begin(); it != problems_.end() && told < kMaxProblems; ++it, ++told) {
      message += (told == 0 ? "" : "\n") + it->second;
    }
    if (problems_.size() > told) {
      message += fmt::format("\n{}: and {} more", file_name_, problems_.size() - told);
    }
    return fail(ErrorCode::kBadUserInput, std::move(message));
  }

 private:
  struct Target {
    const BoundSection* section;
    std::string entry;
    std::string key;
  };
  using Variables = std::map<std::string, std::vector<Target>, std::less<>>;

  template <class Visit>
  void each_entry(Visit visit) const {
    for (const auto& section : sections_) {
      if (!section.named) {
        visit(section, std::string());
        continue;
      }
      for (const auto& entry : section.entries()) visit(section, entry);
    }
  }

  void problem(std::uint32_t line, std::string_view path, std::string_view what) {
    const std::string where = line == 0 ? std::string(file_name_) : fmt::format("{}:{}", file_name_, line);
    const std::string_view colon = path.empty() ? "" : ": ";
    problems_.emplace(line, fmt::format("{}: {}{}{}", where, path, colon, what));
  }

  void read_section(const std::string& name, const SettingNode& node) {
    const auto section = std::ranges::find(sections_, name, &BoundSection::name);
    if (section == sections_.end()) {
      std::vector<std::string_view> known;
      for (const auto& other : sections_) known.push_back(other.name);
      return problem(node.line, "", fmt::format("there is no section {}{}", quote(name), hint(name, known)));
    }
    const auto* table = node.get<SettingNode::Table>();
    if (table == nullptr) {
      return problem(node.line, name, fmt::format("a table is wanted, not {}", node.kind()));
    }
    if (!section->named) return read_entry(*section, "", *table);
    if (table->size() > kMaxEntries) {
      return problem(node.line, name, fmt::format("at most {} are possible", kMaxEntries));
    }
    for (const auto& [entry, settings] : *table) read_named(*section, entry, settings);
  }

  void read_named(const BoundSection& section, const std::string& entry, const SettingNode& node) {
    const bool fit = !entry.empty() && entry.size() <= kMaxEntryNameBytes &&
                     std::ranges::all_of(entry, [](char c) { return c > ' ' && c <= '~'; });
    if (!fit) {
      return problem(node.line, section.name,
                     fmt::format("the name {} is not one of 1 to {} visible ASCII characters", quote(entry),
                                 kMaxEntryNameBytes));
    }
    const auto* table = node.get<SettingNode::Table>();
    if (table == nullptr) {
      return problem(
          node.line, section.name,
          fmt::format("{}: a table [{}.NAME] is wanted, not {}", entry, section.name, node.kind()));
    }
    entry_lines_[path_of(section.name, entry, "")] = node.line;
    read_entry(section, entry, *table);
  }

  void read_entry(const BoundSection& section, const std::string& entry, const SettingNode::Table& table) {
    const auto settings = section.bind(entry);
    for (const auto& [key, node] : table) {
      const auto setting = std::ranges::find(settings, key, &BoundSetting::key);
      if (setting == settings.end()) {
        refuse_key(section, entry, settings, key, node);
      } else {
        set(*setting, path_of(section.name, entry, key), node, {});
      }
    }
  }

  void refuse_key(const BoundSection& section, const std::string& entry,
                  const std::vector<BoundSetting>& settings, const std::string& key,
                  const SettingNode& node) {
    const auto path = entry.empty() ? std::string(section.name) : fmt::format("{}.{}", section.name, entry);
    if (section.named && node.get<SettingNode::Table>() != nullptr) {
      return problem(node.line, path,
                     fmt::format("there is no key {}: a name with a dot is quoted, [{}.\"a.b\"]", quote(key),
                                 section.name));
    }
    std::vector<std::string_view> known;
    for (const auto& setting : settings) known.push_back(setting.key);
    problem(node.line, path, fmt::format("there is no key {}{}", quote(key), hint(key, known)));
  }

  // `variable`: where the value comes from, if not from the file.
  void set(const BoundSetting& setting, const std::string& path, const SettingNode& node,
           std::string_view variable) {
    const auto before = context_.warnings.size();
    const auto read = setting.read(node, context_);
    for (auto i = before; i < context_.warnings.size(); ++i) {
      context_.warnings[i] = fmt::format("{}: {}", path, context_.warnings[i]);
    }
    seen_.insert(path);
    if (read) return;
    if (variable.empty()) return problem(node.line, path, read.error());
    problems_.emplace(kAfterTheFile, fmt::format("{}: {}: {}", variable, path, read.error()));
  }

  Variables variables() const {
    Variables variables;
    each_entry([&](const BoundSection& section, const std::string& entry) {
      for (const auto& setting : section.bind(entry)) {
        const auto name = variable_of(prefix_, path_of(section.name, entry, setting.key));
        variables[name].push_back({&section, entry, std::string(setting.key)});
      }
    });
    return variables;
  }

  void set_from_variable(const std::string& name, const std::string& text,
                         const std::vector<Target>& targets) {
    if (targets.size() > 1) {
      std::string all;
      for (const auto& target : targets) {
        all += (all.empty() ? "" : ", ") + path_of(target.section->name, target.entry, target.key);
      }
      problems_.emplace(kAfterTheFile, fmt::format("{}: could be any of {}: set it in the file", name, all));
      return;
    }
    const Target& target = targets.front();
    const auto settings = target.section->bind(target.entry);
    const auto setting = std::ranges::find(settings, target.key, &BoundSetting::key);
    const SettingNode node{.value = text, .from_environment = true};
    set(*setting, path_of(target.section->name, target.entry, target.key), node, name);
  }

  // Others may use the prefix for their own: only what begins like a section is looked at.
  void warn_of_variable(const std::string& name) {
    const bool ours = std::ranges::any_of(sections_, [&](const BoundSection& section) {
      return name.starts_with(variable_of(prefix_, section.name) + "_");
    });
    if (ours) context_.warnings.push_back(fmt::format("the variable {} fits no setting", quote(name, 256)));
  }

  const std::vector<BoundSection>& sections_;
  std::string_view file_name_;
  std::string_view prefix_;
  SettingContext& context_;
  // By the line in the file; what comes from a variable comes last.
  std::multimap<std::uint32_t, std::string> problems_{};
  std::set<std::string> seen_{};
  std::map<std::string, std::uint32_t> entry_lines_{};
};

}  // namespace

Result<void> read_settings(const std::vector<BoundSection>& sections, const SettingNode& file,
                           std::string_view file_name, std::string_view prefix, SettingContext& context) {
  Reading reading(sections, file_name, prefix, context);
  reading.read_file(file);
  reading.read_environment();
  reading.check_required();
  return reading.result();
}

std::string document_settings(const std::vector<BoundSection>& sections) {
  std::string page;
  for (const auto& section : sections) {
    page += fmt::format("\n## [{}{}]\n{}\n\n", section.name, section.named ? ".NAME" : "", section.doc);
    page += "| key | value | default | reload | what |\n| --- | --- | --- | --- | --- |\n";
    for (const auto& setting : section.bind("")) {
      const auto value = setting.show();
      std::string standard = value.empty() ? "" : fmt::format("`{}`", value);
      if (setting.presence == Presence::kRequired) standard = "required";
      page += fmt::format("| `{}` | {} | {} | {} | {} |\n", setting.key, setting.about, standard,
                          setting.reload == Reload::kLive ? "yes" : "", setting.doc);
    }
  }
  return page;
}

std::vector<std::string> differing_settings(const std::vector<BoundSection>& one,
                                            const std::vector<BoundSection>& other) {
  std::vector<std::string> differing;
  for (std::size_t i = 0; i < one.size(); ++i) {
    // An entry that only one of them has is compared with the defaults.
    std::set<std::string> entries{""};
    if (one[i].named) {
      const auto first = one[i].entries();
      const auto second = other[i].entries();
      entries = {first.begin(), first.end()};
      entries.insert(second.begin(), second.end());
    }
    for (const auto& entry : entries) {
      const auto left = one[i].bind(entry);
      const auto right = other[i].bind(entry);
      for (std::size_t row = 0; row < left.size(); ++row) {
        if (left[row].reload == Reload::kLive || left[row].show() == right[row].show()) continue;
        differing.push_back(path_of(one[i].name, entry, left[row].key));
      }
    }
  }
  return differing;
}

}  // namespace parley::base
