// The values that the HTTP server and its handlers exchange: header list, request, response.
//
// Plain values without I/O; whoever holds one owns it. Any thread may hold its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::net {

// ASCII case-insensitive equality, as header names are compared (RFC 9110, 5.1).
bool iequals(std::string_view a, std::string_view b);

struct Header {
  std::string_view name;
  std::string_view value;
};

// The header fields of one message, in their order, found by name without regard to case. Few and small, so a
// flat list: all text lies in one string, a lookup walks the list. A view handed out is valid until the next
// change.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) {
    for (const Header& field : fields) add(field.name, field.value);
  }

  // Appends, also where the name is there already (Set-Cookie). Whoever takes names or values from strangers
  // checks them first: CR, LF and NUL assert here.
  void add(std::string_view name, std::string_view value);
  // Replaces all of that name by one.
  void set(std::string_view name, std::string_view value);
  // Removes all of that name; returns how many there were.
  std::size_t remove(std::string_view name);
  void clear();

  // The first value of that name, or nothing.
  std::optional<std::string_view> get(std::string_view name) const;
  bool contains(std::string_view name) const { return get(name).has_value(); }
  std::size_t count(std::string_view name) const;
  // True where a field of that name lists `token` between commas, without regard to case (Connection: close).
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  Header operator[](std::size_t i) const {
    const Entry& e = entries_[i];
    return {std::string_view(text_).substr(e.at, e.name_size),
            std::string_view(text_).substr(e.at + e.name_size, e.value_size)};
  }

  class Iterator {
   public:
    using value_type = Header;
    using difference_type = std::ptrdiff_t;
    Iterator(const Headers* list, std::size_t at) : list_(list), at_(at) {}
    Header operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Headers* list_;
    std::size_t at_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  struct Entry {
    std::uint32_t at;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };
  std::string text_;
  std::vector<Entry> entries_;
};

struct Request {
  std::string method;
  // As it was sent, checked to hold nothing but what RFC 3986 lets a path and query hold.
  std::string target;
  // The target up to its '?', still percent-encoded; begins with '/', or is "*" for OPTIONS.
  std::string path;
  // What follows the '?', still percent-encoded; empty where there is none.
  std::string query;
  Headers headers;
  std::string body;
  // The address and port of the other end of the socket (not of Forwarded headers), such as "192.0.2.7".
  std::string peer_address;
  std::uint16_t peer_port = 0;
  bool tls = false;
  // HTTP/1.<minor>: 0 or 1.
  int minor_version = 1;

  std::optional<std::string_view> header(std::string_view name) const { return headers.get(name); }
};

// Content-Length, Date, Connection and Transfer-Encoding are the server's: do not set them.
struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};

  // Content-Type: application/json; charset=utf-8.
  static Response json(int status, std::string body);
  // Content-Type: text/plain; charset=utf-8.
  static Response text(int status, std::string body);
};

// "Not Found" for 404; "Unknown" where the status has no registered phrase.
std::string_view reason_phrase(int status);

}  // namespace parley::net
