#include "context/assemble.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace parley::context {
namespace {

constexpr std::string_view kSummaryHead = "Summary of the conversation so far:\n";

std::string stable_prefix(const model::Conversation& conversation) {
  std::string prefix = conversation.briefing.value_or("");
  const std::string prompt = conversation.system_prompt.value_or("");
  if (!prefix.empty() && !prompt.empty()) prefix += "\n\n";
  return prefix + prompt;
}

}  // namespace

store::ContextQuery query_for(model::ConversationId conversation, std::int64_t position, int history,
                              int max_pinned) {
  return {.conversation = conversation,
          .last = std::clamp(history, 0, store::kMaxPage - 1) + 1,
          .up_to = position,
          .max_pinned = max_pinned};
}

std::vector<ContextMessage> assemble(const store::Context& context) {
  std::vector<ContextMessage> messages;
  messages.reserve(context.pinned.size() + context.recent.size() + 2);
  if (std::string prefix = stable_prefix(context.conversation); !prefix.empty()) {
    messages.push_back({.role = model::Role::kSystem, .content = std::move(prefix)});
  }
  const std::int64_t asked =
      context.recent.empty() ? std::numeric_limits<std::int64_t>::max() : context.recent.back().position;
  const std::string summary = context.conversation.summary.value_or("");
  if (!summary.empty() && context.conversation.summary_position < asked) {
    messages.push_back({.role = model::Role::kSystem, .content = std::string(kSummaryHead) + summary});
  }
  for (const auto* part : {&context.pinned, &context.recent}) {
    for (const model::Message& message : *part) {
      if (!message.content.empty()) messages.push_back({.role = message.role, .content = message.content});
    }
  }
  return messages;
}

}  // namespace parley::context
