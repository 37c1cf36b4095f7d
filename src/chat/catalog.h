// The models that clients may name, where each is served and what it costs. An immutable value, made from the
// configuration; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/price.h"
#include "tokens/tokenizer.h"

namespace parley::chat {

using model::cost_of;
using model::Price;

enum class ModelKind : std::uint8_t { kChat, kEmbedding };

struct ChatModel {
  // As clients name it, and as its provider does.
  std::string id;
  std::string provider;
  std::string upstream;
  // In tokens.
  std::int64_t context_window = 0;
  Price price{};
  // What it can be asked for: a turn, or embeddings.
  ModelKind kind = ModelKind::kChat;
  // How it counts tokens, and what a part of a message that is no text is taken for at the most.
  tokens::Encoding encoding = tokens::Encoding::kUnknown;
  std::int64_t image_tokens = 2000;
};

class Catalog {
 public:
  // `default_model` is the id of one of `models` that chats, or empty where there is none.
  Catalog(std::vector<ChatModel> models, std::string default_model)
      : models_(std::move(models)), default_model_(std::move(default_model)) {}

  // nullptr where there is none of that id.
  const ChatModel* find(std::string_view id) const;
  const std::vector<ChatModel>& models() const { return models_; }
  const std::string& default_model() const { return default_model_; }

 private:
  std::vector<ChatModel> models_;
  std::string default_model_;
};

// BAD_USER_INPUT where the catalog has no model of that id and kind.
[[nodiscard]] base::Result<void> check_model(std::string_view id, const Catalog& catalog, ModelKind kind);

using CatalogPtr = std::shared_ptr<const Catalog>;

}  // namespace parley::chat
