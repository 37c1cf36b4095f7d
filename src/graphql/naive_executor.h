// Executes on plain JSON, depth first, one object after another, an exception for each error: the
// specification's section 6 read aloud. For tests, which hold the executor to it.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "graphql/execute.h"
#include "graphql/serialize.h"

namespace parley::graphql {

class NaiveExecutor {
 public:
  NaiveExecutor(const Schema& schema, const Document& document, const boost::json::object& variables)
      : schema_(schema), document_(document), variables_(variables) {}

  Response run(const OperationDefinition& operation, const boost::json::value& root) {
    Response response;
    try {
      Fields fields;
      std::set<std::string_view> visited;
      const NamedType& type = *schema_.root(operation.type);
      collect(type, operation.selection_set, fields, visited);
      response.data = object(type, fields, root, {});
    } catch (GraphqlError& error) {
      response.data = nullptr;
      errors_.push_back(std::move(error));
    }
    response.errors = std::move(errors_);
    return response;
  }

 private:
  using Nodes = std::vector<const Field*>;
  using Fields = std::vector<std::pair<std::string_view, Nodes>>;

  // What a value is completed for.
  struct Asked {
    const NamedType& parent;
    const FieldType& field;
    const Nodes& nodes;
    std::string coordinate() const { return parent.name + "." + field.name; }
  };

  [[noreturn]] void fail(const Asked& asked, const Path& path, std::string message) const {
    GraphqlError error{.message = std::move(message), .path = path, .extensions = {{"code", "INTERNAL"}}};
    for (const Field* node : asked.nodes) error.locations.push_back(document_.location(node->at));
    throw error;
  }

  bool condition(const Directive& directive) const {
    const Value& value = directive.arguments.at(0).value;
    if (value.kind == ValueKind::kBoolean) return value.text == "true";
    const boost::json::value& given = variables_.at(value.text);
    if (given.is_bool()) return given.get_bool();
    throw GraphqlError{.message = "Argument \"if\" of non-null type \"Boolean!\" must not be null.",
                       .locations = {document_.location(value.at)},
                       .extensions = {{"code", "BAD_USER_INPUT"}}};
  }

  bool wanted(const std::vector<Directive>& directives) const {
    for (const Directive& each : directives) {
      if (each.name.text == "skip" && condition(each)) return false;
    }
    for (const Directive& each : directives) {
      if (each.name.text == "include" && !condition(each)) return false;
    }
    return true;
  }

  bool applies(std::string_view condition, const NamedType& type) const {
    for (const NamedType* possible : schema_.possible_types(*schema_.type(condition))) {
      if (possible == &type) return true;
    }
    return false;
  }

  const FragmentDefinition& fragment(std::string_view name) const {
    for (const Definition& each : document_.definitions) {
      const auto* found = std::get_if<FragmentDefinition>(&each);
      if (found != nullptr && found->name.text == name) return *found;
    }
    throw GraphqlError{.message = "no such fragment"};
  }

  void collect(const NamedType& type, const SelectionSet& set, Fields& fields,
               std::set<std::string_view>& visited) const {
    for (const Selection& selection : set.selections) {
      if (const auto* field = std::get_if<Field>(&selection.of)) {
        if (!wanted(field->directives)) continue;
        auto same =
            std::ranges::find(fields, field->response_key(), &std::pair<std::string_view, Nodes>::first);
        if (same == fields.end()) same = fields.insert(same, {field->response_key(), {}});
        same->second.push_back(field);
      } else if (const auto* inlined = std::get_if<InlineFragment>(&selection.of)) {
        if (!wanted(inlined->directives)) continue;
        if (inlined->type_condition && !applies(inlined->type_condition->text, type)) continue;
        collect(type, inlined->selection_set, fields, visited);
      } else if (const auto* spread = std::get_if<FragmentSpread>(&selection.of)) {
        if (visited.contains(spread->name.text) || !wanted(spread->directives)) continue;
        visited.insert(spread->name.text);
        const FragmentDefinition& spread_one = fragment(spread->name.text);
        if (applies(spread_one.type_condition.text, type)) {
          collect(type, spread_one.selection_set, fields, visited);
        }
      }
    }
  }

  boost::json::value object(const NamedType& type, const Fields& fields, const boost::json::value& source,
                            const Path& path) {
    boost::json::object out;
    for (const auto& [key, nodes] : fields) {
      Path below = path;
      below.emplace_back(std::string(key));
      const std::string_view name = nodes.front()->name.text;
      if (name == "__typename") {
        out[key] = type.name;
        continue;
      }
      const boost::json::value* member = source.is_object() ? source.get_object().if_contains(name) : nullptr;
      const Asked asked{type, *type.field(name), nodes};
      out[key] = guarded(*asked.field.type, asked, below, member != nullptr ? *member : boost::json::value());
    }
    return out;
  }

  // Null where the value fails and may be null.
  boost::json::value guarded(const TypeRef& type, const Asked& asked, const Path& path,
                             const boost::json::value& value) {
    try {
      return complete(type, asked, path, value);
    } catch (GraphqlError& error) {
      if (error.path.empty()) error.path = path;
      if (type.non_null()) throw;
      errors_.push_back(std::move(error));
      return nullptr;
    }
  }

  boost::json::value complete(const TypeRef& type, const Asked& asked, const Path& path,
                              const boost::json::value& value) {
    if (type.non_null()) {
      boost::json::value inner = complete(*type.of, asked, path, value);
      if (inner.is_null()) {
        fail(asked, path, "Cannot return null for non-nullable field " + asked.coordinate() + ".");
      }
      return inner;
    }
    if (value.is_null()) return nullptr;
    if (type.list()) {
      if (!value.is_array()) {
        fail(asked, path,
             "Expected Iterable, but did not find one for field \"" + asked.coordinate() + "\".");
      }
      boost::json::array items;
      for (const boost::json::value& item : value.get_array()) {
        Path below = path;
        below.emplace_back(static_cast<std::int64_t>(items.size()));
        items.push_back(guarded(*type.of, asked, below, item));
      }
      return items;
    }
    if (type.named->leaf()) {
      boost::json::value out;
      auto done = serialize_leaf(*type.named, leaf_of(*type.named), value, out);
      if (!done) fail(asked, path, done.error());
      return out;
    }
    const NamedType& runtime = runtime_type(*type.named, asked, path, value);
    Fields fields;
    std::set<std::string_view> visited;
    for (const Field* node : asked.nodes) collect(runtime, node->selection_set, fields, visited);
    return object(runtime, fields, value, path);
  }

  const NamedType& runtime_type(const NamedType& type, const Asked& asked, const Path& path,
                                const boost::json::value& value) const {
    if (!type.abstract()) return type;
    const auto* name = value.is_object() ? value.get_object().if_contains("__typename") : nullptr;
    if (name == nullptr || !name->is_string()) {
      fail(asked, path,
           "Abstract type \"" + type.name + "\" must resolve to an Object type at runtime for field \"" +
               asked.coordinate() + "\". Either the \"" + type.name +
               "\" type should provide a \"resolveType\" function or each possible type should provide an "
               "\"isTypeOf\" function.");
    }
    const NamedType* runtime = schema_.type(name->get_string());
    const std::string shown(name->get_string());
    if (runtime == nullptr) {
      fail(asked, path,
           "Abstract type \"" + type.name + "\" was resolved to a type \"" + shown +
               "\" that does not exist inside the schema.");
    }
    if (!applies(type.name, *runtime)) {
      fail(asked, path,
           "Runtime Object type \"" + shown + "\" is not a possible type for \"" + type.name + "\".");
    }
    return *runtime;
  }

  const Schema& schema_;
  const Document& document_;
  const boost::json::object& variables_;
  std::vector<GraphqlError> errors_{};
};

}  // namespace parley::graphql
