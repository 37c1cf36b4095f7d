#include "chat/turn_metrics.h"

#include <algorithm>
#include <string_view>

namespace parley::chat {
namespace {

constexpr double kMicros = 1e6;

std::string_view outcome(model::MessageStatus status) {
  switch (status) {
    case model::MessageStatus::kComplete:
      return "complete";
    case model::MessageStatus::kStreaming:
      return "streaming";
    case model::MessageStatus::kCancelled:
      return "cancelled";
    case model::MessageStatus::kInterrupted:
      return "interrupted";
    case model::MessageStatus::kFailed:
      return "failed";
  }
  return "unknown";
}

void observe(base::Metrics& metrics, std::string_view name, std::string_view help,
             std::optional<std::chrono::milliseconds> took) {
  if (!took) return;
  metrics.histogram(name, help, base::turn_buckets()).observe(std::chrono::duration<double>(*took).count());
}

}  // namespace

void count_usage(base::Metrics& metrics, std::string_view model, const model::Usage& usage) {
  const auto tokens = [&](std::string_view kind, model::Tokens amount) {
    if (amount.count() <= 0) return;
    metrics.counter("parley_tokens_total", "Tokens used.", {"model", "kind"}, {model, kind})
        .add(static_cast<std::uint64_t>(amount.count()));
  };
  tokens("input", usage.input);
  tokens("cached_input", usage.cached_input);
  tokens("output", usage.output);
  if (usage.cost.count() <= 0) return;
  metrics
      .scaled_counter(kMicros, "parley_cost_usd_total", "What answers and embeddings cost, in dollars.",
                      {"model"}, {model})
      .add(static_cast<std::uint64_t>(usage.cost.count()));
}

void count_turn(base::Metrics& metrics, const store::TurnState& state) {
  const model::AnswerInfo info = state.answer.answer.value_or(model::AnswerInfo{});
  metrics
      .counter("parley_turns_total", "Turns that ended.", {"outcome", "model"},
               {outcome(state.turn.status), info.model})
      .add();
  observe(metrics, "parley_turn_duration_seconds", "From a turn's start to its end.", info.total);
  observe(metrics, "parley_time_to_first_token_seconds", "From a turn's start to its first piece of text.",
          info.first_token);
  count_usage(metrics, info.model, info.usage);
}

void count_overrun(base::Metrics& metrics, const base::Log& log, const store::FinishedTurn& finished) {
  if (finished.overrun.count() <= 0 && finished.cost_overrun.count() <= 0) return;
  const model::AnswerInfo info = finished.state.answer.answer.value_or(model::AnswerInfo{});
  metrics
      .counter("parley_budget_overrun_tokens_total",
               "Tokens that providers used beyond what was held back of a budget.", {"model"}, {info.model})
      .add(static_cast<std::uint64_t>(std::max<std::int64_t>(finished.overrun.count(), 0)));
  log.warn("budget_overrun", {{"turn", finished.state.turn.id.str()},
                              {"model", info.model},
                              {"tokens", finished.overrun.count()},
                              {"micro_usd", finished.cost_overrun.count()}});
}

}  // namespace parley::chat
