#include "auth/token_cache.h"

#include <gtest/gtest.h>

#include "auth/token_forge.h"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;
using forge::kNow;

Principal principal(std::string user, base::WallTime expires = kNow + 60s) {
  return {.tenant = "t", .user = std::move(user), .expires_at = expires};
}

class TokenCacheTest : public ::testing::Test {
 protected:
  base::Gauge gauge_;
};

TEST_F(TokenCacheTest, finds_what_was_put_until_the_moment_it_expires) {
  TokenCache cache(4, gauge_);
  EXPECT_EQ(cache.find("a", kNow), nullptr);
  cache.put("a", principal("ann"));
  ASSERT_NE(cache.find("a", kNow + 60s - 1ms), nullptr);
  EXPECT_EQ(cache.find("a", kNow)->user, "ann");
  EXPECT_EQ(cache.find("A", kNow), nullptr);
  EXPECT_EQ(cache.find("a", kNow + 60s), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST_F(TokenCacheTest, lets_the_one_used_longest_ago_go_first) {
  TokenCache cache(2, gauge_);
  cache.put("a", principal("ann"));
  cache.put("b", principal("bob"));
  ASSERT_NE(cache.find("a", kNow), nullptr);
  cache.put("c", principal("cat"));
  EXPECT_NE(cache.find("a", kNow), nullptr);
  EXPECT_EQ(cache.find("b", kNow), nullptr);
  EXPECT_NE(cache.find("c", kNow), nullptr);
  EXPECT_EQ(cache.size(), 2U);
}

TEST_F(TokenCacheTest, counts_what_all_caches_hold) {
  {
    TokenCache one(2, gauge_);
    TokenCache two(2, gauge_);
    for (const char* token : {"a", "b", "c", "c"}) one.put(token, principal("u"));
    two.put("a", principal("u"));
    EXPECT_EQ(gauge_.value(), 3);
    one.clear();
    EXPECT_EQ(gauge_.value(), 1);
  }
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(TokenCacheTest, of_no_size_holds_nothing) {
  TokenCache cache(0, gauge_);
  cache.put("a", principal("ann"));
  EXPECT_EQ(cache.find("a", kNow), nullptr);
}

}  // namespace
}  // namespace parley::auth
