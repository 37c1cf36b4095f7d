#include "app/configuration_types.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "base/quote.h"
#include "net/client.h"

namespace parley::app {
namespace {

using base::SettingContext;
using base::SettingNode;
using base::SettingRead;
using model::MicroUsd;

constexpr std::int64_t kMaxDollars = 1'000'000;
constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kPageBytes = 4096;

// All of `text`, digits only.
template <class Integer>
std::optional<Integer> parse_digits(std::string_view text) {
  Integer value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.front() == '-' || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::unexpected<std::string> no_amount(std::string_view text) {
  return std::unexpected(
      fmt::format("an amount in US dollars from 0 to {} with at most six decimals is wanted, not {}",
                  kMaxDollars, base::quote(text)));
}

SettingRead<MicroUsd> parse_dollars(std::string_view text) {
  const auto point = text.find('.');
  const auto dollars = parse_digits<std::int64_t>(text.substr(0, point));
  if (!dollars || *dollars > kMaxDollars) return no_amount(text);
  std::int64_t micro = 0;
  if (point != std::string_view::npos) {
    std::string decimals(text.substr(point + 1));
    if (decimals.empty() || decimals.size() > 6) return no_amount(text);
    decimals.resize(6, '0');
    const auto parsed = parse_digits<std::int64_t>(decimals);
    if (!parsed) return no_amount(text);
    micro = *parsed;
  }
  if (*dollars == kMaxDollars && micro > 0) return no_amount(text);
  return MicroUsd(*dollars * kMicro + micro);
}

// The shortest decimal that is the same number is what was written, where that had up to 15 digits.
std::string decimal_text(double number) {
  std::array<char, 400> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  return error == std::errc() ? std::string(text.data(), end) : std::string("a number");
}

std::string show_dollars(const MicroUsd& amount) {
  std::string text = fmt::format("{}.{:06}", amount.count() / kMicro, amount.count() % kMicro);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text += '0';
  return text;
}

constexpr std::array<std::pair<std::string_view, std::chrono::milliseconds>, 4> kWindows{{
    {"second", std::chrono::seconds(1)},
    {"minute", std::chrono::minutes(1)},
    {"hour", std::chrono::hours(1)},
    {"day", std::chrono::hours(24)},
}};

SettingRead<limits::RateLimit> parse_rate(std::string_view text) {
  constexpr std::int64_t kMost = 1'000'000'000;
  const auto wanted = [&] {
    return std::unexpected(fmt::format(
        R"(a rate such as "600/minute burst 100" is wanted (a second, minute, hour or day), or "none", not {})",
        base::quote(text)));
  };
  if (text == "none") return limits::RateLimit{};
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return wanted();
  const auto requests = parse_digits<std::int64_t>(text.substr(0, slash));
  const std::string_view rest = text.substr(slash + 1);
  const auto space = rest.find(' ');
  const auto* const window =
      std::ranges::find(kWindows, rest.substr(0, space), [](const auto& entry) { return entry.first; });
  if (!requests || *requests < 1 || *requests > kMost || window == kWindows.end()) return wanted();
  limits::RateLimit limit{.requests = *requests, .window = window->second};
  if (space != std::string_view::npos) {
    constexpr std::string_view kBurst = "burst ";
    const std::string_view tail = rest.substr(space + 1);
    if (!tail.starts_with(kBurst)) return wanted();
    const auto burst = parse_digits<std::int64_t>(tail.substr(kBurst.size()));
    if (!burst || *burst < 1 || *burst > kMost) return wanted();
    limit.burst = *burst;
  }
  // A request every microsecond is the most that is counted apart, and the state looks no further ahead.
  if (limit.window / std::chrono::microseconds(1) < limit.requests) return wanted();
  if (limit.burst > limit.rate().burst) return wanted();
  return limit;
}

std::string show_rate(const limits::RateLimit& limit) {
  if (!limit.any()) return "none";
  const auto* const window =
      std::ranges::find(kWindows, limit.window, [](const auto& entry) { return entry.second; });
  std::string text = fmt::format("{}/{}", limit.requests, window == kWindows.end() ? "?" : window->first);
  if (limit.burst > 0) text += fmt::format(" burst {}", limit.burst);
  return text;
}

SettingRead<ListenAddress> parse_listen(std::string_view text) {
  const auto wanted = [&] {
    return std::unexpected(
        fmt::format("an IP address and a port are wanted, such as 127.0.0.1:8080 or [::]:8080, not {}",
                    base::quote(text)));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wanted();
  const auto port = parse_digits<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool v6 = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (v6) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (!port || error || address.is_v6() != v6) return wanted();
  return ListenAddress{.address = std::string(host), .port = *port};
}

std::string show_listen(const ListenAddress& listen) {
  const bool v6 = listen.address.contains(':');
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", listen.address, v6 ? "]" : "", listen.port);
}

}  // namespace

base::SettingType<ListenAddress> listen_address() {
  return base::parsed<ListenAddress>("an IP address and a port", parse_listen, show_listen);
}

base::SettingType<MicroUsd> us_dollars() {
  return {.about = fmt::format("0 to {}, up to six decimals", kMaxDollars),
          .read = [](const SettingNode& node, SettingContext&) -> SettingRead<MicroUsd> {
            if (const auto* number = node.get<double>()) return parse_dollars(decimal_text(*number));
            if (const auto* integer = node.get<std::int64_t>())
              return parse_dollars(std::to_string(*integer));
            const auto text = base::read_text(node);
            if (!text) return std::unexpected(text.error());
            return parse_dollars(*text);
          },
          .show = show_dollars};
}

base::SettingType<std::int64_t> sqlite_pages() {
  auto bytes = base::byte_size(0, std::size_t{1} << 44);
  return {
      .about = bytes.about,
      .read = [read = bytes.read](const SettingNode& node,
                                  SettingContext& context) -> SettingRead<std::int64_t> {
        const auto size = read(node, context);
        if (!size) return std::unexpected(size.error());
        const auto pages = static_cast<std::int64_t>(*size) / kPageBytes;
        if (*size > 0 && pages < 256) return std::unexpected("at least 1MiB is needed");
        return pages;
      },
      .show = [show = bytes.show](
                  const std::int64_t& pages) { return show(static_cast<std::size_t>(pages * kPageBytes)); }};
}

base::SettingType<std::string> node_name() {
  const auto parse = [](std::string_view text) -> SettingRead<std::string> {
    const bool fit = !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
             c == '_' || c == '-';
    });
    if (!fit) return std::unexpected("1 to 64 letters, digits, '.', '_' and '-' are wanted");
    return std::string(text);
  };
  return base::parsed<std::string>("1 to 64 letters, digits, `.`, `_`, `-`", parse,
                                   [](const std::string& name) { return name; });
}

base::SettingType<limits::RateLimit> rate() {
  return base::parsed<limits::RateLimit>(R"(such as `"600/minute burst 100"`, or `"none"`)", parse_rate,
                                         show_rate);
}

base::SettingType<model::Tokens> tokens() {
  auto count = base::whole_number(1, std::int64_t{1} << 50);
  return {.about = count.about,
          .read = [read = count.read](const SettingNode& node,
                                      SettingContext& context) -> SettingRead<model::Tokens> {
            const auto value = read(node, context);
            if (!value) return std::unexpected(value.error());
            return model::Tokens(*value);
          },
          .show = [](const model::Tokens& value) { return std::to_string(value.count()); }};
}

base::SettingType<net::NetworkSet> networks() {
  constexpr std::size_t kMost = 64;
  constexpr std::size_t kMostBytes = 64;
  auto texts = base::text_list(kMost, kMostBytes);
  return {.about = "addresses and networks such as `\"10.0.0.0/8\"`",
          .read = [read = texts.read](const SettingNode& node,
                                      SettingContext& context) -> SettingRead<net::NetworkSet> {
            const auto list = read(node, context);
            if (!list) return std::unexpected(list.error());
            auto set = net::NetworkSet::parse(*list);
            if (!set) return std::unexpected(std::move(set).error().message);
            return std::move(*set);
          },
          .show =
              [show = texts.show](const net::NetworkSet& set) {
                std::vector<std::string> list;
                for (const net::Network& network : set.networks()) list.push_back(network.str());
                return show(list);
              }};
}

base::SettingType<std::string> url() {
  // The text is not told again: a user and a password may stand in it.
  const auto parse = [](std::string_view text) -> SettingRead<std::string> {
    if (text.empty()) return std::string();
    auto parsed = net::parse_url(text);
    if (!parsed) return std::unexpected(std::move(parsed).error().message);
    return std::string(text);
  };
  return base::parsed<std::string>("an http or https URL", parse,
                                   [](const std::string& text) { return text; });
}

}  // namespace parley::app
