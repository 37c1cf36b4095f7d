#include "limits/keys.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "state/state.h"

namespace parley::limits {
namespace {

TEST(Keys, read_as_what_they_count) {
  EXPECT_EQ(rate_key("user", {"acme", "ada"}), "rate:{acme}user/ada");
  EXPECT_EQ(organisation_key("acme"), "rate:{acme}organisation");
  EXPECT_EQ(address_key("2001:db8::/64"), "rate:{2001:db8::%2F64}address");
  EXPECT_EQ(slot_key("turns", {"acme", "ada"}), "slot:{acme}turns/ada");
  EXPECT_EQ(ban_subject(model::Owner{"acme", "ada"}), "user:acme/ada");
  EXPECT_EQ(ban_subject("192.0.2.7"), "ip:192.0.2.7");
}

TEST(Keys, no_two_users_share_one_whatever_their_names) {
  const std::vector<std::string> parts{"",    "a", "a/b", "b",  "b/c", "c", "/",     "%2F",       "a%2Fb",
                                       "{a}", "}", "{}",  "}a", "a}",  "%", "user/", "graphql/a", "a}user/b"};
  std::set<std::string> keys;
  std::set<std::string> subjects;
  for (const std::string& tenant : parts) {
    for (const std::string& user : parts) {
      for (const std::string_view limit : {"user", "graphql", "chat_completions"}) {
        EXPECT_TRUE(keys.insert(rate_key(limit, {tenant, user})).second) << tenant << " and " << user;
      }
      EXPECT_TRUE(keys.insert(slot_key("turns", {tenant, user})).second);
      EXPECT_TRUE(subjects.insert(ban_subject(model::Owner{tenant, user})).second)
          << tenant << " and " << user;
    }
    EXPECT_TRUE(keys.insert(organisation_key(tenant)).second);
    EXPECT_TRUE(keys.insert(address_key(tenant)).second);
    EXPECT_TRUE(subjects.insert(ban_subject(tenant)).second);
  }
}

TEST(Keys, all_that_is_one_tenants_has_one_hash_tag) {
  const auto tag = [](const std::string& key) {
    const std::size_t from = key.find('{') + 1;
    return key.substr(from, key.find('}', from) - from);
  };
  for (const std::string& tenant : {"acme", "}", "a{b}c"}) {
    EXPECT_EQ(tag(rate_key("user", {tenant, "}{"})), tag(organisation_key(tenant)));
    EXPECT_EQ(tag(rate_key("graphql", {tenant, "x"})), tag(organisation_key(tenant)));
    EXPECT_FALSE(tag(organisation_key(tenant)).empty());
  }
}

TEST(Keys, the_longest_names_of_a_token_make_a_subject_that_can_be_banned) {
  const std::string slashes(256, '/');
  EXPECT_LE(ban_subject(model::Owner{slashes, slashes}).size(), state::kMaxSubjectBytes);
}

}  // namespace
}  // namespace parley::limits
