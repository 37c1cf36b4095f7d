// 5.5.2.2: no fragment spreads itself, directly or through others.
#pragma once

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class NoFragmentCycles {
 public:
  explicit NoFragmentCycles(Context& context) : context_(context) {}
  void enter(const FragmentDefinition& fragment);

 private:
  // A fragment on the way that is being followed, and how far its spreads have been.
  struct Step {
    std::string_view name;
    const std::vector<const FragmentSpread*>* spreads;
    std::size_t next = 0;
  };

  void start(const FragmentDefinition& fragment);
  void follow(const FragmentSpread& spread);
  void report(std::size_t from);

  Context& context_;
  // Fragments are followed once, so the work is linear and each cycle is reported once. What is on the way
  // is kept beside the stack of calls, because a chain of fragments may be as long as the document.
  std::unordered_set<std::string_view> visited_{};
  std::vector<Step> steps_{};
  std::vector<const FragmentSpread*> way_{};
  // Where on the way a fragment that is being followed begins.
  std::unordered_map<std::string_view, std::size_t> begins_{};
};

}  // namespace parley::graphql::rules
