// Whether a reservation fits what the budgets leave: the one decision of every store. Pure; any thread.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "store/requests.h"

namespace parley::store {

// What is held back of what `spent` leaves: the input, and the most output up to what is wanted with which
// used + reserved passes none of the eight limits. `spent` is that of the day and month of `now`; a month
// that has no limit need not be known.
//
// BUDGET_EXCEEDED where not even the least fits: `resets_at` is when the limit that refuses is fresh again,
// the latest where several do. The message names that one, with figures where it is the user's own. Where
// everything would fit once what runs now has ended, `retry_after` is set too.
[[nodiscard]] base::Result<Reserved> grant(const Reserve& wanted, const BudgetState& spent,
                                           base::WallTime now);

}  // namespace parley::store
