#include "providers/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace parley::providers {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLongest = std::chrono::hours(24);
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<int> parse_digits(std::string_view text) {
  if (text.empty() || text.size() > 4 || !std::ranges::all_of(text, digit)) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Digits with an optional fraction at the start of `text`, which is moved behind them.
std::optional<double> take_decimal(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && digit(text[size])) ++size;
  if (size == 0 || size > 15) return std::nullopt;
  if (size + 1 < text.size() && text[size] == '.' && digit(text[size + 1])) {
    ++size;
    while (size < text.size() && digit(text[size])) ++size;
  }
  const std::string_view digits = text.substr(0, size);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

// The milliseconds of the unit at the start of `text`, which is moved behind it.
std::optional<double> take_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    double milliseconds;
  };
  // "ms" stands before "m".
  static constexpr std::array kUnits{Unit{"ms", 1}, Unit{"s", 1e3}, Unit{"m", 6e4}, Unit{"h", 3.6e6},
                                     Unit{"d", 8.64e7}};
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.milliseconds;
  }
  return std::nullopt;
}

milliseconds to_span(double value) {
  return milliseconds(static_cast<std::int64_t>(std::min(value, 1e15)));
}

// "08:49:37".
std::optional<std::chrono::seconds> parse_time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = parse_digits(text.substr(0, 2));
  const auto minute = parse_digits(text.substr(3, 2));
  const auto second = parse_digits(text.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

int full_year(int two_digits, base::WallTime now) {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const int this_year = static_cast<int>(today.year());
  int year = this_year - (this_year % 100) + two_digits;
  if (year >= this_year + 50) year -= 100;
  return year;
}

std::optional<milliseconds> reset_of(const net::Headers& headers, bool only_used_up) {
  std::optional<milliseconds> longest;
  for (const std::string_view of : {"requests", "tokens"}) {
    const auto reset = headers.get("x-ratelimit-reset-" + std::string(of));
    const auto remaining = headers.get("x-ratelimit-remaining-" + std::string(of));
    if (!reset || (only_used_up && remaining != "0")) continue;
    const auto span = parse_span(*reset);
    // Some write a point in time here: nobody waits for longer than a day on their word.
    if (span && *span <= kLongest) longest = std::max(longest.value_or(milliseconds(0)), *span);
  }
  return longest;
}

}  // namespace

std::optional<base::WallTime> parse_http_date(std::string_view text, base::WallTime now) {
  if (text.size() > 40) return std::nullopt;
  std::optional<std::chrono::seconds> time;
  std::optional<unsigned> month;
  std::optional<int> day;
  std::optional<int> year;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find_first_of(" ,-"), text.size());
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    if (const auto found = std::ranges::find(kMonths, word); found != kMonths.end()) {
      month = static_cast<unsigned>(found - kMonths.begin()) + 1;
    } else if (const auto number = parse_digits(word)) {
      (day ? year : day) = word.size() == 2 && day ? full_year(*number, now) : *number;
    } else if (word.size() == 8 && digit(word[0])) {
      time = parse_time_of_day(word);
    }
  }
  if (!time || !month || !day || !year) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *time;
}

std::optional<milliseconds> parse_span(std::string_view text) {
  double total = 0;
  bool first = true;
  do {
    const auto value = take_decimal(text);
    if (!value) return std::nullopt;
    if (text.empty() && first) return to_span(*value * 1e3);
    const auto unit = take_unit(text);
    if (!unit) return std::nullopt;
    total += *value * *unit;
    first = false;
  } while (!text.empty());
  return to_span(total);
}

std::optional<milliseconds> retry_after(const net::Headers& headers, base::WallTime now) {
  const auto bounded = [](milliseconds wait) { return std::clamp(wait, milliseconds(0), kLongest); };
  if (auto text = headers.get("retry-after-ms")) {
    const auto value = take_decimal(*text);
    if (value && text->empty()) return bounded(to_span(*value));
  }
  if (auto text = headers.get("Retry-After")) {
    if (const auto date = parse_http_date(*text, now)) return bounded(*date - now);
    const auto seconds = take_decimal(*text);
    if (seconds && text->empty()) return bounded(to_span(*seconds * 1e3));
  }
  if (const auto reset = reset_of(headers, true)) return reset;
  return reset_of(headers, false);
}

}  // namespace parley::providers
