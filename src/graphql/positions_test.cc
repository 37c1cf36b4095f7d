#include "graphql/positions.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace parley::graphql {
namespace {

using Position = Positions::Position;

// {"list": [{"a": 1, "b": 2}, {"a": 1, "b": 2}]} with places for all of it.
struct Tree {
  explicit Tree(bool list_nullable = true, bool items_nullable = true) {
    auto& root = data.emplace_object();
    auto& items = root["list"].emplace_array();
    items.resize(2);
    list = positions.add({.key = "list", .nullable = list_nullable, .slot = &root["list"]});
    for (std::uint32_t i = 0; i < 2; ++i) {
      items[i] = {{"a", 1}, {"b", 2}};
      item[i] = positions.add({.parent = list, .ordinal = i, .nullable = items_nullable, .slot = &items[i]});
    }
  }

  Position field(std::uint32_t i, std::string_view key, bool nullable) {
    auto& object = data.as_object()["list"].as_array()[i].as_object();
    return {.parent = item[i],
            .ordinal = key == "a" ? 0U : 1U,
            .key = key,
            .nullable = nullable,
            .slot = &object[key]};
  }
  void raise(std::uint32_t i, std::string_view key, bool nullable) {
    const Position at = field(i, key, nullable);
    positions.raise(at, {.message = path_text(positions.path(at))});
  }
  std::string settle() {
    std::string text;
    for (const GraphqlError& error : positions.settle()) text += error.message + " ";
    return text + boost::json::serialize(data);
  }

  boost::json::value data;
  Positions positions{data};
  Positions::Index list = 0;
  Positions::Index item[2] = {};
};

TEST(Positions, an_error_where_null_may_stand_changes_nothing_around_it) {
  Tree tree;
  tree.raise(1, "b", true);
  EXPECT_EQ(tree.settle(), R"(list[1].b {"list":[{"a":1,"b":2},{"a":1,"b":2}]})");
}

TEST(Positions, null_goes_up_to_where_it_may_stand) {
  Tree tree;
  tree.raise(1, "b", false);
  EXPECT_FALSE(tree.positions.root_lost());
  EXPECT_EQ(tree.settle(), R"(list[1].b {"list":[{"a":1,"b":2},null]})");

  Tree stricter(true, false);
  stricter.raise(1, "b", false);
  EXPECT_EQ(stricter.settle(), R"(list[1].b {"list":null})");

  Tree strictest(false, false);
  strictest.raise(1, "b", false);
  EXPECT_TRUE(strictest.positions.root_lost());
  EXPECT_EQ(strictest.settle(), "list[1].b null");
}

TEST(Positions, errors_come_in_the_order_of_depth_first_execution) {
  Tree tree;
  tree.raise(1, "b", true);
  tree.raise(0, "b", true);
  tree.raise(1, "a", true);
  tree.raise(0, "a", true);
  EXPECT_EQ(tree.settle(),
            R"(list[0].a list[0].b list[1].a list[1].b {"list":[{"a":1,"b":2},{"a":1,"b":2}]})");
}

TEST(Positions, what_depth_first_execution_would_not_have_come_to_is_not_reported) {
  Tree tree(true, false);
  tree.raise(1, "a", true);
  tree.raise(1, "b", false);
  tree.raise(0, "b", false);
  tree.raise(0, "a", true);
  EXPECT_EQ(tree.settle(), R"(list[0].a list[0].b {"list":null})");
}

TEST(Positions, an_inner_null_goes_before_an_outer_one) {
  Tree tree(true, true);
  tree.raise(0, "a", false);
  tree.positions.raise({.parent = tree.list, .ordinal = 2, .nullable = false}, {.message = "list[2]"});
  EXPECT_EQ(tree.settle(), R"(list[0].a list[2] {"list":null})");
}

TEST(Positions, an_error_of_the_operation_takes_all_data) {
  Tree tree;
  tree.raise(0, "a", false);
  tree.positions.raise_at_root({.message = "all"});
  EXPECT_TRUE(tree.positions.root_lost());
  EXPECT_EQ(tree.settle(), "all null");
}

}  // namespace
}  // namespace parley::graphql
