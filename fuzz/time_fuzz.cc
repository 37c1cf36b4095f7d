// links: parley_base
// Times, dates, formats and zones as strangers name them. A time that is taken must come back the same from
// what is written for it, in any zone; an error names no more than a line. The last part is a zone's file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/time_zone.h"

namespace {

using namespace parley::base;

void require(bool sound) {
  if (!sound) std::abort();
}

template <class T>
void check_error(const Result<T>& result) {
  require(result.error().code == ErrorCode::kBadUserInput && result.error().message.size() < 400);
}

// The part up to the next line feed, which is taken away.
std::string_view line(std::string_view& data) {
  const auto end = data.find('\n');
  const auto part = data.substr(0, end);
  data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
  return part;
}

void check_time(std::string_view text, std::string_view format, std::string_view zone) {
  const auto time = parse_time(text);
  if (!time) return check_error(time);
  require(*time >= kFirstTime && *time <= kLastTime);
  require(parse_time(format_time(*time)).value() == *time);
  require(day_of(*time) <= *time && *time < next_midnight_utc(*time));
  const auto shown = format_time(*time, format, zone);
  if (!shown) return check_error(shown);
  require(shown->size() <= 1024);
  // Whole minutes are all that an offset can say, but the instant stays the same.
  if (const auto local = format_time(*time, "rfc3339", zone)) {
    require(parse_time(*local).value() == *time);
  }
}

void check_date(std::string_view text) {
  const auto day = parse_date(text);
  if (!day) return check_error(day);
  require(format_date(*day) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view data(reinterpret_cast<const char*>(bytes), size);
  const auto time = line(data);
  const auto format = line(data);
  const auto zone = line(data);
  check_time(time, format, zone);
  check_date(time);
  if (const auto rule = PosixZone::parse(format)) {
    require(std::chrono::abs(rule->at(std::chrono::floor<std::chrono::seconds>(kLastTime)).offset) <
            std::chrono::hours(27));
  }
  if (const auto file = TimeZone::from_tzif(data)) {
    for (const auto at : {kFirstTime, WallTime(), kLastTime}) {
      require(std::chrono::abs(file->at(std::chrono::floor<std::chrono::seconds>(at)).offset) <
              std::chrono::hours(27));
    }
  }
  return 0;
}
