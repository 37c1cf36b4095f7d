// How far local time is from UTC: IANA's zones as the system has them, UTC, and fixed offsets.
//
// Zones are read from the files that zic compiles (TZif, RFC 9636), their last line included, which says what
// holds from the last change on: summer time goes on after 2037. (Howard Hinnant's library, at its version
// 3.0, does not read that line; the tests compare with it where it can know.) A zone is immutable; any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/posix_zone.h"

namespace parley::base {

class TimeZone {
 public:
  static TimeZone fixed(std::chrono::seconds offset, std::string abbreviation);
  // The content of a TZif file of version 2 or later without leap seconds; nothing where it is malformed.
  static std::optional<TimeZone> from_tzif(std::string_view bytes);

  // What holds at that instant. The abbreviation is valid as long as the zone.
  LocalType at(std::chrono::sys_seconds time) const;

 private:
  struct Type {
    std::chrono::seconds offset{};
    std::string abbreviation{};
  };
  struct Change {
    std::chrono::sys_seconds from;
    std::size_t type = 0;
  };

  std::vector<Type> types_{};
  // In the order of time. Before the first, the first of the types holds.
  std::vector<Change> changes_{};
  // From the last change on, where there is one.
  std::optional<PosixZone> rule_{};
};

// The zone of that name: "UTC", "Z", "+05:30", "Europe/Berlin". Each file is read once a process and kept;
// there are as many as the system has zones (about 600, of 2 KiB). BAD_USER_INPUT for a name that is not
// known; INTERNAL for a file that is there and cannot be understood.
[[nodiscard]] Result<std::shared_ptr<const TimeZone>> find_time_zone(std::string_view name);

}  // namespace parley::base
