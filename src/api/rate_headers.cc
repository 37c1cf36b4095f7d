#include "api/rate_headers.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace parley::api {

namespace {

// The largest Integer of RFC 9651, 3.3.1.
constexpr std::int64_t kMostInteger = 999'999'999'999'999;

std::int64_t integer(std::int64_t value) {
  return std::clamp<std::int64_t>(value, 0, kMostInteger);
}

std::int64_t seconds(std::chrono::milliseconds time) {
  return integer(std::chrono::ceil<std::chrono::seconds>(time).count());
}

void separate(std::string& list) {
  if (!list.empty()) list += ", ";
}

}  // namespace

std::string rate_limit_policy(const limits::Admission& admission) {
  std::string list;
  for (const limits::LimitStanding& one : admission.standings) {
    separate(list);
    // A window of 0 is none (section 3.1.3).
    list += fmt::format(R"("{}";q={};w={})", one.name, integer(one.limit),
                        std::max<std::int64_t>(1, seconds(one.window)));
  }
  return list;
}

std::string rate_limit(const limits::Admission& admission) {
  std::string list;
  for (const limits::LimitStanding& one : admission.standings) {
    separate(list);
    const bool refuses = admission.refused && admission.refused->retry_after && one.remaining <= 0;
    const std::int64_t until = refuses ? std::max<std::int64_t>(1, seconds(*admission.refused->retry_after))
                                       : seconds(one.full_after);
    list += fmt::format(R"("{}";r={};t={})", one.name, integer(one.remaining), until);
  }
  return list;
}

void add_rate_headers(net::Exchange& exchange, const limits::Admission& admission) {
  if (admission.standings.empty()) return;
  exchange.add_header("RateLimit-Policy", rate_limit_policy(admission));
  exchange.add_header("RateLimit", rate_limit(admission));
}

}  // namespace parley::api
