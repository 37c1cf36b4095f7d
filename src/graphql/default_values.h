// Default values of arguments and input fields, coerced to JSON and checked (specification of September 2025,
// sections 3.6.1 and 3.10: a default fits its type, and no input field's default holds itself). Used while a
// schema is made.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "graphql/error.h"
#include "graphql/schema.h"

namespace parley::graphql {

class DefaultValues {
 public:
  // Errors are located in `document`, which holds every literal but those of built-in parts.
  DefaultValues(const Schema& schema, const Document& document, std::vector<GraphqlError>& errors)
      : schema_(schema), document_(document), errors_(errors) {}

  // `coordinate` names it in messages: `Query.user(id:)`. The value stays where it is until coerce_all().
  void add(InputValue& value, std::string coordinate);

  // Fills in default_value of all that have a literal, those first that another one needs: an object's
  // default takes in its absent fields' defaults.
  void coerce_all();

 private:
  enum class State : std::uint8_t { kNew, kBegun, kDone };
  struct Entry {
    InputValue* value;
    std::string coordinate;
    State state = State::kNew;
  };

  void coerce(Entry& entry);
  // Coerces the defaults that `literal` takes in.
  void coerce_within(const Value& literal, const TypeRef& type);
  void report_cycle(const Entry& entry);

  const Schema& schema_;
  const Document& document_;
  std::vector<GraphqlError>& errors_;
  std::vector<Entry> entries_{};
  std::unordered_map<const InputValue*, std::size_t> index_{};
  // Those that are begun.
  std::vector<const Entry*> path_{};
};

}  // namespace parley::graphql
