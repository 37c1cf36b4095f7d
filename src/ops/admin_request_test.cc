#include "ops/admin_request.h"

#include <gtest/gtest.h>

namespace parley::ops {
namespace {

std::string subject(std::string_view text) {
  const auto parsed = parse_subject(text);
  return parsed ? *parsed : std::string(base::name(parsed.error().code));
}

std::string said(std::string_view body) {
  const auto parsed = parse_ban_request(body);
  return parsed ? parsed->subject + " " + std::to_string(parsed->lasts.count()) + " " + parsed->reason
                : parsed.error().message;
}

TEST(BanSubject, is_a_user_or_what_counts_as_one_client) {
  EXPECT_EQ(subject("user:acme/ada"), "user:acme/ada");
  EXPECT_EQ(subject("user:a%2Fb/a/b%"), "user:a%2Fb/a/b%");
  EXPECT_EQ(subject("ip:192.0.2.7"), "ip:192.0.2.7");
  EXPECT_EQ(subject("ip:2001:db8:1:2:3:4:5:6"), "ip:2001:db8:1:2::/64");
  EXPECT_EQ(subject("ip:2001:db8:1:2::/64"), "ip:2001:db8:1:2::/64");
  EXPECT_EQ(subject("ip:::ffff:192.0.2.7"), "ip:192.0.2.7");
  for (const std::string& bad :
       {std::string(), std::string("ada"), std::string("user:ada"), std::string("user:/ada"),
        std::string("user:acme/"), std::string("ip:"), std::string("ip:10.0.0.0/8"),
        std::string("ip:2001:db8::/32"), std::string("ip:127.1"), std::string("user:acme/a\nb"),
        std::string("user:acme/\xff"), "user:a/" + std::string(1100, 'x'), std::string("user:a{b/c"),
        std::string("user:a%/c")}) {
    EXPECT_EQ(subject(bad), "BAD_USER_INPUT") << bad;
  }
}

TEST(BanRequest, takes_its_three_members_and_nothing_else) {
  EXPECT_EQ(said(R"({"subject":"ip:192.0.2.7","seconds":60,"reason":"scraping"})"),
            "ip:192.0.2.7 60 scraping");
  EXPECT_EQ(said(R"({"subject":"ip:192.0.2.7","seconds":60,"reason":"x","for":1})"),
            "'for' is not known here");
  EXPECT_EQ(said(R"({"seconds":60,"reason":"x"})"), "subject is missing or not a string");
  EXPECT_EQ(said(R"({"subject":7,"seconds":60,"reason":"x"})"), "subject is missing or not a string");
  for (const std::string_view seconds : {"0", "-1", "1.5", "\"60\"", "31622401", "1e400", "null"}) {
    const std::string body =
        R"({"subject":"ip:192.0.2.7","reason":"x","seconds":)" + std::string(seconds) + "}";
    EXPECT_FALSE(parse_ban_request(body)) << body;
  }
  for (const std::string_view reason : {R"("")", R"("a\u0000b")", R"("\u0085")", "1"}) {
    const std::string body = R"({"subject":"ip:192.0.2.7","seconds":1,"reason":)" + std::string(reason) + "}";
    EXPECT_NE(said(body).find("reason is not"), std::string::npos) << body;
  }
  for (const std::string_view body :
       {"", "[]", "null", R"({"subject":"ip:192.0.2.7","subject":"ip:192.0.2.8"})"}) {
    EXPECT_NE(said(body).find("the body is not"), std::string::npos) << body;
  }
}

TEST(BanPage, has_bounds_and_no_parameter_that_is_not_known) {
  EXPECT_EQ(parse_ban_page("")->limit, kDefaultBans);
  const auto page = parse_ban_page("after=user%3Aacme%2Fada&limit=200");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->after, "user:acme/ada");
  EXPECT_EQ(page->limit, 200);
  for (const std::string_view bad : {"limit=0", "limit=201", "limit=", "limit=1x", "limit", "limit=1&limit=2",
                                     "before=a", "%zz=1", "a=b"}) {
    EXPECT_FALSE(parse_ban_page(bad)) << bad;
  }
  EXPECT_FALSE(parse_ban_page("after=" + std::string(1101, 'x')));
}

TEST(UserPath, names_a_tenant_and_a_user_and_nothing_more) {
  EXPECT_EQ(parse_user_path("acme/ada"), (model::Owner{"acme", "ada"}));
  EXPECT_EQ(parse_user_path("a%2Fb/%C3%A4"), (model::Owner{"a/b", "ä"}));
  for (const std::string_view bad :
       {"", "acme", "acme/", "/ada", "acme/ada/x", "acme/%zz", "acme/%", "acme/%00", "acme/%ff",
        "acme/%C0%AF", "acme/%ED%A0%80", "acme/%F4%90%80%80"}) {
    EXPECT_FALSE(parse_user_path(bad)) << bad;
  }
  EXPECT_FALSE(parse_user_path("acme/" + std::string(257, 'x')));
}

}  // namespace
}  // namespace parley::ops
