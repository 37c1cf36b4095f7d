// 5.3.2: fields that end up under one response key are the same field with the same arguments, and have types
// that can stand for each other.
//
// The reference implementation's algorithm, so that conflicts are found, worded and ordered as there: fields
// of one selection set are compared among themselves; then with each fragment that it spreads, and fragments
// with each other, where each pair is compared once. The number of comparisons has a bound: a document beyond
// it is refused as too complex.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class OverlappingFields {
 public:
  explicit OverlappingFields(Context& context);
  void enter(const SelectionSetNode& node);

 private:
  struct Collected;
  // A field where it is selected.
  struct Use {
    const NamedType* parent = nullptr;
    const Field* field = nullptr;
    // nullptr where the parent has no such field; the fields of introspection count as none.
    const FieldType* definition = nullptr;
    // What it selects, once that was asked for.
    mutable Collected* below = nullptr;

    bool simple_leaf() const { return field->arguments.empty() && field->selection_set.empty(); }
    const TypeRef* type() const { return definition == nullptr ? nullptr : definition->type; }
    const NamedType* named_type() const {
      return definition == nullptr ? nullptr : &definition->type->innermost();
    }
  };
  // The uses of one response key.
  struct Group {
    std::string_view key;
    std::vector<Use> uses{};
  };
  // What a selection set selects: inline fragments flattened, fragments that are spread only named.
  struct Collected {
    std::vector<Group> groups{};
    std::vector<std::string_view> fragments{};
    std::unordered_set<std::string_view> spread{};
    // Of the groups; filled once there are many.
    std::unordered_map<std::string_view, std::size_t> index{};
    // Fragments that were compared with this; the value says whether as mutually exclusive only.
    std::unordered_map<std::string_view, bool> compared{};

    const Group* find(std::string_view key) const;
    Group& group(std::string_view key);
  };
  struct Conflict {
    std::string_view key;
    std::string reason;
    std::vector<const Field*> first{};
    std::vector<const Field*> second{};
  };
  // No more are looked for than can be told.
  struct Conflicts {
    std::size_t limit;
    std::vector<Conflict> found{};
  };
  using FragmentPair = std::pair<std::string_view, std::string_view>;
  struct PairHash {
    std::size_t operator()(const FragmentPair& pair) const;
    std::size_t operator()(const std::pair<const void*, const void*>& pair) const;
  };

  Collected& collect(const NamedType* parent, const SelectionSet& set);
  void collect_into(Collected& all, const NamedType* parent, const SelectionSet& set);
  Collected& collect(const FragmentDefinition& fragment);
  Collected& below(const Use& use);

  void within(Conflicts& conflicts, const Collected& all);
  void between(Conflicts& conflicts, bool exclusive, const Collected& first, const Collected& second);
  void with_fragment(Conflicts& conflicts, bool exclusive, Collected& fields, std::string_view fragment);
  void fragments(Conflicts& conflicts, bool exclusive, std::string_view first, std::string_view second);
  Conflicts sub_selections(bool exclusive, const Use& first, const Use& second);
  void compare(Conflicts& conflicts, bool parents_exclusive, std::string_view key, const Use& first,
               const Use& second);
  static Conflict joined(std::string_view key, const Use& first, const Use& second, const Conflicts& below);
  // Why two fields that may apply to one object differ; empty where they do not.
  std::string difference(const Use& first, const Use& second);
  bool same_arguments(const Field& first, const Field& second);
  const std::string& canonical(const Value& value);
  bool types_conflict(const TypeRef& first, const TypeRef& second);

  bool enough(const Conflicts& conflicts) const;
  // False, and the walk has stopped, once the document has cost too much.
  bool spend(int cost);
  // Whether there is stack left for one more level; refuses the document where not.
  bool deeper();

  Context& context_;
  int budget_;
  int depth_ = 0;
  std::deque<Collected> all_{};
  std::unordered_map<std::pair<const void*, const void*>, Collected*, PairHash> collected_{};
  std::unordered_map<FragmentPair, bool, PairHash> compared_{};
  // Of fields whose arguments were compared.
  std::unordered_map<std::pair<const void*, const void*>, bool, PairHash> same_arguments_{};
  std::unordered_map<const Value*, std::string> canonical_{};
};

}  // namespace parley::graphql::rules
