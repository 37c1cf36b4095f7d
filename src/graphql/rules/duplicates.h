// Finds names that are given more than once, in linear time.
#pragma once

#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graphql/ast.h"

namespace parley::graphql::rules {

// Calls `found(name, positions)` for each name of `things` that is there more than once, in the order in
// which the names first appear. `name_of(thing)` is a Name.
template <class Things, class NameOf, class Found>
void each_duplicate(const Things& things, NameOf name_of, Found found) {
  if (things.size() < 2) return;
  std::unordered_map<std::string_view, std::size_t> index;
  std::vector<std::pair<std::string_view, std::vector<Position>>> groups;
  for (const auto& thing : things) {
    const Name& name = name_of(thing);
    auto [entry, added] = index.try_emplace(name.text, groups.size());
    if (added) groups.emplace_back(name.text, std::vector<Position>{});
    groups[entry->second].second.push_back(name.at);
  }
  for (const auto& [name, positions] : groups) {
    if (positions.size() > 1) found(name, positions);
  }
}

}  // namespace parley::graphql::rules
