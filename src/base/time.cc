#include "base/time.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/quote.h"

namespace parley::base {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

// Below: seconds. From here on: milliseconds.
constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;

std::unexpected<Error> bad_time(std::string_view text, std::string_view problem) {
  return fail(ErrorCode::kBadUserInput, fmt::format("{} is not a time: {}", quote(text), problem));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads from the front; what does not fit leaves it where it was.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // Exactly `size` digits.
  std::optional<int> digits(std::size_t size) {
    int value = 0;
    if (rest_.size() < size) return std::nullopt;
    for (const char c : rest_.substr(0, size)) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(size);
    return value;
  }
  bool skip(char a, char b) {
    if (rest_.empty() || (rest_.front() != a && rest_.front() != b)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool skip(char c) { return skip(c, c); }
  std::size_t digits_ahead() const {
    return static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

constexpr std::string_view kShape =
    "RFC 3339 such as 2026-01-31T09:30:00.000Z, or whole seconds or milliseconds since 1970, is wanted";

// YYYY-MM-DD; what is wrong where it is not one.
std::expected<sys_days, std::string_view> read_date(Reader& reader, std::string_view shape) {
  const auto year = reader.digits(4);
  if (!year || !reader.skip('-')) return std::unexpected(shape);
  const auto month = reader.digits(2);
  if (!month || !reader.skip('-')) return std::unexpected(shape);
  const auto day = reader.digits(2);
  if (!day) return std::unexpected(shape);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.month().ok()) return std::unexpected("there is no such month");
  if (!date.ok()) return std::unexpected("the month has no such day");
  return sys_days(date);
}

// Z, or an offset, as far as UTC is behind.
std::expected<minutes, std::string_view> read_offset(Reader& reader) {
  if (reader.skip('Z', 'z')) return minutes(0);
  const bool west = reader.skip('-');
  if (!west && !reader.skip('+')) return std::unexpected("Z or an offset such as +02:00 is missing");
  const auto hour = reader.digits(2);
  if (!hour || !reader.skip(':')) return std::unexpected("the offset is not of the form +02:00");
  const auto minute = reader.digits(2);
  if (!minute) return std::unexpected("the offset is not of the form +02:00");
  if (*hour > 23 || *minute > 59) return std::unexpected("the offset is out of range");
  const minutes offset = hours(*hour) + minutes(*minute);
  return west ? -offset : offset;
}

// RFC 3339, 5.6; what is wrong where it is not one.
std::expected<WallTime, std::string_view> read_rfc3339(std::string_view text) {
  Reader reader(text);
  const auto date = read_date(reader, kShape);
  if (!date) return std::unexpected(date.error());
  if (!reader.skip('T', 't')) return std::unexpected(kShape);
  const auto hour = reader.digits(2);
  if (!hour || !reader.skip(':')) return std::unexpected(kShape);
  const auto minute = reader.digits(2);
  if (!minute || !reader.skip(':')) return std::unexpected(kShape);
  const auto second = reader.digits(2);
  if (!second) return std::unexpected(kShape);
  if (*hour > 23) return std::unexpected("the hour is out of range");
  if (*minute > 59) return std::unexpected("the minute is out of range");
  if (*second > 60) return std::unexpected("the second is out of range");

  int thousandths = 0;
  if (reader.skip('.')) {
    const std::size_t size = reader.digits_ahead();
    if (size < 1 || size > 9) return std::unexpected("a fraction has one to nine digits");
    const std::size_t kept = std::min<std::size_t>(size, 3);
    thousandths = *reader.digits(kept);
    for (std::size_t i = kept; i < 3; ++i) thousandths *= 10;
    static_cast<void>(reader.digits(size - kept));
  }
  const auto offset = read_offset(reader);
  if (!offset) return std::unexpected(offset.error());
  if (!reader.done()) return std::unexpected("something follows the time");

  const auto minute_begins = *date + hours(*hour) + minutes(*minute) - *offset;
  WallTime time = minute_begins + seconds(*second) + milliseconds(thousandths);
  if (*second == 60) {
    const auto next_minute = minute_begins + minutes(1);
    const auto day = std::chrono::floor<days>(next_minute);
    if (next_minute != day || std::chrono::year_month_day(day).day() != std::chrono::day(1)) {
      return std::unexpected("a second of 60 is only possible at the end of a month in UTC");
    }
    time = next_minute - milliseconds(1);
  }
  if (time < kFirstTime || time > kLastTime) {
    return std::unexpected("it lies outside the years 0000 to 9999 in UTC");
  }
  return time;
}

// Writes `value`, which is not negative, with so many digits.
void put(char* at, std::int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

Result<WallTime> time_from_epoch(std::int64_t count) {
  const bool in_seconds = count < kFirstMilliseconds && count > -kFirstMilliseconds;
  const std::int64_t first = kFirstTime.time_since_epoch().count();
  const std::int64_t last = kLastTime.time_since_epoch().count();
  if (in_seconds ? count < first / 1000 : count < first || count > last) {
    return fail(ErrorCode::kBadUserInput, fmt::format("{} {} since 1970 lie outside the years 0000 to 9999",
                                                      count, in_seconds ? "seconds" : "milliseconds"));
  }
  return WallTime(in_seconds ? milliseconds(seconds(count)) : milliseconds(count));
}

Result<WallTime> parse_time(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (!digits.empty() && std::ranges::all_of(digits, is_digit)) {
    if (digits.front() == '0' && text != "0") return bad_time(text, "a number has no leading zeros");
    std::int64_t count = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), count).ec != std::errc()) {
      return bad_time(text, "the number is out of range");
    }
    return time_from_epoch(count);
  }
  const auto time = read_rfc3339(text);
  if (!time) return bad_time(text, time.error());
  return *time;
}

std::string format_time(WallTime time) {
  time = std::clamp(time, kFirstTime, kLastTime);
  const auto day = day_of(time);
  const std::int64_t of_day = (time - day).count();
  std::string text = format_date(day);
  text += "T00:00:00.000Z";
  put(&text[11], of_day / 3'600'000, 2);
  put(&text[14], of_day / 60'000 % 60, 2);
  put(&text[17], of_day / 1'000 % 60, 2);
  put(&text[20], of_day % 1'000, 3);
  return text;
}

Result<sys_days> parse_date(std::string_view text) {
  Reader reader(text);
  auto day = read_date(reader, "YYYY-MM-DD is wanted");
  if (day && !reader.done()) day = std::unexpected("something follows the date");
  if (!day) {
    return fail(ErrorCode::kBadUserInput, fmt::format("{} is not a date: {}", quote(text), day.error()));
  }
  return *day;
}

std::string format_date(sys_days day) {
  day = std::clamp(day, day_of(kFirstTime), day_of(kLastTime));
  const std::chrono::year_month_day date(day);
  std::string text = "0000-00-00";
  put(&text[0], static_cast<int>(date.year()), 4);
  put(&text[5], static_cast<unsigned>(date.month()), 2);
  put(&text[8], static_cast<unsigned>(date.day()), 2);
  return text;
}

sys_days day_of(WallTime time) {
  return std::chrono::floor<days>(time);
}

WallTime next_midnight_utc(WallTime time) {
  return day_of(time) + days(1);
}

}  // namespace parley::base
