#include "net/forwarded.h"

#include <gtest/gtest.h>

namespace parley::net {
namespace {

using namespace std::string_literals;

const NetworkSet& proxies() {
  static const NetworkSet set({Network(*parse_address("10.0.0.0"), 8), Network(*parse_address("fd00::"), 8)});
  return set;
}

struct From {
  std::string peer = "10.0.0.1";
  Headers headers{};
  ForwardedBy by = ForwardedBy::kEither;
};

std::string client(const From& from) {
  Request request;
  request.peer_address = from.peer;
  request.headers = from.headers;
  return client_address(request, proxies(), from.by).str();
}

std::string by_list(const std::string& value) {
  return client({.headers = {{"X-Forwarded-For", value}}});
}

std::string by_forwarded(const std::string& value) {
  return client({.headers = {{"Forwarded", value}}});
}

constexpr const char* kProxy = "10.0.0.1";

TEST(ClientAddress, is_the_peers_where_no_proxy_is_trusted) {
  const Headers claims{{"X-Forwarded-For", "198.51.100.9"}, {"Forwarded", "for=198.51.100.9"}};
  EXPECT_EQ(client({.peer = "203.0.113.5", .headers = claims}), "203.0.113.5");
  EXPECT_EQ(client({.peer = "2001:db8::5", .headers = claims}), "2001:db8::5");
  EXPECT_EQ(client({.peer = "", .headers = claims}), "::");
}

TEST(ClientAddress, is_a_trusted_proxys_own_where_it_names_nobody) {
  EXPECT_EQ(client({}), kProxy);
  EXPECT_EQ(by_list(""), kProxy);
  EXPECT_EQ(by_list(" , ,"), kProxy);
  EXPECT_EQ(by_forwarded(""), kProxy);
}

TEST(ClientAddress, is_the_first_untrusted_one_from_the_right) {
  EXPECT_EQ(by_list("203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_list("198.51.100.9, 203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_list("198.51.100.9,203.0.113.5,10.0.0.3,\t10.0.0.2 "), "203.0.113.5");
  EXPECT_EQ(by_list("198.51.100.9, 203.0.113.5, fd00::2"), "203.0.113.5");
  EXPECT_EQ(by_list("10.9.9.9, 203.0.113.5, 10.0.0.2"), "203.0.113.5");
  EXPECT_EQ(by_list("203.0.113.5, , 10.0.0.2,"), "203.0.113.5");
}

TEST(ClientAddress, is_the_furthest_trusted_one_where_all_are) {
  EXPECT_EQ(by_list("10.0.0.3, 10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(by_forwarded("for=10.0.0.3, for=10.0.0.2"), "10.0.0.3");
}

TEST(ClientAddress, may_stand_with_port_and_brackets) {
  for (const char* written : {"203.0.113.5:4711", "203.0.113.5:_hidden"})
    EXPECT_EQ(by_list(written), "203.0.113.5");
  for (const char* written : {"2001:db8::5", "[2001:db8::5]", "[2001:db8::5]:4711"}) {
    EXPECT_EQ(by_list(written), "2001:db8::5");
    EXPECT_EQ(by_forwarded("for=\""s + written + "\""), "2001:db8::5");
    EXPECT_EQ(by_forwarded("for="s + written), "2001:db8::5");
  }
  EXPECT_EQ(by_list("::ffff:203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_list("203.0.113.5, ::ffff:10.0.0.2"), "203.0.113.5");
}

TEST(ClientAddress, is_the_last_trusted_hop_where_the_next_is_no_address) {
  for (const char* hop :
       {"unknown", "_secret", "203.0.113", "203.0.113.5:", "203.0.113.5:x", "203.0.113.5:123456",
        "[203.0.113.5]", "[2001:db8::5", "[2001:db8::5]x", "2001:db8::5%eth0", "localhost", "\"",
        "'203.0.113.5'", "203.0.113.5 203.0.113.6", "\xFF\x01", "-"}) {
    EXPECT_EQ(by_list(hop), kProxy) << hop;
    EXPECT_EQ(by_list("198.51.100.9, "s + hop), kProxy) << hop;
    EXPECT_EQ(by_list("198.51.100.9, "s + hop + ", 10.0.0.2"), "10.0.0.2") << hop;
    EXPECT_EQ(by_forwarded("for=198.51.100.9, for=\""s + hop + "\""), kProxy) << hop;
  }
}

TEST(ClientAddress, joins_a_headers_lines_in_their_order) {
  EXPECT_EQ(client({.headers = {{"X-Forwarded-For", "198.51.100.9"},
                                {"Via", "1.1 a"},
                                {"x-forwarded-for", "203.0.113.5, 10.0.0.3"},
                                {"X-FORWARDED-FOR", "10.0.0.2"}}}),
            "203.0.113.5");
  EXPECT_EQ(client({.headers = {{"Forwarded", "for=198.51.100.9"}, {"forwarded", "For=203.0.113.5"}}}),
            "203.0.113.5");
}

TEST(Forwarded, is_read_as_rfc_7239_writes_it) {
  EXPECT_EQ(by_forwarded("for=203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_forwarded("For=\"[2001:db8:cafe::17]:4711\""), "2001:db8:cafe::17");
  EXPECT_EQ(by_forwarded("for=203.0.113.5;proto=http;by=203.0.113.43"), "203.0.113.5");
  EXPECT_EQ(by_forwarded("by=203.0.113.43; host=\"a,b;for=\\\"x\\\\\"; for=203.0.113.5;"), "203.0.113.5");
  EXPECT_EQ(by_forwarded("for=\"203.0.113\\.5\""), "203.0.113.5");
  EXPECT_EQ(by_forwarded("for=198.51.100.9, for=203.0.113.5;host=\"x, y\", for=10.0.0.2"), "203.0.113.5");
}

TEST(Forwarded, is_left_alone_where_an_element_is_malformed) {
  for (const char* element :
       {"proto=https", "203.0.113.5", "for", "for=", "for=;proto=http", "for=203.0.113.5;for=203.0.113.6",
        "for=203.0.113.5 proto=http", "for=\"203.0.113.5", "for=203.0.113.5\"", "for=\"203.0.113.5\"x",
        "for=\"203.0.113.5\\", "=203.0.113.5", "f r=203.0.113.5", "for=203.0.113.5;;", "for=203.0.113.5;x",
        "host=\"\"\"\";for=203.0.113.5"}) {
    EXPECT_EQ(by_forwarded(element), kProxy) << element;
    EXPECT_EQ(by_forwarded("for=198.51.100.9, "s + element), kProxy) << element;
  }
}

TEST(Forwarded, cannot_be_swallowed_by_a_quote_that_a_client_left_open) {
  for (const char* theirs :
       {"for=\"", "for=198.51.100.9;x=\"", "\"", "\\", "for=\"\\", "\"\\\"", "for=1,\"", "x=\"\"\""}) {
    EXPECT_EQ(by_forwarded(theirs + ", for=203.0.113.5"s), "203.0.113.5") << theirs;
    EXPECT_EQ(by_forwarded(theirs + ",for=\"[2001:db8::5]:80\";by=\"_a\""s), "2001:db8::5") << theirs;
  }
}

bool within(const From& from) {
  Request request;
  request.peer_address = from.peer;
  request.headers = from.headers;
  return find_client(request, proxies(), from.by).within;
}

TEST(Client, is_within_where_trusted_proxies_alone_are_named) {
  EXPECT_TRUE(within({}));
  EXPECT_TRUE(within({.headers = {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}}));
  EXPECT_TRUE(within({.headers = {{"Forwarded", "for=10.0.0.3"}, {"X-Forwarded-For", "10.0.0.3"}}}));
  EXPECT_FALSE(within({.peer = "203.0.113.5"}));
  EXPECT_FALSE(within({.headers = {{"X-Forwarded-For", "203.0.113.5, 10.0.0.2"}}}));
}

TEST(Client, is_not_within_where_something_could_not_be_read) {
  const std::string long_host = ";host=\"" + std::string(9000, 'a') + "\"";
  for (const std::string& value :
       {"for=unknown"s, "for=_hidden, for=10.0.0.2"s, "nonsense"s, "for=203.0.113.5" + long_host,
        "for=203.0.113.5, for=10.0.0.2" + long_host}) {
    EXPECT_FALSE(within({.headers = {{"Forwarded", value}}})) << value.substr(0, 40);
    EXPECT_FALSE(within({.headers = {{"Forwarded", value}}, .by = ForwardedBy::kForwarded}));
    EXPECT_FALSE(within({.headers = {{"Forwarded", value}, {"X-Forwarded-For", "10.0.0.2"}}}));
  }
  EXPECT_FALSE(within({.headers = {{"X-Forwarded-For", "203.0.113.5"}, {"Forwarded", "for=10.0.0.2"}}}));
  EXPECT_FALSE(within({.headers = {{"X-Forwarded-For", "10.0.0.2"}, {"Forwarded", "for=10.0.0.3"}}}));
  EXPECT_FALSE(within({.headers = {{"X-Forwarded-For", std::string(100, ',')}}}));
}

TEST(ForwardedBy, names_the_header_that_counts) {
  const Headers both{{"Forwarded", "for=203.0.113.5"}, {"X-Forwarded-For", "198.51.100.9"}};
  EXPECT_EQ(client({.headers = both, .by = ForwardedBy::kForwarded}), "203.0.113.5");
  EXPECT_EQ(client({.headers = both, .by = ForwardedBy::kXForwardedFor}), "198.51.100.9");
  EXPECT_EQ(client({.headers = {{"Forwarded", "for=203.0.113.5"}}, .by = ForwardedBy::kXForwardedFor}),
            kProxy);
}

TEST(ForwardedBy, either_believes_neither_where_they_disagree) {
  EXPECT_EQ(client({.headers = {{"Forwarded", "for=203.0.113.5"}, {"X-Forwarded-For", "203.0.113.5:80"}}}),
            "203.0.113.5");
  EXPECT_EQ(client({.headers = {{"Forwarded", "for=198.51.100.9"}, {"X-Forwarded-For", "203.0.113.5"}}}),
            kProxy);
  EXPECT_EQ(client({.headers = {{"Forwarded", ""}, {"X-Forwarded-For", "203.0.113.5"}}}), kProxy);
  EXPECT_EQ(client({.headers = {{"Forwarded", "nonsense"}, {"X-Forwarded-For", "203.0.113.5"}}}), kProxy);
}

TEST(ClientAddress, is_looked_for_so_far_and_no_further) {
  std::string hops;
  for (int i = 0; i < 31; ++i) hops += ", 10.0.0.2";
  EXPECT_EQ(by_list("203.0.113.5" + hops), "203.0.113.5");
  EXPECT_EQ(by_list("203.0.113.5, 10.0.0.3" + hops), "10.0.0.3");
  EXPECT_EQ(by_list("203.0.113.5" + std::string(100'000, ',')), kProxy);
  EXPECT_EQ(by_list("203.0.113.5, 10.0.0.2" + std::string(9000, ' ')), kProxy);
  const std::string long_host = ";host=\"" + std::string(8000, 'a') + "\"";
  EXPECT_EQ(by_forwarded("for=203.0.113.5, for=10.0.0.2" + long_host), "203.0.113.5");
  EXPECT_EQ(by_forwarded("for=203.0.113.5" + long_host + ", for=10.0.0.2" + long_host), "10.0.0.2");
  // What is cut off is not taken for what is left of it, such as "db8::1".
  EXPECT_EQ(by_list("2001:db8::1,10.0.0.2" + std::string(8185 - 8, ' ')), "10.0.0.2");
  EXPECT_EQ(by_list("2001:db8::1,10.0.0.2" + std::string(8180 - 8, ' ')), "2001:db8::1");
  // However much stands before it.
  EXPECT_EQ(by_list(std::string(100'000, 'x') + ", 203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(by_forwarded(std::string(100'000, '"') + ", for=203.0.113.5"), "203.0.113.5");
}

}  // namespace
}  // namespace parley::net
