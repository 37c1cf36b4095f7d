// Statements about conversations. On a lane's thread, inside its transaction; errors as Store says.
#pragma once

#include <vector>

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

base::Result<CreatedConversation> create_conversation(Connection& db, OwnerKey owner,
                                                      const NewConversation& created, base::WallTime now);
base::Result<model::Conversation> update_conversation(Connection& db, OwnerKey owner,
                                                      const ConversationUpdate& update);
base::Result<model::Conversation> note_conversation(Connection& db, OwnerKey owner,
                                                    const ConversationNotes& notes);
base::Result<void> delete_conversation(Connection& db, OwnerKey owner, model::ConversationId id,
                                       base::WallTime now);
base::Result<ConversationPage> list_conversations(Connection& db, OwnerKey owner,
                                                  const ConversationFilter& filter,
                                                  const ConversationPageRequest& request);

// The errors that several groups of statements give.
std::unexpected<base::Error> no_conversation();
std::unexpected<base::Error> stale(std::int64_t current_version);
std::unexpected<base::Error> turn_in_progress();

}  // namespace parley::store::sqlite
