#include "graphql/rules/unique_argument_names.h"

#include "graphql/rules/duplicates.h"

namespace parley::graphql::rules {

void UniqueArgumentNames::check(const std::vector<Argument>& arguments) {
  each_duplicate(
      arguments, [](const Argument& argument) -> const Name& { return argument.name; },
      [this](std::string_view name, const std::vector<Position>& at) {
        context_.report("There can be only one argument named \"" + std::string(name) + "\".", at);
      });
}

}  // namespace parley::graphql::rules
