// What a user or an organisation may spend, and what is spent. Values; any thread.
//
// Days and months are UTC's. A turn's tokens and money count for the day on which the turn began.
#pragma once

#include <chrono>
#include <optional>

#include "model/quantity.h"

namespace parley::model {

// Each: no limit where it is not set.
struct BudgetLimits {
  std::optional<Tokens> tokens_per_day{};
  std::optional<Tokens> tokens_per_month{};
  std::optional<MicroUsd> cost_per_day{};
  std::optional<MicroUsd> cost_per_month{};

  bool any() const { return tokens_per_day || cost_per_day || per_month(); }
  bool per_month() const { return tokens_per_month || cost_per_month; }

  friend bool operator==(const BudgetLimits&, const BudgetLimits&) = default;
};

// Of one account in one period.
struct Spending {
  Tokens used{};
  // Held back by what runs now.
  Tokens reserved{};
  MicroUsd used_cost{};
  MicroUsd reserved_cost{};

  friend bool operator==(const Spending&, const Spending&) = default;
};

// The first day of the UTC month that `day` is in, and of the next one. Right from the year -32767 to 32767.
constexpr std::chrono::sys_days first_of_month(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return date.year() / date.month() / std::chrono::day(1);
}
constexpr std::chrono::sys_days first_of_next_month(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return (date.year() / date.month() + std::chrono::months(1)) / std::chrono::day(1);
}

}  // namespace parley::model
