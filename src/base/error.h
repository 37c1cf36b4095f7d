// What went wrong, for the program and for people: every function that can fail at run time returns
// Result<T>.
//
// The codes are the documented ones that clients see (docs/api.md); one table here maps each to its name and
// its HTTP status. Values; used on any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace parley::base {

enum class ErrorCode : std::uint8_t {
  kUnauthenticated,
  kForbidden,
  kNotFound,
  kGraphqlParseFailed,
  kGraphqlValidationFailed,
  kBadUserInput,
  kPayloadTooLarge,
  kQueryTooComplex,
  kConflict,
  kTurnInProgress,
  kIdempotencyMismatch,
  kRateLimited,
  kBudgetExceeded,
  kOverloaded,
  kContextTooLong,
  kProviderRejected,
  kProviderUnavailable,
  kDeadlineExceeded,
  // The caller went away or asked to stop. Never sent to a client: there is nobody to read it.
  kCancelled,
  kInternal,
};

// The code as clients see it, such as "NOT_FOUND".
std::string_view name(ErrorCode code);

// The HTTP status that goes with the code, such as 404.
int http_status(ErrorCode code);

// The code of that name, or nothing.
std::optional<ErrorCode> error_code_from_name(std::string_view name);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  // For the client: names the problem and what to do, and holds no secret and no internals.
  std::string message;
  // For the log only: the library's message, the file, the SQL.
  std::string cause{};
  std::optional<std::chrono::milliseconds> retry_after{};
  // kConflict: the version that the conversation has now.
  std::optional<std::int64_t> current_version{};
  // kBudgetExceeded: when the budget is fresh again, RFC 3339.
  std::optional<std::string> resets_at{};
};

template <class T>
using Result = std::expected<T, Error>;

// `return fail(ErrorCode::kNotFound, "...")` from a function that returns a Result of anything.
[[nodiscard]] std::unexpected<Error> fail(ErrorCode code, std::string message, std::string cause = {});

// `return fail(result)` hands a failed result's error on.
template <class T>
[[nodiscard]] std::unexpected<Error> fail(Result<T>&& failed) {
  return std::unexpected<Error>(std::move(failed).error());
}

}  // namespace parley::base
