#include "graphql/rules/no_fragment_cycles.h"

namespace parley::graphql::rules {

void NoFragmentCycles::enter(const FragmentDefinition& fragment) {
  start(fragment);
  while (!steps_.empty() && !context_.stopped()) {
    Step& step = steps_.back();
    if (step.next < step.spreads->size()) {
      follow(*(*step.spreads)[step.next++]);
      continue;
    }
    begins_.erase(step.name);
    steps_.pop_back();
    if (!steps_.empty()) way_.pop_back();
  }
}

void NoFragmentCycles::start(const FragmentDefinition& fragment) {
  if (!visited_.insert(fragment.name.text).second) return;
  const auto& spreads = context_.spreads(fragment.selection_set);
  if (spreads.empty()) return;
  begins_[fragment.name.text] = way_.size();
  steps_.push_back({.name = fragment.name.text, .spreads = &spreads});
}

void NoFragmentCycles::follow(const FragmentSpread& spread) {
  way_.push_back(&spread);
  if (auto begin = begins_.find(spread.name.text); begin != begins_.end()) {
    report(begin->second);
  } else if (const FragmentDefinition* next = context_.fragment(spread.name.text)) {
    std::size_t before = steps_.size();
    start(*next);
    // Its last step takes the spread off the way again.
    if (steps_.size() > before) return;
  }
  way_.pop_back();
}

void NoFragmentCycles::report(std::size_t from) {
  std::vector<Position> at;
  std::string via;
  for (std::size_t i = from; i < way_.size(); ++i) {
    at.push_back(way_[i]->at);
    if (i + 1 == way_.size()) break;
    via.append(via.empty() ? " via \"" : ", \"").append(way_[i]->name.text).append("\"");
  }
  context_.report(
      "Cannot spread fragment \"" + std::string(way_.back()->name.text) + "\" within itself" + via + ".", at);
}

}  // namespace parley::graphql::rules
