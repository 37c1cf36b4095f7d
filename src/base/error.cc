#include "base/error.h"

#include <array>
#include <utility>

namespace parley::base {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  int http_status;
};

constexpr std::array kTable{
    Row{ErrorCode::kUnauthenticated, "UNAUTHENTICATED", 401},
    Row{ErrorCode::kForbidden, "FORBIDDEN", 403},
    Row{ErrorCode::kNotFound, "NOT_FOUND", 404},
    Row{ErrorCode::kGraphqlParseFailed, "GRAPHQL_PARSE_FAILED", 400},
    Row{ErrorCode::kGraphqlValidationFailed, "GRAPHQL_VALIDATION_FAILED", 400},
    Row{ErrorCode::kBadUserInput, "BAD_USER_INPUT", 400},
    Row{ErrorCode::kPayloadTooLarge, "PAYLOAD_TOO_LARGE", 413},
    Row{ErrorCode::kQueryTooComplex, "QUERY_TOO_COMPLEX", 400},
    Row{ErrorCode::kConflict, "CONFLICT", 409},
    Row{ErrorCode::kTurnInProgress, "TURN_IN_PROGRESS", 409},
    Row{ErrorCode::kIdempotencyMismatch, "IDEMPOTENCY_MISMATCH", 422},
    Row{ErrorCode::kRateLimited, "RATE_LIMITED", 429},
    Row{ErrorCode::kBudgetExceeded, "BUDGET_EXCEEDED", 429},
    Row{ErrorCode::kOverloaded, "OVERLOADED", 503},
    Row{ErrorCode::kContextTooLong, "CONTEXT_TOO_LONG", 400},
    Row{ErrorCode::kProviderRejected, "PROVIDER_REJECTED", 502},
    Row{ErrorCode::kProviderUnavailable, "PROVIDER_UNAVAILABLE", 503},
    Row{ErrorCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", 504},
    Row{ErrorCode::kCancelled, "CANCELLED", 499},
    Row{ErrorCode::kInternal, "INTERNAL", 500},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].code) != i) return false;
  }
  return kTable.size() == static_cast<std::size_t>(ErrorCode::kInternal) + 1;
}
static_assert(in_order(), "the table is indexed by code");

}  // namespace

std::string_view name(ErrorCode code) {
  return kTable[static_cast<std::size_t>(code)].name;
}

int http_status(ErrorCode code) {
  return kTable[static_cast<std::size_t>(code)].http_status;
}

std::optional<ErrorCode> error_code_from_name(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

std::unexpected<Error> fail(ErrorCode code, std::string message, std::string cause) {
  return std::unexpected<Error>(
      Error{.code = code, .message = std::move(message), .cause = std::move(cause)});
}

}  // namespace parley::base
