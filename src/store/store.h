// The durable truth: conversations, messages, turns and what they used.
//
// Made by `app`, used from every worker; each call completes on the executor of the coroutine that awaits it.
// What a write returned is durable. Every call is bound to an owner, and another owner's thing is NOT_FOUND
// like one that never was. One contract suite (store/contract/all.h) holds for every implementation.
//
// Errors any call may give, beside those named at it: OVERLOADED (the queue is full, the disk is full, or
// another process holds the database), DEADLINE_EXCEEDED and CANCELLED (nothing was written, unless the work
// had begun: ask again with the same ids), INTERNAL. finish_turn, checkpoint_turn, finish_charge and
// reap_turns are carried out even when their caller stops waiting.
#pragma once

#include <optional>
#include <vector>

#include "base/async.h"
#include "base/call.h"
#include "base/error.h"
#include "model/owner.h"
#include "store/requests.h"

namespace parley::store {

template <class T>
using Reply = base::Awaitable<base::Result<T>>;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // ---- conversations

  // CONFLICT: `created.id` exists already. NOT_FOUND: `client_id` named one that was deleted.
  virtual Reply<CreatedConversation> create_conversation(base::Call call, model::Owner owner,
                                                         NewConversation created, base::WallTime now) = 0;
  // The conversation after the update; its version is one higher. NOT_FOUND; CONFLICT with `current_version`.
  virtual Reply<model::Conversation> update_conversation(base::Call call, model::Owner owner,
                                                         ConversationUpdate update) = 0;
  // NOT_FOUND.
  virtual Reply<model::Conversation> note_conversation(base::Call call, model::Owner owner,
                                                       ConversationNotes notes) = 0;
  // With its messages and turns; the usage rows stay. NOT_FOUND; TURN_IN_PROGRESS while a turn runs (a lost
  // one, by its lease and `now`, does not count).
  virtual Reply<void> delete_conversation(base::Call call, model::Owner owner, model::ConversationId id,
                                          base::WallTime now) = 0;
  // One for each id, in the order of `ids`; nullopt for what is not there. At most kMaxPage ids.
  virtual Reply<std::vector<std::optional<model::Conversation>>> conversations(
      base::Call call, model::Owner owner, std::vector<model::ConversationId> ids) = 0;
  // BAD_USER_INPUT for a bad page.
  virtual Reply<ConversationPage> list_conversations(base::Call call, model::Owner owner,
                                                     ConversationFilter filter,
                                                     ConversationPageRequest page) = 0;

  // ---- messages

  // The same page of each conversation, by position; nullopt for a conversation that is not there. At most
  // kMaxPage ids. BAD_USER_INPUT for a bad page.
  virtual Reply<std::vector<std::optional<MessagePage>>> message_pages(base::Call call, model::Owner owner,
                                                                       std::vector<model::ConversationId> ids,
                                                                       MessagePageRequest page) = 0;
  // One for each id, in the order of `ids`; nullopt for what is not there. At most kMaxPage ids.
  virtual Reply<std::vector<std::optional<model::Message>>> messages(base::Call call, model::Owner owner,
                                                                     std::vector<model::MessageId> ids) = 0;
  // NOT_FOUND; BAD_USER_INPUT for a bad count.
  virtual Reply<Context> context(base::Call call, model::Owner owner, ContextQuery query) = 0;
  // NOT_FOUND.
  virtual Reply<model::Message> pin_message(base::Call call, model::Owner owner, model::MessageId id,
                                            bool pinned) = 0;

  // ---- turns

  // One transaction: the idempotency key, a new conversation if asked for, the version, the user's message,
  // the answer (STREAMING, empty) and the lease. The conversation's version is one higher afterwards. The
  // turn's event numbers up to kEventReserve are reserved. What `reserve` asks for is held back of the user's
  // and the organisation's budgets for the UTC day and month of `now`.
  //
  // A known key is answered before anything else is looked at. NOT_FOUND: the conversation, the message to
  // answer anew, or the turn of a known key is not there. IDEMPOTENCY_MISMATCH. CONFLICT with
  // `current_version`, or without when an id is taken or the context has another revision by now (a lost turn
  // of the conversation counts as a change). TURN_IN_PROGRESS: a conversation has one running turn;
  // a lost one is marked INTERRUPTED first.
  // BUDGET_EXCEEDED with `resets_at`, naming the budget: used + reserved would pass it even with
  // `output_least` (store/budget.h); with `retry_after` where it may fit once what runs now has ended. What
  // fails holds nothing back and leaves nothing behind.
  virtual Reply<BegunTurn> begin_turn(base::Call call, model::Owner owner, BeginTurn begin) = 0;
  // Keeps what got through so far and renews the lease. NOT_FOUND; CONFLICT when the turn has ended: its
  // runner stops.
  virtual Reply<void> checkpoint_turn(base::Call call, model::Owner owner, CheckpointTurn checkpoint) = 0;
  // One transaction, applied once: the answer, its usage and events, the day's usage, the conversation's
  // usage and updated_at; what was held back is given back, and what was used is entered, as it is, in the
  // budgets of the day on which the turn began, whether or not something was held back. NOT_FOUND.
  virtual Reply<FinishedTurn> finish_turn(base::Call call, model::Owner owner, FinishTurn finish) = 0;
  // Ends lost turns, of any owner, as INTERRUPTED: with the text and usage of their last checkpoint, and a
  // final event numbered one above what their node had reserved. Ends lost charges, at most kReapCharges, as
  // having used nothing; they are not told of and do not count in `limit`.
  virtual Reply<std::vector<ReapedTurn>> reap_turns(base::Call call, ReapTurns reap) = 0;
  // One for each id, in the order of `ids`; nullopt for what is not there. At most kMaxPage ids.
  virtual Reply<std::vector<std::optional<TurnState>>> turns(base::Call call, model::Owner owner,
                                                             std::vector<model::TurnId> ids) = 0;
  // NOT_FOUND.
  virtual Reply<TurnLog> turn_log(base::Call call, model::Owner owner, model::TurnId id) = 0;

  // ---- charges and budgets

  // Holds back of the budgets what work may come to that is no turn; nothing where `reserve` was left out.
  // BUDGET_EXCEEDED as begin_turn; CONFLICT: the id is that of a charge that has not ended.
  virtual Reply<std::optional<Reserved>> begin_charge(base::Call call, model::Owner owner,
                                                      BeginCharge begin) = 0;
  // Gives back what was held and enters what was used: in the budgets of the day on which it began, and in
  // the day's usage (with no turn and no conversation). False: it was settled before, or lost and reaped, or
  // is not there.
  virtual Reply<bool> finish_charge(base::Call call, model::Owner owner, FinishCharge finish) = 0;
  // What the user and the user's organisation have spent on that UTC day and in its month: by the days on
  // which turns and charges began.
  virtual Reply<BudgetState> budget(base::Call call, model::Owner owner, std::chrono::sys_days day) = 0;

  // ---- usage and health

  // Sums over the days asked for, by the day the turn ended (unlike the budgets, which go by the day it
  // began: a turn over midnight is in yesterday's budget and in today's usage), ordered by (day, model,
  // conversation) as far as grouped.
  virtual Reply<std::vector<UsageRow>> usage(base::Call call, model::Owner owner, UsageQuery query) = 0;
  // Succeeds when both a read and a write would be served within the deadline.
  virtual Reply<void> ping(base::Call call) = 0;

  // ---- one of the above: NOT_FOUND where the list has nullopt

  Reply<model::Conversation> conversation(base::Call call, model::Owner owner, model::ConversationId id);
  Reply<MessagePage> message_page(base::Call call, model::Owner owner, model::ConversationId id,
                                  MessagePageRequest page);
  Reply<model::Message> message(base::Call call, model::Owner owner, model::MessageId id);
  Reply<TurnState> turn(base::Call call, model::Owner owner, model::TurnId id);
};

}  // namespace parley::store
