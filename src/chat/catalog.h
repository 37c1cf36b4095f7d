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
#include "model/quantity.h"
#include "model/usage.h"

namespace parley::chat {

// Micro-dollars for a million tokens.
struct Price {
  model::MicroUsd input{};
  model::MicroUsd cached_input{};
  model::MicroUsd output{};
};

// What `usage` costs at `price`, rounded up to a whole micro-dollar, once for the sum. Negative counts, and
// more cached input than input, are taken as none.
model::MicroUsd cost_of(const model::Usage& usage, const Price& price);

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
