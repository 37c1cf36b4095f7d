#include "graphql/execute.h"

#include <utility>

#include "graphql/executor.h"

namespace parley::graphql {
namespace {

std::unexpected<GraphqlError> no_operation(std::string message) {
  GraphqlError error{.message = std::move(message)};
  error.extensions.emplace("code", base::name(base::ErrorCode::kGraphqlValidationFailed));
  return std::unexpected(std::move(error));
}

}  // namespace

std::expected<const OperationDefinition*, GraphqlError> find_operation(const Document& document,
                                                                       std::string_view name) {
  const OperationDefinition* found = nullptr;
  for (const Definition& definition : document.definitions) {
    const auto* operation = std::get_if<OperationDefinition>(&definition);
    if (operation == nullptr) continue;
    if (name.empty()) {
      if (found != nullptr) {
        return no_operation("Must provide operation name if query contains multiple operations.");
      }
      found = operation;
    } else if (operation->name && operation->name->text == name) {
      found = operation;
    }
  }
  if (found != nullptr) return found;
  if (name.empty()) return no_operation("Must provide an operation.");
  return no_operation("Unknown operation named \"" + std::string(name) + "\".");
}

base::Awaitable<Response> execute(Execution execution) {
  Executor executor(std::move(execution));
  co_return co_await executor.run();
}

}  // namespace parley::graphql
