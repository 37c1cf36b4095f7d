// links: parley_api parley_ops
// What clients send to the API, before anything is looked up: cursors, ids, OpenAI's requests, GraphQL's over
// HTTP and over WebSocket, Accept headers, what operators ask of /admin. The first byte chooses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/chat_request.h"
#include "api/cursor.h"
#include "api/graphql_request.h"
#include "api/graphql_ws_protocol.h"
#include "ops/admin_request.h"
#include "state/state.h"

namespace {

using namespace parley;

void require(bool holds) {
  if (!holds) std::abort();
}

void cursors(std::string_view text) {
  if (const auto position = api::parse_message_cursor(text)) require(api::message_cursor(*position) == text);
  if (const auto place = api::parse_conversation_cursor(text)) {
    model::Conversation conversation{.id = place->id};
    conversation.updated_at = place->updated_at;
    require(api::conversation_cursor(conversation) == text);
  }
  for (const auto& id : {model::ConversationId::parse(text)}) {
    if (id) require(id->str() == text);
  }
}

void chat_request(std::string_view text) {
  auto request = api::parse_chat_request(text);
  if (!request) return;
  require(!request->turn.messages.empty() && request->turn.stateless);
  if (api::continue_conversation(*request, "new")) require(!request->turn.stateless);
}

void graphql_request(std::string_view text) {
  if (auto object = api::parse_json_object(text)) (void)api::parse_graphql_request(std::move(*object));
  net::Request request{.method = "GET", .target = "/graphql?" + std::string(text)};
  (void)api::parse_graphql_query(request);
  (void)api::negotiate(text, true);
  (void)api::is_json(text);
}

// One message a line.
void websocket(std::string_view text) {
  api::GraphqlWsProtocol protocol(4);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const auto actions = protocol.received(text.substr(0, end));
    for (const auto& action : actions) {
      if (std::holds_alternative<api::GraphqlWsProtocol::Authenticate>(action)) (void)protocol.accepted();
      if (const auto* start = std::get_if<api::GraphqlWsProtocol::Start>(&action)) {
        (void)protocol.next(start->id, "{}");
      }
    }
    require(protocol.operations() <= 4);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

void admin(std::string_view text) {
  // What has been read once reads the same again.
  if (const auto subject = ops::parse_subject(text)) require(ops::parse_subject(*subject) == *subject);
  if (const auto ban = ops::parse_ban_request(text)) {
    require(ops::parse_subject(ban->subject) == ban->subject);
    require(!ban->reason.empty() && ban->reason.size() <= state::kMaxReasonBytes);
    require(ban->lasts.count() > 0 && ban->lasts <= ops::kLongestBan);
  }
  if (const auto page = ops::parse_ban_page(text)) {
    require(page->limit > 0 && page->limit <= state::kMaxBans);
    require(page->after.size() <= state::kMaxSubjectBytes);
  }
  if (const auto owner = ops::parse_user_path(text)) {
    require(!owner->tenant.empty() && owner->tenant.size() <= ops::kMaxOwnerNameBytes);
    require(!owner->user.empty() && owner->user.size() <= ops::kMaxOwnerNameBytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      cursors(text);
      break;
    case 1:
      chat_request(text);
      break;
    case 2:
      graphql_request(text);
      break;
    case 3:
      websocket(text);
      break;
    default:
      admin(text);
  }
  return 0;
}
