#include "tokens/chat.h"

namespace parley::tokens {
namespace {

struct Frame {
  std::int64_t message;
  // "system", "user", "assistant", "developer", "tool": one token each in both encodings.
  std::int64_t role;
  std::int64_t name;
  std::int64_t reply;
};

constexpr Frame kOpenAi{.message = 3, .role = 1, .name = 1, .reply = 3};
// Templates of open models take 3 to 7 a message, its role included:
// <|start_header_id|>user<|end_header_id|>, two newlines and <|eot_id|> (Llama 3), or <|im_start|>user, a
// newline, <|im_end|> and a newline (ChatML). Some put a system prompt of 20 to 40 in front of a request that
// has none: Qwen 2.5, SmolLM2, Llama 3.1 with its dates.
constexpr Frame kSafe{.message = 6, .role = 2, .name = 4, .reply = 48};

constexpr const Frame& frame(Encoding encoding) {
  return encoding == Encoding::kUnknown ? kSafe : kOpenAi;
}

}  // namespace

std::int64_t chat_overhead(Encoding encoding, std::size_t messages) {
  const Frame& of = frame(encoding);
  return static_cast<std::int64_t>(messages) * (of.message + of.role) + of.reply;
}

std::int64_t name_overhead(Encoding encoding) {
  return frame(encoding).name;
}

}  // namespace parley::tokens
