#include "store/budget.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "base/time.h"

namespace parley::store {

using model::MicroUsd;
using model::Tokens;

namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
// A turn that runs now may end at any moment; asking more often gains nothing.
constexpr std::chrono::milliseconds kRetryAfter{1000};

enum class Unit : std::uint8_t { kTokens, kMoney };
enum class Period : std::uint8_t { kDay, kMonth };

// One of the eight limits and where it stands, in tokens or in micro-dollars.
struct Limit {
  bool organisation = false;
  Unit unit = Unit::kTokens;
  Period period = Period::kDay;
  std::optional<std::int64_t> most{};
  std::int64_t used = 0;
  std::int64_t reserved = 0;
};

template <class Amount>
std::optional<std::int64_t> count(const std::optional<Amount>& amount) {
  return amount ? std::optional(amount->count()) : std::nullopt;
}

// The limit of an account's unit and period.
Limit limit(bool organisation, Unit unit, Period period, const Reserve& wanted, const BudgetState& spent) {
  const model::BudgetLimits& most = organisation ? wanted.organisation : wanted.user;
  const BudgetAccount& account = organisation ? spent.organisation : spent.user;
  const bool day = period == Period::kDay;
  const model::Spending& spending = day ? account.day : account.month;
  Limit made{.organisation = organisation, .unit = unit, .period = period};
  if (unit == Unit::kTokens) {
    made.most = count(day ? most.tokens_per_day : most.tokens_per_month);
    made.used = spending.used.count();
    made.reserved = spending.reserved.count();
  } else {
    made.most = count(day ? most.cost_per_day : most.cost_per_month);
    made.used = spending.used_cost.count();
    made.reserved = spending.reserved_cost.count();
  }
  return made;
}

// What is left of it, never below none; `quiet`: once what runs now has ended and used nothing. Without a
// limit what is held back is still bounded by what can be counted, so that it can be given back exactly.
std::int64_t left(const Limit& limit, bool quiet) {
  Tokens rest = limit.most ? Tokens(*limit.most) - Tokens(limit.used) : Tokens(kMost);
  if (!quiet) rest -= Tokens(limit.reserved);
  return std::max<std::int64_t>(rest.count(), 0);
}

// What is asked for, without counts below none.
struct Need {
  Tokens input{};
  Tokens wanted{};
  Tokens least{};
  // Input at the dearer of its two prices: nobody knows before what will be cached.
  model::Price price{};

  MicroUsd cost(Tokens output) const { return cost_of({.input = input, .output = output}, price); }
};

Need need(const Reserve& wanted) {
  constexpr Tokens kNone{};
  Need made{.input = std::max(wanted.input, kNone),
            .wanted = std::max(wanted.output_wanted, kNone),
            .least = std::max(wanted.output_least, kNone),
            .price = wanted.price};
  made.least = std::min(made.least, made.wanted);
  made.price.input = std::max(made.price.input, made.price.cached_input);
  return made;
}

// The most output that `left` of the limit allows; nothing where not even the input fits.
std::optional<Tokens> most_output(const Need& need, const Limit& limit, std::int64_t left) {
  if (limit.unit == Unit::kMoney) return model::most_output(need.input, need.price, MicroUsd(left));
  if (need.input.count() > left) return std::nullopt;
  return Tokens(left) - need.input;
}

bool fits(const Need& need, const Limit& limit, bool quiet) {
  const auto most = most_output(need, limit, left(limit, quiet));
  return most && *most >= need.least;
}

base::WallTime resets_at(const Limit& limit, base::WallTime now) {
  now = std::clamp(now, base::kFirstTime, base::kLastTime);
  if (limit.period == Period::kDay) return base::next_midnight_utc(now);
  return model::first_of_next_month(base::day_of(now));
}

std::string amount(Unit unit, std::int64_t count) {
  if (unit == Unit::kTokens) return fmt::format("{} tokens", count);
  return fmt::format("{}.{:06} USD", count / 1'000'000, count % 1'000'000);
}

std::string message(const Limit& refusing, const Need& need, const std::string& resets, bool soon) {
  const auto what = refusing.unit == Unit::kTokens ? "tokens" : "money";
  const auto when = refusing.period == Period::kDay ? "day" : "month";
  std::string text;
  if (refusing.organisation) {
    text =
        fmt::format("your organisation's budget of {} for the {} does not leave enough for this", what, when);
  } else {
    const std::int64_t needed =
        refusing.unit == Unit::kTokens ? (need.input + need.least).count() : need.cost(need.least).count();
    text = fmt::format("your budget of {} for the {} leaves {} and this needs {}", what, when,
                       amount(refusing.unit, left(refusing, false)), amount(refusing.unit, needed));
  }
  text += fmt::format("; it is fresh again at {}", resets);
  if (soon) text += "; a part is held back for what runs now, so this may fit once that has ended";
  return text;
}

}  // namespace

base::Result<Reserved> grant(const Reserve& wanted, const BudgetState& spent, base::WallTime now) {
  const Need asked = need(wanted);
  Tokens output = asked.wanted;
  std::optional<Limit> refusing;
  bool soon = true;
  for (const bool organisation : {false, true}) {
    for (const Unit unit : {Unit::kTokens, Unit::kMoney}) {
      for (const Period period : {Period::kDay, Period::kMonth}) {
        const Limit one = limit(organisation, unit, period, wanted, spent);
        if (period == Period::kMonth && !one.most) continue;
        if (fits(asked, one, false)) {
          output = std::min(output, *most_output(asked, one, left(one, false)));
          continue;
        }
        soon = soon && fits(asked, one, true);
        if (!refusing || resets_at(one, now) > resets_at(*refusing, now)) refusing = one;
      }
    }
  }
  if (refusing) {
    std::string resets = base::format_time(resets_at(*refusing, now));
    base::Error error{.code = base::ErrorCode::kBudgetExceeded,
                      .message = message(*refusing, asked, resets, soon)};
    if (soon) error.retry_after = kRetryAfter;
    error.resets_at = std::move(resets);
    return std::unexpected(std::move(error));
  }
  return Reserved{.input = asked.input, .output = output, .cost = asked.cost(output)};
}

}  // namespace parley::store
