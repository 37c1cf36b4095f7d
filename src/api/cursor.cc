#include "api/cursor.h"

#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "auth/base64url.h"

namespace parley::api {

using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kMessage = "m1:";
constexpr std::string_view kConversation = "c1:";

std::unexpected<base::Error> bad() {
  return base::fail(ErrorCode::kBadUserInput, "that is not a cursor of this list");
}

// What follows the mark, where the text is a cursor at all.
std::optional<std::string> body_of(std::string_view text, std::string_view mark) {
  constexpr std::size_t kMaxCursor = 128;
  if (text.size() > kMaxCursor) return std::nullopt;
  auto decoded = auth::base64url_decode(text);
  if (!decoded || !decoded->starts_with(mark)) return std::nullopt;
  return decoded->substr(mark.size());
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // One way to write each number.
  if (error != std::errc{} || end != text.data() + text.size() || std::to_string(number) != text)
    return std::nullopt;
  return number;
}

}  // namespace

std::string message_cursor(store::MessageCursor position) {
  return auth::base64url_encode(fmt::format("{}{}", kMessage, position));
}

Result<store::MessageCursor> parse_message_cursor(std::string_view text) {
  const auto body = body_of(text, kMessage);
  const auto position = body ? whole(*body) : std::nullopt;
  if (!position) return bad();
  return *position;
}

std::string conversation_cursor(const model::Conversation& conversation) {
  return auth::base64url_encode(fmt::format(
      "{}{}:{}", kConversation, conversation.updated_at.time_since_epoch().count(), conversation.id.str()));
}

Result<store::ConversationCursor> parse_conversation_cursor(std::string_view text) {
  const auto body = body_of(text, kConversation);
  if (!body) return bad();
  const std::size_t colon = body->find(':');
  if (colon == std::string::npos) return bad();
  const auto updated_at = whole(std::string_view(*body).substr(0, colon));
  const auto id = model::ConversationId::parse(std::string_view(*body).substr(colon + 1));
  if (!updated_at || !id) return bad();
  return store::ConversationCursor{.updated_at = base::WallTime(std::chrono::milliseconds(*updated_at)),
                                   .id = *id};
}

std::string user_id(std::string_view user) {
  return "user_" + auth::base64url_encode(user);
}

}  // namespace parley::api
