// "Did you mean ...?": the reference implementation's choice, order and wording of suggestions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parley::graphql::rules {

// The options that are within an edit distance of 0.4 of the input's length and one, nearest first, then in
// natural order. An edit is to insert, delete or replace a character, to swap two neighbours, or any change
// of case.
std::vector<std::string_view> suggestion_list(std::string_view input,
                                              const std::vector<std::string_view>& options);

// ` Did you mean <what> "a", "b", or "c"?`, with five at the most; empty where there are none. `what` may be
// empty.
std::string did_you_mean(std::string_view what, const std::vector<std::string_view>& suggestions);

// Whether `a` comes before `b`, numbers within them compared as numbers.
bool natural_less(std::string_view a, std::string_view b);

// The names of things that have a `name` of text, in their order.
template <class Things>
std::vector<std::string_view> names_of(const Things& things) {
  std::vector<std::string_view> names;
  names.reserve(things.size());
  for (const auto& thing : things) names.push_back(thing.name);
  return names;
}

}  // namespace parley::graphql::rules
