#include "store/store.h"

#include <utility>

namespace parley::store {
namespace {

// The one answer of a list of one, or NOT_FOUND.
template <class T>
base::Result<T> only(base::Result<std::vector<std::optional<T>>> found, const char* what) {
  if (!found) return base::fail(std::move(found));
  if (found->size() != 1 || !found->front()) {
    return base::fail(base::ErrorCode::kNotFound, std::string("there is no such ") + what);
  }
  return std::move(*found->front());
}

}  // namespace

Reply<model::Conversation> Store::conversation(base::Call call, model::Owner owner,
                                               model::ConversationId id) {
  std::vector<model::ConversationId> ids(1, id);
  auto found = co_await conversations(std::move(call), std::move(owner), std::move(ids));
  co_return only(std::move(found), "conversation");
}

Reply<MessagePage> Store::message_page(base::Call call, model::Owner owner, model::ConversationId id,
                                       MessagePageRequest page) {
  std::vector<model::ConversationId> ids(1, id);
  auto found = co_await message_pages(std::move(call), std::move(owner), std::move(ids), page);
  co_return only(std::move(found), "conversation");
}

Reply<model::Message> Store::message(base::Call call, model::Owner owner, model::MessageId id) {
  std::vector<model::MessageId> ids(1, id);
  auto found = co_await messages(std::move(call), std::move(owner), std::move(ids));
  co_return only(std::move(found), "message");
}

Reply<TurnState> Store::turn(base::Call call, model::Owner owner, model::TurnId id) {
  std::vector<model::TurnId> ids(1, id);
  auto found = co_await turns(std::move(call), std::move(owner), std::move(ids));
  co_return only(std::move(found), "turn");
}

}  // namespace parley::store
