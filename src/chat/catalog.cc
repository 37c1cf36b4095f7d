#include "chat/catalog.h"

#include <algorithm>

#include <fmt/format.h>

namespace parley::chat {

using base::Result;

Result<void> check_model(std::string_view id, const Catalog& catalog, ModelKind kind) {
  constexpr std::size_t kMostShown = 200;
  const ChatModel* model = catalog.find(id);
  if (model == nullptr) {
    // What is not shown is no model's id either.
    const std::string_view shown = id.size() <= kMostShown ? id : std::string_view("(a long name)");
    return base::fail(base::ErrorCode::kBadUserInput,
                      fmt::format("there is no model \"{}\": name another one", shown));
  }
  if (model->kind == kind) return {};
  const std::string_view instead =
      kind == ModelKind::kChat ? "makes embeddings and does not chat" : "chats and makes no embeddings";
  return base::fail(base::ErrorCode::kBadUserInput, fmt::format("the model \"{}\" {}", id, instead));
}

const ChatModel* Catalog::find(std::string_view id) const {
  const auto found = std::ranges::find(models_, id, &ChatModel::id);
  return found == models_.end() ? nullptr : &*found;
}

}  // namespace parley::chat
