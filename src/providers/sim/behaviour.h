// How the simulated provider answers one request, said in words: in its options, in the model's name
// ("sim-cut-5", "sim-tokens-100-gap-20") and in request headers (`x-sim-cut: 5`).
//
// A word that takes a number is followed by one or stands for its usual one. Values; any thread.
//
//   tokens N     N tokens of output, at most max_tokens (16)
//   full         as many tokens as max_tokens allows
//   vary         1 to twice `tokens`, as the prompt's hash has it
//   first N      N ms to the first token (200)
//   gap N        N ms between tokens (20)
//   rate N       N tokens a second (50)
//   slow         first 200, gap 50
//   echo         the last user's message, cut into words
//   tools        calls the first of the request's tools, unless the last message is a tool's
//   cached N     says that N of the prompt's tokens were cached (all)
//   chunked      streams in chunks also where nothing is to be waited for
//   nousage      says nothing of usage
//   usagelast    the usage stands in the chunk that finishes, not in one of its own
//   nodone       ends without [DONE]
//   400 .. 599   refuses with this status
//   retry N      N ms as Retry-After of refusals (1000)
//   context      refuses: the prompt is longer than the window
//   html         200 with a page of HTML
//   drop         closes the connection without an answer
//   silent       sends no head for a minute
//   cut N        closes the connection after N tokens (3)
//   unfinished N ends after N tokens as if that were all, without finish_reason (3)
//   stall N      sends nothing more after N tokens, for a minute (3)
//   malformed N  after N tokens sends what is no JSON (3)
//   error N      after N tokens sends an error object (3)
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "net/http.h"

namespace parley::providers {

enum class SimFault : std::uint8_t {
  kNone,
  kStatus,
  kContext,
  kHtml,
  kDrop,
  kSilent,
  kCut,
  kUnfinished,
  kStall,
  kMalformed,
  kError
};

enum class SimLength : std::uint8_t { kFixed, kFull, kVary };

struct SimBehaviour {
  // At most kMostTokens.
  std::int64_t tokens = 16;
  SimLength length = SimLength::kFixed;
  std::chrono::microseconds first_token{0};
  std::chrono::microseconds gap{0};
  SimFault fault = SimFault::kNone;
  // kStatus: the status; the faults that come in mid-answer: after how many tokens.
  std::int64_t fault_at = 0;
  std::chrono::milliseconds retry_after{1000};
  std::optional<std::int64_t> cached{};
  bool echo = false;
  bool tools = false;
  bool chunked = false;
  bool usage = true;
  bool usage_last = false;
  bool done = true;

  static constexpr std::int64_t kMostTokens = 100'000;

  // The answer takes its time.
  bool waits() const { return first_token.count() > 0 || gap.count() > 0; }
};

// Changes `behaviour` as the words between '-' in `words` say. BAD_USER_INPUT, naming the word, for one that
// is not known or whose number is out of range; `behaviour` may then have been changed in part.
[[nodiscard]] base::Result<void> apply_words(SimBehaviour& behaviour, std::string_view words);

// The same for the part of a model's name after "sim-"; a model of another name, or "sim", says nothing.
[[nodiscard]] base::Result<void> apply_model(SimBehaviour& behaviour, std::string_view model);

// The same for each header x-sim-WORD, whose value is the number or empty.
[[nodiscard]] base::Result<void> apply_headers(SimBehaviour& behaviour, const net::Headers& headers);

}  // namespace parley::providers
