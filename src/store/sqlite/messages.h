// Statements about messages. On a lane's thread, inside its transaction; errors as Store says.
#pragma once

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

base::Result<MessagePage> message_page(Connection& db, OwnerKey owner, model::ConversationId id,
                                       const MessagePageRequest& request);
base::Result<Context> read_context(Connection& db, OwnerKey owner, const ContextQuery& query);
base::Result<model::Message> pin_message(Connection& db, OwnerKey owner, model::MessageId id, bool pinned);

}  // namespace parley::store::sqlite
