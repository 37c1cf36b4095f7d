#include "net/forwarded.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "net/grammar.h"

namespace parley::net {
namespace {

constexpr std::size_t kMaxHops = 32;
constexpr std::size_t kMaxBytes = 8UL * 1024;

// RFC 7239, 6: a port's digits, or a name that hides them.
bool is_port(std::string_view text) {
  const bool hidden = text.size() > 1 && text.front() == '_';
  if (hidden) return is_token(text);
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "192.0.2.7", "192.0.2.7:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<Address> parse_node(std::string_view text) {
  std::string_view address = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!address.contains(':')) return std::nullopt;
  } else if (std::ranges::count(text, ':') == 1) {
    const std::size_t colon = text.find(':');
    address = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (!port.empty() && (port.front() != ':' || !is_port(port.substr(1)))) return std::nullopt;
  return parse_address(address);
}

// RFC 9110, 5.6.4. Takes the quoted string from the front of `rest`.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string value;
  bool escaped = false;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '"' && !escaped) {
      rest.remove_prefix(i + 1);
      return value;
    }
    escaped = c == '\\' && !escaped;
    if (!escaped) value.push_back(c);
  }
  return std::nullopt;
}

// The `for` of one element of Forwarded (RFC 7239, 4). Nothing where there is none, or two, or the element is
// malformed. Blanks around its ';' and bare ':' and brackets are taken as some proxies write them: it is a
// trusted one's own writing, what of it counts is checked as an address.
std::optional<std::string> for_of(std::string_view element) {
  std::optional<std::string> found;
  while (true) {
    const std::size_t equals = element.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(element.substr(0, equals));
    element.remove_prefix(equals + 1);
    std::optional<std::string> value;
    if (element.starts_with('"')) {
      value = take_quoted(element);
    } else {
      const std::size_t end = std::min(element.find_first_of("; \t"), element.size());
      value = element.substr(0, end);
      element.remove_prefix(end);
      if (value->empty() || value->contains('"')) return std::nullopt;
    }
    if (!is_token(name) || !value) return std::nullopt;
    if (iequals(name, "for")) {
      if (found) return std::nullopt;
      found = std::move(value);
    }
    element = trimmed(element);
    if (element.empty()) return found;
    if (element.front() != ';') return std::nullopt;
    element.remove_prefix(1);
    // A ';' at the end has nothing after it.
    if (trimmed(element).empty()) return found;
  }
}

// Where the last element of a list begins. Read from the right, so that nothing to the left of it, such as a
// quote that a client opened and left open, decides where it begins.
std::size_t last_element(std::string_view list, bool quoting) {
  bool quoted = false;
  for (std::size_t at = list.size(); at > 0; --at) {
    const char c = list[at - 1];
    if (c == ',' && !quoted) return at;
    if (c != '"' || !quoting) continue;
    std::size_t slashes = 0;
    while (slashes < at - 1 && list[at - 2 - slashes] == '\\') ++slashes;
    const bool escaped = slashes % 2 == 1;
    if (!escaped) quoted = !quoted;
  }
  return 0;
}

class Walk {
 public:
  Walk(const NetworkSet& trusted, const Address& from) : trusted_(trusted), at_(from) {}

  // Goes on to the left through one line. False once it has come to its end.
  bool through(std::string_view line, bool forwarded) {
    while (true) {
      const std::string_view seen = line.substr(line.size() - std::min(line.size(), left_));
      const std::size_t begin = last_element(seen, forwarded);
      const bool cut_off = begin == 0 && seen.size() < line.size();
      if (cut_off || hops_++ == kMaxHops) return false;
      const std::string_view element = trimmed(seen.substr(begin));
      // RFC 9110, 5.6.1: empty elements are overlooked.
      if (!element.empty() && !step(element, forwarded)) return false;
      if (begin == 0) return true;
      const std::size_t taken = seen.size() - begin + 1;
      line.remove_suffix(taken);
      left_ -= taken;
    }
  }
  const Address& at() const { return at_; }

 private:
  bool step(std::string_view element, bool forwarded) {
    std::optional<Address> address;
    if (forwarded) {
      const auto node = for_of(element);
      if (node) address = parse_node(*node);
    } else {
      address = parse_node(element);
    }
    if (!address) return false;
    at_ = *address;
    return trusted_.contains(at_);
  }

  const NetworkSet& trusted_;
  Address at_;
  std::size_t hops_ = 0;
  std::size_t left_ = kMaxBytes;
};

// All lines of the name are one list, of which the last line holds the end.
Sender walk(const Request& request, std::string_view name, bool forwarded, const NetworkSet& trusted,
            const Address& peer) {
  Walk walk(trusted, peer);
  bool through = true;
  for (std::size_t i = request.headers.size(); i > 0 && through; --i) {
    const Header field = request.headers[i - 1];
    if (iequals(field.name, name)) through = walk.through(field.value, forwarded);
  }
  return {.address = walk.at(), .within = through};
}

}  // namespace

Sender find_client(const Request& request, const NetworkSet& trusted, ForwardedBy by) {
  const Address peer = parse_address(request.peer_address).value_or(Address());
  if (!trusted.contains(peer)) return {.address = peer};
  const auto forwarded = [&] { return walk(request, "Forwarded", true, trusted, peer); };
  const auto x_forwarded_for = [&] { return walk(request, "X-Forwarded-For", false, trusted, peer); };
  switch (by) {
    case ForwardedBy::kForwarded:
      return forwarded();
    case ForwardedBy::kXForwardedFor:
      return x_forwarded_for();
    case ForwardedBy::kEither:
      break;
  }
  if (!request.headers.contains("Forwarded")) return x_forwarded_for();
  if (!request.headers.contains("X-Forwarded-For")) return forwarded();
  const Sender one = forwarded();
  const Sender other = x_forwarded_for();
  if (one.address != other.address) return {.address = peer};
  return {.address = one.address, .within = one.within && other.within};
}

Address client_address(const Request& request, const NetworkSet& trusted, ForwardedBy by) {
  return find_client(request, trusted, by).address;
}

}  // namespace parley::net
