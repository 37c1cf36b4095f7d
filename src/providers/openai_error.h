// What an OpenAI-compatible server's refusals and broken answers mean here.
//
// Functions without state; any thread. An Error's message is fit for users and says nothing of the provider;
// its cause, for the log, has what the provider said, cut short, without control characters and without the
// key.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/clock.h"
#include "base/error.h"
#include "net/http.h"

namespace parley::providers {

// The members of an error object, as far as they were there: {"error":{"message","type","code"}}, the same
// without the outer object (vLLM before 0.10), or {"error":"text"} (Ollama).
struct OpenAiFault {
  std::string message;
  std::string type;
  std::string code;
};

// True where `reply` is an error in one of these forms; `error: null` is none.
bool is_fault(const boost::json::value& reply);
OpenAiFault read_fault(const boost::json::value& reply);

// An answer with a status outside 200 to 299, and what came of its body (empty is fine).
//   400 and others below 500 whose code, type or message says that the input is longer than the model's
//       window   kContextTooLong
//   3xx 401 402 403 407 408 409 425 429 5xx   kProviderUnavailable: the key, the account, the load or the
//       server is at fault, not the request; `retry_after` for 408, 409, 425, 429 and 5xx, where it is said
//   every other   kProviderRejected
// The message that comes with a 401 is left out of the cause: it repeats parts of the key.
base::Error status_error(int status, const net::Headers& headers, std::string_view body,
                         std::string_view api_key, base::WallTime now);

// kProviderUnavailable: an error object where an answer, or a piece of one, should have been.
base::Error fault_error(const OpenAiFault& fault, std::string_view api_key);

// kProviderUnavailable: the answer cannot be understood, or is not whole. `cause` says why.
base::Error broken_answer(std::string cause);

// `text` for a log: at most 400 bytes of it, each control character a space, '?' for every
// byte above 0x7f where they are not UTF-8, and "[key]" for every occurrence of `api_key` (if not empty).
std::string for_log(std::string_view text, std::string_view api_key);

}  // namespace parley::providers
