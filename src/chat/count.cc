#include "chat/count.h"

#include <algorithm>
#include <array>
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

// In a frame's overhead already; any other role is a text that some templates put into the prompt.
bool framed(std::string_view role) {
  static constexpr std::array<std::string_view, 6> kRoles{"system",    "developer", "user",
                                                          "assistant", "tool",      "function"};
  return std::ranges::find(kRoles, role) != kRoles.end();
}

// A text beside a picture does not make a text of it: servers go by different members.
Awaitable<void> add_part(Sum& sum, const ChatModel& model, const json::value& part) {
  if (const auto* text = part.if_string()) co_return co_await sum.add(std::string_view(*text));
  const auto* members = part.if_object();
  bool more = members == nullptr || members->empty();
  if (members != nullptr) {
    for (const auto& member : *members) {
      const std::string_view name = member.key();
      if (name == "type" || name == "cache_control") continue;
      const auto* text = name == "text" || name == "refusal" ? member.value().if_string() : nullptr;
      if (text != nullptr) co_await sum.add(std::string_view(*text));
      more = more || text == nullptr;
    }
  }
  // A file or a recording costs by its length, a picture by its area.
  const auto* type = members == nullptr ? nullptr : members->if_contains("type");
  const bool picture = type != nullptr && *type == "image_url";
  constexpr std::int64_t kBytes = 4;
  const auto by_size = [&] { return static_cast<std::int64_t>(json::serialize(part).size()) / kBytes; };
  if (more) sum.add(picture ? model.image_tokens : std::max(model.image_tokens, by_size()));
}

// A text, a token, or a list of them.
Awaitable<void> add_embedded(Sum& sum, const json::value& value) {
  if (const auto* text = value.if_string()) co_return co_await sum.add(std::string_view(*text));
  if (const auto* list = value.if_array()) {
    for (const json::value& item : *list) {
      if (item.is_number()) {
        sum.add(1);
      } else {
        co_await add_embedded(sum, item);
      }
    }
    co_return;
  }
  const std::string text = json::serialize(value);
  co_await sum.add(std::string_view(text));
}

// What says how to embed, and not what.
bool says_how(std::string_view member) {
  return member == "model" || member == "encoding_format" || member == "dimensions" || member == "user";
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
    if (!framed(message.role)) co_await sum.add(std::string_view(message.role));
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
  for (const auto& member : request) {
    if (member.key() == "input") {
      co_await add_embedded(sum, member.value());
    } else if (!says_how(member.key())) {
      // Some servers embed `messages` or `content`.
      const std::string text = json::serialize(member.value());
      co_await sum.add(std::string_view(text));
    }
  }
  co_return sum.tokens();
}

}  // namespace parley::chat
