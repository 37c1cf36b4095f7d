#include "graphql/error.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace parley::graphql {
namespace {

TEST(GraphqlError, shows_only_what_it_has) {
  EXPECT_EQ(boost::json::serialize(to_json({.message = "no"})), R"({"message":"no"})");
  const GraphqlError error{.message = "no",
                           .locations = {{.line = 1, .column = 2}},
                           .path = {"a", 0, "b"},
                           .extensions = {{"code", "INTERNAL"}}};
  EXPECT_EQ(
      boost::json::serialize(to_json(error)),
      R"({"message":"no","locations":[{"line":1,"column":2}],"path":["a",0,"b"],"extensions":{"code":"INTERNAL"}})");
}

TEST(PathText, reads_as_code_does) {
  EXPECT_EQ(path_text({}), "");
  EXPECT_EQ(path_text({"a", 0, 12, "b", "c"}), "a[0][12].b.c");
}

}  // namespace
}  // namespace parley::graphql
