#include "net/response_head.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/error.h"

namespace parley::net {
namespace {

constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

bool servers_own(std::string_view name) {
  switch (name.size()) {
    case 4:
      return iequals(name, "Date");
    case 10:
      return iequals(name, "Connection");
    case 14:
      return iequals(name, "Content-Length");
    case 17:
      return iequals(name, "Transfer-Encoding");
    default:
      return false;
  }
}

base::ErrorCode code_of(int status) {
  switch (status) {
    case 408:
      return base::ErrorCode::kDeadlineExceeded;
    case 413:
    case 431:
      return base::ErrorCode::kPayloadTooLarge;
    case 429:
      return base::ErrorCode::kRateLimited;
    case 500:
      return base::ErrorCode::kInternal;
    case 503:
      return base::ErrorCode::kOverloaded;
    default:
      return base::ErrorCode::kBadUserInput;
  }
}

}  // namespace

// RFC 9110, 5.6.7, made anew once a second.
std::string_view ResponseHead::date_line() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != date_of_) {
    date_of_ = now.tv_sec;
    std::tm utc{};
    ::gmtime_r(&date_of_, &utc);
    date_ = fmt::format("\r\nDate: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                        kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                        kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                        utc.tm_min, utc.tm_sec);
  }
  return date_;
}

void ResponseHead::append(std::string& out, int status, const Headers& headers, const Form& form) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK");
  } else {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(status));
    out.push_back(' ');
    out.append(reason_phrase(status));
  }
  out.append(date_line());
  for (const Header field : headers) {
    if (servers_own(field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (form.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (form.length) {
    out.append("Content-Length: ");
    append_number(out, *form.length);
    out.append("\r\n");
  }
  if (!form.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (form.minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

std::string error_body(int status, std::string_view message) {
  return fmt::format(R"({{"error":{{"code":"{}","message":"{}","type":"{}"}}}})", base::name(code_of(status)),
                     message, status == 500 || status == 503 ? "server_error" : "invalid_request_error");
}

}  // namespace parley::net
