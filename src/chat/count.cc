#include "chat/count.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "tokens/chat.h"
#include "tokens/counter.h"

namespace parley::chat {

namespace json = boost::json;
using base::Awaitable;

namespace {

// A millisecond's worth or two, after which others of this worker get their turn.
constexpr std::size_t kSlice = std::size_t{32} << 10;

class Sum {
 public:
  explicit Sum(const ChatModel& model) : model_(model) {}

  Awaitable<void> add(std::string_view text) {
    if (text.size() + since_pause_ <= kSlice) {
      since_pause_ += text.size();
      sum_ += tokens::count(model_.encoding, text);
      co_return;
    }
    tokens::Counter counter(model_.encoding);
    for (; !text.empty(); text.remove_prefix(std::min(kSlice, text.size()))) {
      counter.add(text.substr(0, kSlice));
      since_pause_ = 0;
      co_await boost::asio::post(co_await boost::asio::this_coro::executor, base::kTuple);
    }
    counter.finish();
    sum_ += counter.tokens();
  }
  Awaitable<void> add(const json::object& members) {
    if (!members.empty()) co_await add(std::string_view(json::serialize(members)));
  }
  void add(std::int64_t tokens) { sum_ += tokens; }

  model::Tokens tokens() const { return model::Tokens(sum_); }

 private:
  const ChatModel& model_;
  std::int64_t sum_ = 0;
  std::size_t since_pause_ = 0;
};

Awaitable<void> add_part(Sum& sum, const ChatModel& model, const json::value& part) {
  const auto* members = part.if_object();
  const auto* text = members == nullptr ? nullptr : members->if_contains("text");
  if (text == nullptr || !text->is_string()) {
    sum.add(model.image_tokens);
  } else {
    co_await sum.add(std::string_view(text->get_string()));
  }
}

Awaitable<void> add_content(Sum& sum, const ChatModel& model, const json::value& content) {
  if (const auto* text = content.if_string()) co_return co_await sum.add(std::string_view(*text));
  if (content.is_null()) co_return;
  if (const auto* parts = content.if_array()) {
    for (const json::value& part : *parts) co_await add_part(sum, model, part);
    co_return;
  }
  const std::string text = json::serialize(content);
  co_await sum.add(std::string_view(text));
}

}  // namespace

Awaitable<model::Tokens> count_input(const ChatModel& model, const providers::ChatRequest& request) {
  Sum sum(model);
  sum.add(tokens::chat_overhead(model.encoding, request.messages.size()));
  for (const providers::ChatMessage& message : request.messages) {
    co_await add_content(sum, model, message.content);
    if (message.extra.empty()) continue;
    sum.add(tokens::name_overhead(model.encoding));
    co_await sum.add(message.extra);
  }
  co_await sum.add(request.extra);
  co_return sum.tokens();
}

Awaitable<model::Tokens> count_embeddings_input(const ChatModel& model, const json::object& request) {
  Sum sum(model);
  const json::value* input = request.if_contains("input");
  if (input == nullptr) co_return sum.tokens();
  if (const auto* text = input->if_string()) co_await sum.add(std::string_view(*text));
  const auto* list = input->if_array();
  if (list == nullptr) co_return sum.tokens();
  for (const json::value& item : *list) {
    if (const auto* text = item.if_string()) {
      co_await sum.add(std::string_view(*text));
    } else {
      // One token, or a list of tokens.
      const auto* ids = item.if_array();
      sum.add(ids == nullptr ? 1 : static_cast<std::int64_t>(ids->size()));
    }
  }
  co_return sum.tokens();
}

}  // namespace parley::chat
