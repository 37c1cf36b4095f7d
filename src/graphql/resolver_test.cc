#include "graphql/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/execution_harness.h"

namespace parley::graphql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Resolved nothing(const Object&, const boost::json::object&, void*) {
  return nullptr;
}

base::Awaitable<base::Result<std::unique_ptr<EventSource>>> no_events(SubscribeCall) {
  co_return std::unique_ptr<EventSource>();
}

constexpr const char* kSdl =
    "type Query { a: A b: Int } type A implements I { b: Int } interface I { b: Int } type Subscription { s: "
    "A }";

TEST(Resolvers, check_names_what_is_missing_and_what_is_too_much) {
  const SchemaPtr schema = schema_of(kSdl);
  Resolvers resolvers;
  EXPECT_THAT(resolvers.check(*schema), ElementsAre("Query.a has no resolver", "Query.b has no resolver",
                                                    "A.b has no resolver", "Subscription.s has no resolver"));
  EXPECT_THAT(resolvers.check(*schema, true), IsEmpty());
  resolvers.plain("Query.a", nothing);
  resolvers.plain("I.b", nothing);
  resolvers.plain("Query.c", nothing);
  resolvers.plain("Subscription.s", nothing);
  resolvers.subscribe("Query.b", no_events);
  EXPECT_THAT(resolvers.check(*schema),
              ElementsAre("Query.b has a source of events and is no subscription", "Query.b has no resolver",
                          "A.b has no resolver", "Subscription.s has no resolver", "I.b is not in the schema",
                          "Query.c is not in the schema"));
}

TEST(Resolvers, check_has_nothing_to_say_of_a_whole_service) {
  const SchemaPtr schema = schema_of(kSdl);
  Resolvers resolvers;
  resolvers.plain("Query.a", nothing);
  resolvers.batch("Query.b", waiting([](const FieldBatch&) { return Values(); }));
  resolvers.plain("A.b", nothing);
  resolvers.subscribe("Subscription.s", no_events);
  EXPECT_THAT(resolvers.check(*schema), IsEmpty());
}

TEST(Resolvers, are_found_by_type_and_field_however_long_their_names) {
  const std::string type(200, 'T');
  Resolvers resolvers;
  resolvers.plain(type + ".f", nothing);
  resolvers.plain("T.f", nothing);
  EXPECT_NE(resolvers.find_plain({.name = type}, {.name = "f"}), nullptr);
  EXPECT_NE(resolvers.find_plain({.name = "T"}, {.name = "f"}), nullptr);
  EXPECT_EQ(resolvers.find_plain({.name = "T"}, {.name = "ff"}), nullptr);
  EXPECT_EQ(resolvers.find_batch({.name = "T"}, {.name = "f"}), nullptr);
  EXPECT_EQ(resolvers.find_subscribe({.name = "T"}, {.name = "f"}), nullptr);
}

TEST(ResolversDeathTest, a_field_is_given_one_resolver) {
  Resolvers resolvers;
  resolvers.plain("T.f", nothing);
  EXPECT_DEATH(resolvers.plain("T.f", nothing), "");
  EXPECT_DEATH(resolvers.batch("T.f", waiting([](const FieldBatch&) { return Values(); })), "");
}

}  // namespace
}  // namespace parley::graphql
