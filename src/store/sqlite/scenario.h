// Turns to write, for the tests of what lies under the contract: the file, the disk, the process. Tests only.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "model/event_log.h"
#include "store/requests.h"

namespace parley::store::sqlite {

inline constexpr base::WallTime kNow{std::chrono::milliseconds(1769851800000)};  // 2026-01-31T09:30:00Z

// What is said in `conversation`; without one it is a stateless turn.
inline BeginTurn saying(model::IdGenerator& ids, std::optional<model::ConversationId> conversation,
                        std::string content) {
  return {.turn = ids.next<model::TurnId>(),
          .answer = ids.next<model::MessageId>(),
          .conversation = conversation,
          .user_message = NewUserMessage{.id = ids.next<model::MessageId>(), .content = std::move(content)},
          .info = {.model = "small", .route = "the default"},
          .node = "before",
          .now = kNow};
}

inline CheckpointTurn so_far(model::TurnId turn, std::string text, std::int64_t output) {
  const std::vector<model::TurnEvent> events{{1, model::TurnEventKind::kStarted},
                                             {2, model::TurnEventKind::kDelta, text}};
  CheckpointTurn checkpoint{.turn = turn, .last_event = 2, .now = kNow};
  checkpoint.event_log = model::encode_event_log(events, text);
  checkpoint.text = std::move(text);
  checkpoint.usage.output = model::Tokens(output);
  return checkpoint;
}

inline FinishTurn answering(model::TurnId turn, std::string text, std::int64_t output) {
  const std::vector<model::TurnEvent> events{{1, model::TurnEventKind::kStarted},
                                             {2, model::TurnEventKind::kDelta, text},
                                             {3, model::TurnEventKind::kComplete}};
  FinishTurn finish{.turn = turn, .last_event = 3, .now = kNow};
  finish.event_log = model::encode_event_log(events, text);
  finish.text = std::move(text);
  finish.info = {.model = "small", .route = "the default", .usage = {.output = model::Tokens(output)}};
  return finish;
}

// 30 tokens and 210 micro-dollars.
inline Reserve some_reserve() {
  return {.input = model::Tokens(10),
          .output_wanted = model::Tokens(20),
          .output_least = model::Tokens(20),
          .price = {.input = model::MicroUsd(1'000'000), .output = model::MicroUsd(10'000'000)}};
}

// The day of kNow, summed up.
inline UsageQuery that_day() {
  const auto day = std::chrono::floor<std::chrono::days>(kNow);
  return {.from = day, .to = day};
}

}  // namespace parley::store::sqlite
