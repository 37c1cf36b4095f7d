// Values of fields into the response (specification of September 2025, section 6.4.3), with the reference
// implementation's messages.
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "graphql/executor.h"
#include "graphql/inspect.h"

namespace parley::graphql {
namespace {

std::string coordinate(const PlannedField& field) {
  return field.parent_type->name + "." + field.type->name;
}

std::string not_a_list(const PlannedField& field) {
  return "Expected Iterable, but did not find one for field \"" + coordinate(field) + "\".";
}

// The default of Execution::present.
void present_error(const base::Error& error, GraphqlError& shown) {
  shown.message = error.message;
  shown.extensions.emplace("code", base::name(error.code));
  if (error.retry_after) shown.extensions.emplace("retryAfterMs", error.retry_after->count());
  if (error.current_version) shown.extensions.emplace("currentVersion", *error.current_version);
  if (error.resets_at) shown.extensions.emplace("resetsAt", *error.resets_at);
}

}  // namespace

void Executor::complete(const Position& at, const TypeRef& type, PlannedField& field, Resolved& value) {
  if (const auto* error = std::get_if<base::Error>(&value.get())) {
    raise(at, field, *error);
    return;
  }
  auto* json = std::get_if<boost::json::value>(&value.get());
  if (std::holds_alternative<std::monostate>(value.get()) || (json != nullptr && json->is_null())) {
    complete_null(at, field);
    return;
  }
  const TypeRef& bare = type.nullable();
  if (json != nullptr && !field.innermost->leaf()) {
    const auto tree = std::make_shared<const boost::json::value>(std::move(*json));
    complete_json(at, bare, field, *tree, tree);
  } else if (json != nullptr && bare.list()) {
    complete_json(at, bare, field, *json, nullptr);
  } else if (bare.list()) {
    if (auto* list = std::get_if<Resolved::List>(&value.get())) {
      complete_list(at, *bare.of, *list, [this, &bare, &field](const Position& place, Resolved& item) {
        complete(place, *bare.of, field, item);
      });
    } else {
      raise(at, field, not_a_list(field));
    }
  } else if (field.innermost->leaf()) {
    complete_leaf(at, field, serialize_leaf(*bare.named, field.leaf, value, *at.slot));
  } else if (auto* object = std::get_if<Object>(&value.get())) {
    complete_object(at, field, std::move(*object), nullptr);
  } else {
    raise(at, field,
          base::Error{.code = base::ErrorCode::kInternal,
                      .message = "internal error",
                      .cause = coordinate(field) + " gave something that is not an object"});
  }
}

void Executor::complete_json(const Position& at, const TypeRef& type, PlannedField& field,
                             const boost::json::value& value, const std::shared_ptr<const void>& owner) {
  const TypeRef& bare = type.nullable();
  if (value.is_null()) {
    complete_null(at, field);
  } else if (bare.list()) {
    if (const auto* items = value.if_array()) {
      complete_list(at, *bare.of, *items,
                    [this, &bare, &field, &owner](const Position& place, const boost::json::value& item) {
                      complete_json(place, *bare.of, field, item, owner);
                    });
    } else {
      raise(at, field, not_a_list(field));
    }
  } else if (field.innermost->leaf()) {
    complete_leaf(at, field, serialize_leaf(*bare.named, field.leaf, value, *at.slot));
  } else {
    complete_object(at, field, {.data = std::shared_ptr<const void>(owner, &value)}, &value);
  }
}

template <class Items, class Complete>
void Executor::complete_list(const Position& at, const TypeRef& item_type, Items& items,
                             Complete complete_item) {
  auto& array = at.slot->emplace_array();
  array.resize(items.size());
  Position place{.parent = positions_->add(at), .nullable = !item_type.non_null()};
  for (auto& item : items) {
    place.slot = &array[place.ordinal];
    complete_item(place, item);
    ++place.ordinal;
  }
}

void Executor::complete_leaf(const Position& at, const PlannedField& field,
                             const std::expected<void, std::string>& serialized) {
  if (serialized) return;
  *at.slot = nullptr;
  raise(at, field, serialized.error());
}

void Executor::complete_null(const Position& at, const PlannedField& field) {
  if (at.nullable) return;
  raise(at, field, "Cannot return null for non-nullable field " + coordinate(field) + ".");
}

void Executor::complete_object(const Position& at, PlannedField& field, Object object,
                               const boost::json::value* json) {
  const auto type = runtime_type(field, object, json);
  if (!type) {
    raise(at, field, type.error());
    return;
  }
  Plan& plan = planner_.below(field, **type);
  if (plan.refused) {
    raise(at, *plan.refused);
    return;
  }
  boost::json::object& out = open_object(*at.slot, plan);
  if (plan.fields.empty()) return;
  if (plan.parents.empty()) next_.push_back({.plan = &plan, .first = 0, .last = plan.fields.size()});
  plan.places.push_back({.position = positions_->add(at), .out = &out, .json = json});
  plan.parents.push_back(std::move(object));
}

std::expected<const NamedType*, std::string> Executor::runtime_type(const PlannedField& field,
                                                                    const Object& object,
                                                                    const boost::json::value* json) const {
  const NamedType& type = *field.innermost;
  if (!type.abstract()) return &type;
  std::string_view name = object.type;
  if (json != nullptr && json->is_object()) {
    if (const auto* given = json->get_object().if_contains("__typename");
        given != nullptr && given->is_string()) {
      name = given->get_string();
    }
  }
  if (name.empty()) {
    return std::unexpected(
        "Abstract type \"" + type.name + "\" must resolve to an Object type at runtime for field \"" +
        coordinate(field) + "\". Either the \"" + type.name +
        "\" type should provide a \"resolveType\" function or each possible type should provide an "
        "\"isTypeOf\" function.");
  }
  const NamedType* found = scope_.schema.type(name);
  if (found == nullptr) {
    return std::unexpected("Abstract type \"" + type.name + "\" was resolved to a type \"" +
                           std::string(name) + "\" that does not exist inside the schema.");
  }
  if (found->kind != TypeKind::kObject) {
    return std::unexpected("Abstract type \"" + type.name + "\" was resolved to a non-object type \"" +
                           std::string(name) + "\".");
  }
  if (!scope_.schema.is_possible(type, *found)) {
    return std::unexpected("Runtime Object type \"" + std::string(name) + "\" is not a possible type for \"" +
                           type.name + "\".");
  }
  return found;
}

boost::json::object& Executor::open_object(boost::json::value& slot, const Plan& plan) {
  auto& object = slot.emplace_object();
  object.reserve(plan.fields.size());
  for (const PlannedField& field : plan.fields) object.emplace(field.key, nullptr);
  return object;
}

// ---- errors

GraphqlError Executor::presented(const PlannedField& field, Path path, const base::Error& error) const {
  GraphqlError shown{.path = std::move(path)};
  shown.locations.reserve(field.nodes.size());
  for (const Field* node : field.nodes) shown.locations.push_back(execution_.document.location(node->at));
  if (execution_.present) {
    execution_.present(error, shown);
  } else {
    present_error(error, shown);
  }
  return shown;
}

void Executor::raise(const Position& at, const PlannedField& field, const base::Error& error) {
  positions_->raise(at, presented(field, positions_->path(at), error));
}

void Executor::raise(const Position& at, const PlannedField& field, std::string message) {
  GraphqlError error{.message = std::move(message), .path = positions_->path(at)};
  error.locations.reserve(field.nodes.size());
  for (const Field* node : field.nodes) error.locations.push_back(execution_.document.location(node->at));
  error.extensions.emplace("code", base::name(base::ErrorCode::kInternal));
  positions_->raise(at, std::move(error));
}

void Executor::raise(const Position& at, GraphqlError refused) {
  refused.path = positions_->path(at);
  positions_->raise(at, std::move(refused));
}

}  // namespace parley::graphql
