// What an operation asks of each type of object at each of its places, worked out once for all objects that
// turn up there, as they turn up.
//
// Belongs to one operation that runs, on one worker; a subscription keeps its plan from event to event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "graphql/collect.h"
#include "graphql/error.h"
#include "graphql/positions.h"
#include "graphql/resolver.h"
#include "graphql/schema.h"
#include "graphql/serialize.h"

namespace parley::graphql {

struct Plan;

struct PlannedField {
  std::string_view key;
  std::uint32_t ordinal = 0;
  const FieldType* type = nullptr;
  const NamedType* parent_type = nullptr;
  // The named type within the field's type, and which kind of leaf it is where it is one.
  const NamedType* innermost = nullptr;
  Leaf leaf = Leaf::kCustom;
  std::vector<const Field*> nodes{};
  boost::json::object arguments{};
  // Why the field cannot be asked for.
  std::optional<GraphqlError> refused{};

  // Where its value comes from: its parent's type's name, a resolver, or else a member of the parent's JSON.
  bool type_name = false;
  const PlainResolver* plain = nullptr;
  // The parent is the schema: `__schema` or `__type`.
  bool of_schema = false;
  const BatchResolver* batch = nullptr;

  // What is asked of the objects that are its values, by their types. Filled as types turn up.
  std::vector<std::unique_ptr<Plan>> below{};

  // What the batch resolver answered on the level that is being worked on.
  Values answers{};
};

struct Plan {
  const NamedType* type = nullptr;
  std::vector<PlannedField> fields{};
  // Why no field can be asked for.
  std::optional<GraphqlError> refused{};
  // Whether a field has a batch resolver.
  bool waits = false;

  // The objects on the level that is being worked on, and their places.
  struct Place {
    Positions::Index position = Positions::kRoot;
    // With a member for each field, in their order.
    boost::json::object* out = nullptr;
    // Set where the object is JSON.
    const boost::json::value* json = nullptr;
  };
  std::vector<Object> parents{};
  std::vector<Place> places{};
};

class Planner {
 public:
  // What is passed outlives the planner.
  Planner(const OperationScope& scope, const Resolvers& resolvers) : scope_(scope), resolvers_(resolvers) {}

  // The plan for an operation's root.
  Plan root(const NamedType& type, const SelectionSet& selections) const;
  // The plan for values of `field` that are objects of `type`; made at its first use.
  Plan& below(PlannedField& field, const NamedType& type) const;
  // Whether `field` has a field of that name right below.
  bool selects(const PlannedField& field, std::string_view name) const;

  const OperationScope& scope() const { return scope_; }

 private:
  Plan make(const NamedType& type, std::span<const SelectionSet* const> sets) const;
  PlannedField planned(const NamedType& type, CollectedField collected) const;

  const OperationScope& scope_;
  const Resolvers& resolvers_;
};

}  // namespace parley::graphql
