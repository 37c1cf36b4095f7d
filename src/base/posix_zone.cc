#include "base/posix_zone.h"

#include <utility>

namespace parley::base {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool digit(char c) {
  return c >= '0' && c <= '9';
}

bool letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

class PosixZone::Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // One to three digits, in a range.
  std::optional<int> number(int from, int to) {
    int value = 0;
    std::size_t size = 0;
    while (size < rest_.size() && size < 3 && digit(rest_[size])) value = value * 10 + (rest_[size++] - '0');
    if (size == 0 || value < from || value > to) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }

  // Letters, or anything sensible between < and >.
  std::optional<std::string> abbreviation() {
    const bool quoted = skip('<');
    std::size_t size = 0;
    while (size < rest_.size() && size < 16 && (letter(rest_[size]) || (quoted && in_quotes(rest_[size])))) {
      ++size;
    }
    if (size < 3) return std::nullopt;
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    if (quoted && !skip('>')) return std::nullopt;
    return name;
  }

  // [+-]hh[:mm[:ss]], with up to `max_hours`.
  std::optional<seconds> time(int max_hours) {
    const bool negative = skip('-');
    if (!negative) static_cast<void>(skip('+'));
    const auto hour = number(0, max_hours);
    if (!hour) return std::nullopt;
    seconds total = hours(*hour);
    if (skip(':')) {
      const auto minute = number(0, 59);
      if (!minute) return std::nullopt;
      total += minutes(*minute);
      if (skip(':')) {
        const auto second = number(0, 59);
        if (!second) return std::nullopt;
        total += seconds(*second);
      }
    }
    return negative ? -total : total;
  }

  // date[/time]
  std::optional<Change> change() {
    std::optional<Change> change;
    if (skip('J')) {
      change = day(Change::Kind::kJulianWithoutLeapDay, 1);
    } else if (skip('M')) {
      change = weekday();
    } else {
      change = day(Change::Kind::kDayOfYear, 0);
    }
    if (!change) return std::nullopt;
    change->time = hours(2);
    if (!skip('/')) return change;
    const auto at = time(167);
    if (!at) return std::nullopt;
    change->time = *at;
    return change;
  }

 private:
  static bool in_quotes(char c) { return digit(c) || c == '+' || c == '-'; }

  std::optional<Change> day(Change::Kind kind, int first) {
    const auto number_of_day = number(first, 365);
    if (!number_of_day) return std::nullopt;
    return Change{.kind = kind, .day = *number_of_day};
  }

  std::optional<Change> weekday() {
    const auto month = number(1, 12);
    if (!month || !skip('.')) return std::nullopt;
    const auto week = number(1, 5);
    if (!week || !skip('.')) return std::nullopt;
    const auto weekday = number(0, 6);
    if (!weekday) return std::nullopt;
    return Change{.kind = Change::Kind::kWeekdayOfMonth,
                  .month = static_cast<unsigned>(*month),
                  .week = static_cast<unsigned>(*week),
                  .weekday = static_cast<unsigned>(*weekday)};
  }

  std::string_view rest_;
};

std::optional<PosixZone> PosixZone::parse(std::string_view rule) {
  Reader reader(rule);
  PosixZone zone;
  auto name = reader.abbreviation();
  // POSIX counts westward, the rest of the world eastward.
  auto west = reader.time(24);
  if (!name || !west) return std::nullopt;
  zone.standard_ = {std::move(*name), -*west};
  if (reader.done()) return zone;

  name = reader.abbreviation();
  if (!name) return std::nullopt;
  zone.summer_ = {std::move(*name), zone.standard_.offset + hours(1)};
  if (!reader.skip(',')) {
    west = reader.time(24);
    if (!west || !reader.skip(',')) return std::nullopt;
    zone.summer_->offset = -*west;
  }
  const auto begins = reader.change();
  if (!begins || !reader.skip(',')) return std::nullopt;
  const auto ends = reader.change();
  if (!ends || !reader.done()) return std::nullopt;
  zone.summer_begins_ = *begins;
  zone.summer_ends_ = *ends;
  return zone;
}

std::chrono::sys_seconds PosixZone::in_year(const Change& change, std::chrono::year year, seconds offset) {
  using std::chrono::days;
  using std::chrono::sys_days;
  const sys_days first = year / std::chrono::January / 1;
  sys_days day = first + days(change.day);
  switch (change.kind) {
    case Change::Kind::kDayOfYear:
      break;
    case Change::Kind::kJulianWithoutLeapDay:
      day -= days(year.is_leap() && change.day >= 60 ? 0 : 1);
      break;
    case Change::Kind::kWeekdayOfMonth: {
      const std::chrono::month month(change.month);
      const std::chrono::weekday weekday(change.weekday);
      day = change.week == 5 ? sys_days(year / month / weekday[std::chrono::last])
                             : sys_days(year / month / weekday[change.week]);
      break;
    }
  }
  return day + change.time - offset;
}

LocalType PosixZone::at(std::chrono::sys_seconds time) const {
  const LocalType standard{standard_.offset, standard_.abbreviation};
  if (!summer_) return standard;
  const LocalType summer{summer_->offset, summer_->abbreviation};
  // A change may lie days outside its year, so the years beside this one count too. Of two changes at one
  // instant the beginning counts: that is how a summer time of the whole year is written.
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  bool is_summer = false;
  auto latest = std::chrono::sys_seconds::min();
  for (int beside = -1; beside <= 1; ++beside) {
    const std::chrono::year year = date.year() + std::chrono::years(beside);
    const auto begins = in_year(summer_begins_, year, standard_.offset);
    const auto ends = in_year(summer_ends_, year, summer_->offset);
    if (ends <= time && ends > latest) {
      latest = ends;
      is_summer = false;
    }
    if (begins <= time && begins >= latest) {
      latest = begins;
      is_summer = true;
    }
  }
  return is_summer ? summer : standard;
}

}  // namespace parley::base
