#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/client.h"

namespace parley::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Parts {
  std::string_view text;
  bool tls;
  std::string_view host;
  std::uint16_t port;
  std::string_view target;
  std::string_view authority;
};

class UrlParts : public ::testing::TestWithParam<Parts> {};

TEST_P(UrlParts, are_told_apart) {
  const auto url = parse_url(GetParam().text);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->tls, GetParam().tls);
  EXPECT_EQ(url->host, GetParam().host);
  EXPECT_EQ(url->port, GetParam().port);
  EXPECT_EQ(url->target, GetParam().target);
  EXPECT_EQ(url->authority(), GetParam().authority);
}

INSTANTIATE_TEST_SUITE_P(
    Url, UrlParts,
    ::testing::Values(Parts{"http://example.com", false, "example.com", 80, "/", "example.com"},
                      Parts{"https://example.com/", true, "example.com", 443, "/", "example.com"},
                      Parts{"HTTPS://Api.Example.COM:8443/V1/x", true, "api.example.com", 8443, "/V1/x",
                            "api.example.com:8443"},
                      Parts{"http://a:443/", false, "a", 443, "/", "a:443"},
                      Parts{"https://a:0080/", true, "a", 80, "/", "a:80"},
                      Parts{"http://a?q=1&r=%41", false, "a", 80, "/?q=1&r=%41", "a"},
                      Parts{"http://a/b:c@d?e/f?g", false, "a", 80, "/b:c@d?e/f?g", "a"},
                      Parts{"http://127.0.0.1:11434/v1", false, "127.0.0.1", 11434, "/v1", "127.0.0.1:11434"},
                      Parts{"http://[::1]", false, "::1", 80, "/", "[::1]"},
                      Parts{"https://[2001:DB8::A]:9/x", true, "2001:db8::a", 9, "/x", "[2001:db8::a]:9"},
                      Parts{"http://my_service-1.local./", false, "my_service-1.local.", 80, "/",
                            "my_service-1.local."},
                      Parts{"http://xn--bcher-kva.example/", false, "xn--bcher-kva.example", 80, "/",
                            "xn--bcher-kva.example"}));

struct Wrong {
  std::string text;
  const char* says;
};

class WrongUrl : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongUrl, is_refused_by_what_is_wrong) {
  const auto url = parse_url(GetParam().text);
  ASSERT_FALSE(url) << url->host << ' ' << url->target;
  EXPECT_EQ(url.error().code, base::ErrorCode::kBadUserInput);
  EXPECT_THAT(url.error().message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Url, WrongUrl,
    ::testing::Values(
        Wrong{"", "must begin with"}, Wrong{"example.com/", "must begin with"},
        Wrong{"ftp://a/", "must begin with"}, Wrong{"http:/a/", "must begin with"},
        Wrong{" http://a/", "must begin with"}, Wrong{"http://", "no host"}, Wrong{"http:///x", "no host"},
        Wrong{"http://:80/", "no host"}, Wrong{"http://user:secret@a/", "user or password"},
        Wrong{"http://a@b/", "user or password"}, Wrong{"http://a/#top", "fragment"},
        Wrong{"http://a#b/", "fragment"}, Wrong{"http://a:/", "port"}, Wrong{"http://a:0/", "port"},
        Wrong{"http://a:65536/", "port"}, Wrong{"http://a:+80/", "port"}, Wrong{"http://a:8 0/", "port"},
        Wrong{"http://a:80:80/", "host"}, Wrong{"http://a b/", "host"}, Wrong{"http://a\r\nX: y/", "host"},
        Wrong{"http://a%20b/", "host"}, Wrong{"http://a..b/", "host"}, Wrong{"http://.a/", "host"},
        Wrong{"http://./", "host"}, Wrong{"http://a\\b/", "host"}, Wrong{"http://bücher.example/", "host"},
        Wrong{"http://127.1/", "host"}, Wrong{"http://2130706433/", "host"},
        Wrong{"http://0x7f000001/", "host"}, Wrong{"http://1.2.3.4.5/", "host"},
        Wrong{"http://256.1.1.1/", "host"}, Wrong{"http://[::1/", "host"},
        Wrong{"http://[fe80::1%25eth0]/", "IPv6"}, Wrong{"http://[1.2.3.4]/", "IPv6"},
        Wrong{"http://[]/", "IPv6"}, Wrong{"http://[::1]x/", "host"}, Wrong{"http://a/ b", "percent-encoded"},
        Wrong{"http://a/%", "percent-encoded"}, Wrong{"http://a/%4", "percent-encoded"},
        Wrong{"http://a/%zz", "percent-encoded"}, Wrong{"http://a/?\"", "percent-encoded"},
        Wrong{"http://a/\n", "percent-encoded"}, Wrong{"http://a/ü", "percent-encoded"},
        Wrong{std::string("http://a/\0", 10), "percent-encoded"},
        Wrong{"http://" + std::string(64, 'a') + "/", "host"},
        Wrong{"http://a/" + std::string(9000, 'a'), "too long"}));

TEST(Url, that_is_refused_shows_no_secret) {
  for (const char* text : {"http://user:secret@a/", "http://a:secret/", "http://secret /"}) {
    EXPECT_THAT(parse_url(text).error().message, Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace parley::net
