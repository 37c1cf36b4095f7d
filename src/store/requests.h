// What the store is asked and what it answers, beside the values of model/. Times come with the request, ids
// too: the store has neither clock nor chance. Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/budget.h"
#include "model/conversation.h"
#include "model/id.h"
#include "model/message.h"
#include "model/owner.h"
#include "model/price.h"
#include "model/turn.h"
#include "model/usage.h"

namespace parley::store {

// ---- conversations

struct NewConversation {
  model::ConversationId id;
  std::optional<std::string> title{};
  std::string model;
  std::optional<std::string> briefing{};
  std::optional<std::string> system_prompt{};
  // The same id again is the same conversation.
  std::optional<std::string> client_id{};
};

struct CreatedConversation {
  model::Conversation conversation;
  // False where `client_id` named one that was there already; it is returned as it is.
  bool created = true;
};

// Only what is set is changed. The inner nullopt clears a text.
struct ConversationUpdate {
  model::ConversationId id;
  std::optional<std::int64_t> expected_version{};
  std::optional<std::optional<std::string>> title{};
  std::optional<std::string> model{};
  std::optional<std::optional<std::string>> system_prompt{};
  std::optional<bool> archived{};
  base::WallTime now{};
};

// Written by the server's own work, not by a user: changes neither version nor updated_at.
struct ConversationNotes {
  model::ConversationId id;
  // Set only while the conversation has no title.
  std::optional<std::string> title_if_none{};
  // Set only while no summary reaches as far.
  std::optional<std::string> summary{};
  std::int64_t summary_position = 0;
};

// ---- pages

// As in Relay's cursor connections: `after` and `before` bound the list, then `first` takes from its start or
// `last` from its end. Exactly one of `first` and `last` is set, from 0 to kMaxPage; BAD_USER_INPUT
// otherwise.
inline constexpr int kMaxPage = 200;

template <class Cursor>
struct PageRequest {
  std::optional<int> first{};
  std::optional<Cursor> after{};
  std::optional<int> last{};
  std::optional<Cursor> before{};
};

template <class Item>
struct Page {
  // In the list's order, whichever end they were taken from.
  std::vector<Item> items{};
  // Whether the list goes on after the page's end and before its start, whatever bounded the page.
  bool has_next = false;
  bool has_previous = false;
};

// A place in the list of conversations, which goes by (updated_at, id), newest first. The conversation need
// not be there any more.
struct ConversationCursor {
  base::WallTime updated_at{};
  model::ConversationId id;

  friend bool operator==(const ConversationCursor&, const ConversationCursor&) = default;
};

// A place among a conversation's messages: a position.
using MessageCursor = std::int64_t;

struct ConversationFilter {
  // nullopt: archived or not.
  std::optional<bool> archived = false;
  // Letters A to Z match in either case; an untitled conversation never does.
  std::optional<std::string> title_contains{};
};

using ConversationPageRequest = PageRequest<ConversationCursor>;
using ConversationPage = Page<model::Conversation>;
using MessagePageRequest = PageRequest<MessageCursor>;
using MessagePage = Page<model::Message>;

// ---- context

// What is said upstream: complete, cancelled and interrupted messages that were not superseded.
struct ContextQuery {
  model::ConversationId conversation;
  // How many of the last messages, from 0 to kMaxPage.
  int last = 10;
  // Only messages up to this position, inclusive: a turn asks for its user message's.
  std::optional<std::int64_t> up_to{};
  // How many pinned ones at the most, the newest first, of those that are older than the last ones.
  int max_pinned = 50;
};

struct Context {
  model::Conversation conversation;
  // Another one whenever anything that context() tells has changed.
  std::int64_t revision = 0;
  // Both by position, rising; nothing is in both.
  std::vector<model::Message> pinned{};
  std::vector<model::Message> recent{};
};

// ---- turns

// How many event numbers begin_turn reserves.
inline constexpr std::int64_t kEventReserve = 4096;

// What is held back of the budgets before a provider is asked: the most that it may come to. Counts below
// none are taken as none.
struct Reserve {
  model::Tokens input{};
  // The answer's cap: what is wanted, and the least that will do where the budgets leave no more. A least
  // above what is wanted is taken as that.
  model::Tokens output_wanted{};
  model::Tokens output_least{};
  // Cached input is reserved at the price of other input, or its own where that is higher.
  model::Price price{};
  // The user's own and the organisation's, as they are now.
  model::BudgetLimits user{};
  model::BudgetLimits organisation{};

  friend bool operator==(const Reserve&, const Reserve&) = default;
};

// What is held back.
struct Reserved {
  model::Tokens input{};
  // The answer's cap: no answer may be longer than this.
  model::Tokens output{};
  model::MicroUsd cost{};

  model::Tokens total() const { return input + output; }
  friend bool operator==(const Reserved&, const Reserved&) = default;
};

struct IdempotencyKey {
  // The client's id after what kind of id it is: "m:" a client message id, "k:" an Idempotency-Key. ("c:", a
  // client conversation id, is the store's own.)
  std::string key;
  // A hash of what was asked. The same key with another fingerprint is IDEMPOTENCY_MISMATCH.
  std::string fingerprint;
};

struct NewUserMessage {
  model::MessageId id;
  std::string content;
  std::optional<std::string> client_message_id{};
};

struct BeginTurn {
  model::TurnId turn;
  model::MessageId answer;
  // At most one of the two. Neither: a stateless turn, kept without a conversation.
  std::optional<model::ConversationId> conversation{};
  std::optional<NewConversation> new_conversation{};
  // Exactly one of the two: something new was said, or what was said is answered anew (`conversation` is then
  // left out: the message knows it).
  std::optional<NewUserMessage> user_message{};
  std::optional<model::MessageId> regenerate{};
  std::optional<std::int64_t> expected_version{};
  // Of the context that the caller has read, and counted.
  std::optional<std::int64_t> expected_revision{};
  std::optional<IdempotencyKey> idempotency{};
  // Nothing is begun: a turn of that key, or NOT_FOUND.
  bool only_known = false;
  // Left out where no budget holds: what is used is counted all the same.
  std::optional<Reserve> reserve{};
  // The model and route that the answer starts with; finish_turn says the last word.
  model::AnswerInfo info{};
  std::string node;
  std::chrono::milliseconds lease{30'000};
  base::WallTime now{};
};

struct TurnState {
  std::optional<model::Conversation> conversation{};
  model::Turn turn;
  model::Message user_message;
  model::Message answer;

  friend bool operator==(const TurnState&, const TurnState&) = default;
};

struct BegunTurn {
  TurnState state;
  // The idempotency key was known: `state` is that turn as it is now, and nothing was written.
  bool replayed = false;
  // What is held back for it, where that was asked for and the turn was not replayed.
  std::optional<Reserved> reserved{};
  // A lost turn of the same conversation that was marked INTERRUPTED to make way, if any.
  std::optional<TurnState> reaped{};
};

struct CheckpointTurn {
  model::TurnId turn;
  // The answer so far, the events so far (model::encode_event_log with that text) and the number of the last
  // of them.
  std::string text;
  std::string event_log;
  std::int64_t last_event = 0;
  // Numbers up to this one are reserved; a lower mark than the stored one changes nothing.
  std::int64_t reserve_to = 0;
  // What was used so far, as well as it is known: what the user is charged if the node dies now.
  model::Usage usage{};
  std::chrono::milliseconds lease{30'000};
  base::WallTime now{};
};

struct FinishTurn {
  model::TurnId turn;
  // COMPLETE, CANCELLED, INTERRUPTED or FAILED.
  model::MessageStatus status = model::MessageStatus::kComplete;
  std::string text;
  model::AnswerInfo info;
  std::string event_log;
  // The number of the final event.
  std::int64_t last_event = 0;
  base::WallTime now{};
};

struct FinishedTurn {
  // False: the turn had ended before and nothing was changed; `state` is how it ended.
  bool applied = false;
  TurnState state;
  // By how much more was used than was held back, where something was held back: a provider counts otherwise
  // or did not keep to the cap. What was used is entered as it is.
  model::Tokens overrun{};
  model::MicroUsd cost_overrun{};
};

struct ReapTurns {
  base::WallTime now{};
  // Where one process owns the store: its node's name. Turns of any other node are lost, whatever their lease
  // says.
  std::optional<std::string> sole_node{};
  // At most this many turns; the caller asks again while it gets so many.
  int limit = 100;
};

struct ReapedTurn {
  model::Owner owner;
  TurnState state;
};

struct TurnLog {
  TurnState state;
  // For model::decode_event_log with the answer's content. Of a running turn: up to its last checkpoint.
  std::string event_log;
};

// ---- charges: what is paid for and is no turn (embeddings)

struct BeginCharge {
  model::ChargeId charge;
  // As the catalog names it.
  std::string model;
  std::optional<Reserve> reserve{};
  std::string node;
  // Longer than the work may take: nothing renews it, and what ends later is not entered.
  std::chrono::milliseconds lease{120'000};
  base::WallTime now{};
};

// How many lost charges one reap_turns ends at the most.
inline constexpr int kReapCharges = 1000;

struct FinishCharge {
  model::ChargeId charge;
  // Nothing where the work failed.
  model::Usage usage{};
  base::WallTime now{};
};

// ---- budgets

struct BudgetAccount {
  model::Spending day{};
  model::Spending month{};

  friend bool operator==(const BudgetAccount&, const BudgetAccount&) = default;
};

struct BudgetState {
  BudgetAccount user{};
  BudgetAccount organisation{};

  friend bool operator==(const BudgetState&, const BudgetState&) = default;
};

// ---- usage

struct UsageQuery {
  // UTC days, both inclusive.
  std::chrono::sys_days from;
  std::chrono::sys_days to;
  bool by_day = true;
  bool by_model = false;
  bool by_conversation = false;
};

struct UsageRow {
  // Each is set where it was grouped by; a stateless turn's conversation is nullopt then too.
  std::optional<std::chrono::sys_days> day{};
  std::optional<std::string> model{};
  std::optional<model::ConversationId> conversation{};
  std::int64_t turns = 0;
  model::Usage usage{};
  model::Tokens saved{};

  friend bool operator==(const UsageRow&, const UsageRow&) = default;
};

}  // namespace parley::store
