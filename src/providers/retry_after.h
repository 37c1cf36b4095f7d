// Reads from a refusal's header when its sender wants to be asked again.
//
// Functions without state; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "net/http.h"

namespace parley::providers {

// A date as RFC 9110, 5.6.7 has it, in any of its three forms. A year of two digits is the nearest to `now`
// that is less than 50 years ahead. Nothing for anything else.
std::optional<base::WallTime> parse_http_date(std::string_view text, base::WallTime now);

// A span such as "1s", "6m0s", "1h2m3.5s", "120ms", or a number of seconds, as OpenAI and those who follow it
// write their x-ratelimit-reset-* headers. Nothing for anything else.
std::optional<std::chrono::milliseconds> parse_span(std::string_view text);

// How long to wait, from 0 to a day, or nothing where the header does not say. The first of these that can be
// read: `retry-after-ms`; Retry-After, seconds or a date (RFC 9110, 10.2.3); the longest
// `x-ratelimit-reset-requests` or `-tokens` of those whose `x-ratelimit-remaining-*` is "0", or of all where
// none is.
std::optional<std::chrono::milliseconds> retry_after(const net::Headers& headers, base::WallTime now);

}  // namespace parley::providers
