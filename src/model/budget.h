// What a user or an organisation may spend, and what is spent. Values; any thread.
//
// Days and months are UTC's. A turn's tokens and money count for the day on which the turn began.
#pragma once

#include <optional>

#include "model/quantity.h"

namespace parley::model {

// Each: no limit where it is not set.
struct BudgetLimits {
  std::optional<Tokens> tokens_per_day{};
  std::optional<Tokens> tokens_per_month{};
  std::optional<MicroUsd> cost_per_day{};
  std::optional<MicroUsd> cost_per_month{};

  bool any() const { return tokens_per_day || tokens_per_month || cost_per_day || cost_per_month; }

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

}  // namespace parley::model
