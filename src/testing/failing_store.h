// A store in front of another one that fails the k-th operation, before it was done or after.
//
// Used on one worker.
#pragma once

#include <cstdint>
#include <utility>

#include "base/random.h"
#include "store/store.h"

namespace parley::testing {

class FailingStore final : public store::Store {
 public:
  enum class When : std::uint8_t {
    // Nothing was done.
    kBefore,
    // It was done, but the answer was lost.
    kAfter,
    // From the k-th operation on nothing is done any more: the disk is gone.
    kFromThenOn
  };
  using ErrorCode = base::ErrorCode;
  template <class T>
  using Reply = store::Reply<T>;

  explicit FailingStore(store::Store& inner) : inner_(inner) {}

  // Operations are counted from 1; 0: none fails. Counts from anew.
  void fail_at(std::int64_t k, When when, base::ErrorCode code = base::ErrorCode::kInternal) {
    count_ = 0;
    fail_at_ = k;
    when_ = when;
    code_ = code;
  }
  // From now on every operation fails with a chance of one in `one_in`, half of those after it was done.
  void fail_at_random(std::uint64_t seed, std::uint64_t one_in) {
    random_ = base::Random(seed);
    one_in_ = one_in;
  }
  void heal() {
    fail_at_ = 0;
    one_in_ = 0;
  }
  std::int64_t operations() const { return count_; }

  Reply<store::CreatedConversation> create_conversation(base::Call call, model::Owner owner,
                                                        store::NewConversation created,
                                                        base::WallTime now) override {
    return pass(inner_.create_conversation(std::move(call), std::move(owner), std::move(created), now));
  }
  Reply<model::Conversation> update_conversation(base::Call call, model::Owner owner,
                                                 store::ConversationUpdate update) override {
    return pass(inner_.update_conversation(std::move(call), std::move(owner), std::move(update)));
  }
  Reply<model::Conversation> note_conversation(base::Call call, model::Owner owner,
                                               store::ConversationNotes notes) override {
    return pass(inner_.note_conversation(std::move(call), std::move(owner), std::move(notes)));
  }
  Reply<void> delete_conversation(base::Call call, model::Owner owner, model::ConversationId id,
                                  base::WallTime now) override {
    return pass(inner_.delete_conversation(std::move(call), std::move(owner), id, now));
  }
  Reply<std::vector<std::optional<model::Conversation>>> conversations(
      base::Call call, model::Owner owner, std::vector<model::ConversationId> ids) override {
    return pass(inner_.conversations(std::move(call), std::move(owner), std::move(ids)));
  }
  Reply<store::ConversationPage> list_conversations(base::Call call, model::Owner owner,
                                                    store::ConversationFilter filter,
                                                    store::ConversationPageRequest page) override {
    return pass(inner_.list_conversations(std::move(call), std::move(owner), std::move(filter), page));
  }
  Reply<std::vector<std::optional<store::MessagePage>>> message_pages(
      base::Call call, model::Owner owner, std::vector<model::ConversationId> ids,
      store::MessagePageRequest page) override {
    return pass(inner_.message_pages(std::move(call), std::move(owner), std::move(ids), page));
  }
  Reply<std::vector<std::optional<model::Message>>> messages(base::Call call, model::Owner owner,
                                                             std::vector<model::MessageId> ids) override {
    return pass(inner_.messages(std::move(call), std::move(owner), std::move(ids)));
  }
  Reply<store::Context> context(base::Call call, model::Owner owner, store::ContextQuery query) override {
    return pass(inner_.context(std::move(call), std::move(owner), query));
  }
  Reply<model::Message> pin_message(base::Call call, model::Owner owner, model::MessageId id,
                                    bool pinned) override {
    return pass(inner_.pin_message(std::move(call), std::move(owner), id, pinned));
  }
  Reply<store::BegunTurn> begin_turn(base::Call call, model::Owner owner, store::BeginTurn begin) override {
    return pass(inner_.begin_turn(std::move(call), std::move(owner), std::move(begin)));
  }
  Reply<void> checkpoint_turn(base::Call call, model::Owner owner,
                              store::CheckpointTurn checkpoint) override {
    return pass(inner_.checkpoint_turn(std::move(call), std::move(owner), std::move(checkpoint)));
  }
  Reply<store::FinishedTurn> finish_turn(base::Call call, model::Owner owner,
                                         store::FinishTurn finish) override {
    return pass(inner_.finish_turn(std::move(call), std::move(owner), std::move(finish)));
  }
  Reply<std::vector<store::ReapedTurn>> reap_turns(base::Call call, store::ReapTurns reap) override {
    return pass(inner_.reap_turns(std::move(call), std::move(reap)));
  }
  Reply<std::vector<std::optional<store::TurnState>>> turns(base::Call call, model::Owner owner,
                                                            std::vector<model::TurnId> ids) override {
    return pass(inner_.turns(std::move(call), std::move(owner), std::move(ids)));
  }
  Reply<store::TurnLog> turn_log(base::Call call, model::Owner owner, model::TurnId id) override {
    return pass(inner_.turn_log(std::move(call), std::move(owner), id));
  }
  Reply<std::optional<store::Reserved>> begin_charge(base::Call call, model::Owner owner,
                                                     store::BeginCharge begin) override {
    return pass(inner_.begin_charge(std::move(call), std::move(owner), std::move(begin)));
  }
  Reply<bool> finish_charge(base::Call call, model::Owner owner, store::FinishCharge finish) override {
    return pass(inner_.finish_charge(std::move(call), std::move(owner), finish));
  }
  Reply<store::BudgetState> budget(base::Call call, model::Owner owner, std::chrono::sys_days day) override {
    return pass(inner_.budget(std::move(call), std::move(owner), day));
  }
  Reply<std::vector<store::UsageRow>> usage(base::Call call, model::Owner owner,
                                            store::UsageQuery query) override {
    return pass(inner_.usage(std::move(call), std::move(owner), query));
  }
  Reply<void> ping(base::Call call) override { return pass(inner_.ping(std::move(call))); }

 private:
  template <class T>
  Reply<T> pass(Reply<T> work) {
    const std::int64_t number = ++count_;
    if (one_in_ != 0 && random_.below(one_in_) == 0) {
      if (random_.below(2) == 0) co_return base::fail(ErrorCode::kOverloaded, "the store failed", "before");
      (void)co_await std::move(work);
      co_return base::fail(ErrorCode::kInternal, "the store failed", "after");
    }
    const bool chosen = fail_at_ != 0 && number == fail_at_;
    const bool after_it = fail_at_ != 0 && number > fail_at_ && when_ == When::kFromThenOn;
    if ((chosen && when_ != When::kAfter) || after_it) {
      co_return base::fail(code_, "the store failed", "as the test wants it");
    }
    auto done = co_await std::move(work);
    if (chosen) co_return base::fail(code_, "the store failed", "as the test wants it");
    co_return done;
  }

  store::Store& inner_;
  base::Random random_{0};
  std::uint64_t one_in_ = 0;
  std::int64_t count_ = 0;
  std::int64_t fail_at_ = 0;
  When when_ = When::kBefore;
  base::ErrorCode code_ = base::ErrorCode::kInternal;
};

}  // namespace parley::testing
