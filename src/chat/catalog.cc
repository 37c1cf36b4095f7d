#include "chat/catalog.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace parley::chat {

using base::Result;

namespace {

// Products of two 63-bit counts.
__extension__ using Wide = unsigned __int128;

}  // namespace

model::MicroUsd cost_of(const model::Usage& usage, const Price& price) {
  constexpr Wide kMillion = 1'000'000;
  const auto at_least_none = [](std::int64_t n) { return std::max<std::int64_t>(n, 0); };
  const std::int64_t input = at_least_none(usage.input.count());
  const std::int64_t cached = std::min(at_least_none(usage.cached_input.count()), input);
  const auto part = [&](std::int64_t tokens, model::MicroUsd per_million) {
    return static_cast<Wide>(tokens) * static_cast<std::uint64_t>(at_least_none(per_million.count()));
  };
  const Wide sum = part(input - cached, price.input) + part(cached, price.cached_input) +
                   part(at_least_none(usage.output.count()), price.output);
  const Wide whole = (sum + kMillion - 1) / kMillion;
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return model::MicroUsd(whole > static_cast<std::uint64_t>(kMost) ? kMost
                                                                   : static_cast<std::int64_t>(whole));
}

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
