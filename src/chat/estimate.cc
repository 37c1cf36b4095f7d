#include "chat/estimate.h"

#include <boost/json/serialize.hpp>

namespace parley::chat {

std::int64_t estimate_tokens(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + 3) / 4);
}

std::int64_t estimate_tokens(const std::vector<providers::ChatMessage>& messages) {
  constexpr std::int64_t kFrame = 4;
  std::int64_t tokens = 0;
  for (const providers::ChatMessage& message : messages) {
    tokens += kFrame;
    if (const auto* text = message.content.if_string()) {
      tokens += estimate_tokens(text->size());
    } else if (!message.content.is_null()) {
      tokens += estimate_tokens(boost::json::serialize(message.content).size());
    }
    if (!message.extra.empty()) tokens += estimate_tokens(boost::json::serialize(message.extra).size());
  }
  return tokens;
}

}  // namespace parley::chat
