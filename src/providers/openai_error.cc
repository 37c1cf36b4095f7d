#include "providers/openai_error.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <boost/json/parse.hpp>

#include "net/websocket_frame.h"
#include "providers/retry_after.h"

namespace parley::providers {

using base::ErrorCode;

namespace {

constexpr std::size_t kLoggedBytes = 400;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// A string as it is, a number as its digits (vLLM and llama.cpp give the status as the code), else nothing.
std::string text_of(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) return std::string(*text);
  if (const auto* number = value->if_int64()) return std::to_string(*number);
  return {};
}

bool says_too_long(const OpenAiFault& fault) {
  // OpenAI, Groq, DeepSeek; llama.cpp.
  if (fault.code == "context_length_exceeded" || fault.type == "exceed_context_size_error") return true;
  // vLLM, TGI, Mistral and Ollama say it in words only.
  static constexpr std::array<std::string_view, 6> kWords{
      "maximum context length", "exceeds the context", "context length exceeded",
      "context window",         "exceed context",      "available context size"};
  const std::string message = lower(fault.message);
  return std::ranges::any_of(kWords, [&](std::string_view words) { return message.contains(words); });
}

std::string describe(const OpenAiFault& fault, bool with_message) {
  std::string out;
  for (const std::string* part : {&fault.code, &fault.type, &fault.message}) {
    if (part->empty() || (part == &fault.message && !with_message)) continue;
    if (!out.empty()) out += ' ';
    out += *part;
  }
  return out;
}

bool valid_utf8(std::string_view text) {
  net::Utf8Check check;
  return check.feed(text) && check.complete();
}

base::Error unavailable(std::string cause) {
  return {.code = ErrorCode::kProviderUnavailable,
          .message = "the AI provider cannot answer at the moment",
          .cause = std::move(cause)};
}

constexpr std::chrono::milliseconds kSoon{1'000};

bool may_be_tried_again(int status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

}  // namespace

std::string for_log(std::string_view text, std::string_view api_key) {
  // Room for keys to be left out; what lies beyond is not looked at.
  const std::size_t looked_at = (4 * kLoggedBytes) + api_key.size();
  std::string out(text.substr(0, looked_at));
  if (!api_key.empty()) {
    for (std::size_t at = out.find(api_key); at != std::string::npos; at = out.find(api_key, at)) {
      out.replace(at, api_key.size(), "[key]");
    }
  }
  // A part of a key may stand at the end of what was looked at.
  if (text.size() > looked_at) out.resize(out.size() - std::min(out.size(), api_key.size()));
  if (out.size() > kLoggedBytes) {
    std::size_t end = kLoggedBytes;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0U) == 0x80) --end;
    out.resize(end);
  }
  const bool ascii_only = !valid_utf8(out);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
    if (byte > 0x7f && ascii_only) c = '?';
  }
  return out;
}

bool is_fault(const boost::json::value& reply) {
  const boost::json::object* object = reply.if_object();
  if (object == nullptr) return false;
  if (const auto* error = object->if_contains("error")) return !error->is_null();
  const auto* kind = object->if_contains("object");
  return kind != nullptr && kind->is_string() && kind->get_string() == "error";
}

OpenAiFault read_fault(const boost::json::value& reply) {
  const boost::json::object* object = reply.if_object();
  if (object == nullptr) return {};
  if (const auto* error = object->if_contains("error"); error != nullptr && !error->is_null()) {
    if (const auto* text = error->if_string()) return {.message = std::string(*text)};
    if (const auto* inner = error->if_object()) object = inner;
  }
  return {.message = text_of(*object, "message"),
          .type = text_of(*object, "type"),
          .code = text_of(*object, "code")};
}

base::Error status_error(int status, const net::Headers& headers, std::string_view body,
                         std::string_view api_key, base::WallTime now) {
  OpenAiFault fault;
  boost::system::error_code malformed;
  const boost::json::value reply = boost::json::parse(body, malformed);
  if (malformed || !reply.is_object()) {
    fault.message = body;
  } else {
    fault = read_fault(reply);
  }
  const std::string cause =
      for_log("status " + std::to_string(status) + ' ' + describe(fault, status != 401), api_key);
  if (status >= 400 && status < 500 && says_too_long(fault)) {
    return {.code = ErrorCode::kContextTooLong,
            .message = "the conversation is longer than the model can take",
            .cause = cause};
  }
  if (may_be_tried_again(status)) {
    base::Error error = unavailable(cause);
    error.retry_after = retry_after(headers, now);
    // It has too much to do, whether or not it says for how long.
    const bool overloaded = status == 429 || status == 503 || status == 529;
    if (overloaded && !error.retry_after) error.retry_after = kSoon;
    return error;
  }
  // The key or the account is at fault, or what stands between: another request would fare no better here.
  if (status < 400 || status == 401 || status == 402 || status == 403 || status == 407) {
    return unavailable(cause);
  }
  return {.code = ErrorCode::kProviderRejected,
          .message = "the AI provider did not accept the request",
          .cause = cause};
}

base::Error fault_error(const OpenAiFault& fault, std::string_view api_key) {
  return unavailable(for_log("the answer carried an error: " + describe(fault, true), api_key));
}

base::Error broken_answer(std::string cause) {
  return {.code = ErrorCode::kProviderUnavailable,
          .message = "the AI provider broke off the answer",
          .cause = std::move(cause)};
}

}  // namespace parley::providers
