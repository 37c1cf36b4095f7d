// What every implementation of Store must do, as one suite of tests: its test program includes contract/all.h
// and instantiates StoreContract with a function that makes a fresh, empty store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/task_group.h"
#include "base/time.h"
#include "model/event_log.h"
#include "store/store.h"

namespace parley::store::contract {

using base::ErrorCode;
using model::MessageStatus;
using namespace std::chrono_literals;

// A store and what it stands on; destroying it removes both.
class Subject {
 public:
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  virtual ~Subject() = default;
  virtual Store& store() = 0;
};
using MakeSubject = std::function<std::unique_ptr<Subject>()>;

template <class T>
base::Awaitable<void> keep(Reply<T> reply, std::optional<base::Result<T>>& kept) {
  kept.emplace(co_await std::move(reply));
}

// Runs one call to its end.
template <class T>
base::Result<T> wait(Reply<T> reply) {
  boost::asio::io_context io;
  base::TaskGroup group(io.get_executor());
  std::optional<base::Result<T>> kept;
  group.spawn(keep(std::move(reply), kept));
  io.run();
  return std::move(*kept);
}

// Runs all calls at once; their results in the same order.
template <class T>
std::vector<base::Result<T>> wait_all(std::vector<Reply<T>> replies) {
  boost::asio::io_context io;
  base::TaskGroup group(io.get_executor());
  std::vector<std::optional<base::Result<T>>> kept(replies.size());
  for (std::size_t i = 0; i < replies.size(); ++i) group.spawn(keep(std::move(replies[i]), kept[i]));
  io.run();
  std::vector<base::Result<T>> results;
  for (auto& one : kept) results.push_back(std::move(*one));
  return results;
}

template <class T>
ErrorCode code(const base::Result<T>& result) {
  EXPECT_FALSE(result.has_value()) << "should have failed";
  return result ? ErrorCode::kInternal : result.error().code;
}

// The value; ends the test program's case with the error's words where there is none.
template <class T>
T good(base::Result<T> result) {
  if (!result) {
    throw std::runtime_error(std::string(base::name(result.error().code)) + ": " + result.error().message +
                             " (" + result.error().cause + ")");
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline const base::WallTime kStart{std::chrono::milliseconds(1769851800000)};  // 2026-01-31T09:30:00Z

// Input at 1 micro-dollar a token, output at 10; no limits yet.
inline Reserve wanting(std::int64_t input, std::int64_t output, std::int64_t least) {
  return {.input = model::Tokens(input),
          .output_wanted = model::Tokens(output),
          .output_least = model::Tokens(least),
          .price = {.input = model::MicroUsd(1'000'000), .output = model::MicroUsd(10'000'000)}};
}
// What goes with it.
inline model::Usage used(std::int64_t input, std::int64_t output) {
  return {.input = model::Tokens(input),
          .output = model::Tokens(output),
          .cost = model::MicroUsd(input + 10 * output)};
}
inline model::Spending spending(const model::Usage& used, const model::Usage& held) {
  return {.used = used.total(), .reserved = held.total(), .used_cost = used.cost, .reserved_cost = held.cost};
}

class StoreContract : public ::testing::TestWithParam<MakeSubject> {
 protected:
  void SetUp() override { subject_ = GetParam()(); }
  Store& store() { return subject_->store(); }

  const model::Owner ada{"acme", "ada"};
  const model::Owner bob{"acme", "bob"};
  const model::Owner other_ada{"globex", "ada"};

  template <class IdType>
  IdType next() {
    return ids_.next<IdType>();
  }

  model::ConversationId make(const model::Owner& owner, std::string title = "a title",
                             base::WallTime now = kStart) {
    const auto id = next<model::ConversationId>();
    good(wait(store().create_conversation({}, owner, {.id = id, .title = std::move(title), .model = "small"},
                                          now)));
    return id;
  }

  BeginTurn saying(std::optional<model::ConversationId> conversation, std::string content,
                   base::WallTime now = kStart) {
    return {.turn = next<model::TurnId>(),
            .answer = next<model::MessageId>(),
            .conversation = conversation,
            .user_message = NewUserMessage{.id = next<model::MessageId>(), .content = std::move(content)},
            .info = {.model = "small", .route = "the default"},
            .node = "node-1",
            .lease = 30s,
            .now = now};
  }

  base::Result<BegunTurn> begin(const model::Owner& owner, BeginTurn request) {
    return wait(store().begin_turn({}, owner, std::move(request)));
  }

  static FinishTurn ending(model::TurnId turn, std::string text, base::WallTime now = kStart + 1s) {
    const std::vector<model::TurnEvent> events{{1, model::TurnEventKind::kStarted},
                                               {2, model::TurnEventKind::kDelta, text},
                                               {3, model::TurnEventKind::kComplete}};
    FinishTurn finish{.turn = turn, .text = text, .last_event = 3, .now = now};
    finish.info = {.model = "large",
                   .provider = "local",
                   .route = "it was long",
                   .source = model::AnswerSource::kProvider,
                   .usage = {.input = model::Tokens(10),
                             .cached_input = model::Tokens(4),
                             .output = model::Tokens(5),
                             .cost = model::MicroUsd(700)},
                   .saved = model::Tokens(3),
                   .first_token = 20ms,
                   .total = 90ms,
                   .finish_reason = "stop"};
    finish.event_log = model::encode_event_log(events, text);
    return finish;
  }

  base::Result<FinishedTurn> finish(const model::Owner& owner, FinishTurn request) {
    return wait(store().finish_turn({}, owner, std::move(request)));
  }

  // What `owner` and the organisation have spent on the day of `at` and in its month.
  BudgetState budget_of(const model::Owner& owner, base::WallTime at = kStart) {
    return good(wait(store().budget({}, owner, base::day_of(at))));
  }

  // A whole turn, said and answered.
  TurnState converse(const model::Owner& owner, model::ConversationId id, const std::string& said) {
    const auto begun = good(begin(owner, saying(id, said)));
    return good(finish(owner, ending(begun.state.turn.id, "re: " + said))).state;
  }

  std::vector<UsageRow> usage_of(const model::Owner& owner, bool by_model = false,
                                 bool by_conversation = false) {
    const auto day = std::chrono::floor<std::chrono::days>(kStart);
    return good(wait(store().usage({}, owner,
                                   {.from = day - std::chrono::days(3),
                                    .to = day + std::chrono::days(3),
                                    .by_day = !by_model && !by_conversation,
                                    .by_model = by_model,
                                    .by_conversation = by_conversation})));
  }

 private:
  base::SystemClock clock_;
  model::IdGenerator ids_{clock_, base::Random(7)};
  std::unique_ptr<Subject> subject_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);

}  // namespace parley::store::contract
