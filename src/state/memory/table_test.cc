#include "state/memory/table.h"

#include <map>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace parley::state::memory {
namespace {

struct Nothing {};
constexpr auto kIgnore = [](const auto&) {};

Fingerprint random_key(std::mt19937_64& random) {
  return {.high = random(), .low = random()};
}

TEST(Table, keeps_what_a_map_keeps) {
  std::mt19937_64 random(3);
  Table<std::unique_ptr<int>> table(10'000);
  std::map<std::uint64_t, int> map;
  const std::int64_t later = 1'000'000;
  for (int i = 0; i < 20'000; ++i) {
    // Keys that crowd into a few homes, so that probing and moving back happen all the time.
    const std::uint64_t number = 1 + random() % 700;
    const Fingerprint key{.high = number, .low = (number % 9) << 60U};
    auto* found = table.find(key);
    ASSERT_EQ(found != nullptr, map.contains(number));
    if (found != nullptr) {
      ASSERT_EQ(*found->payload, map[number]);
    }
    if (random() % 2 == 0) {
      auto& entry = table.put(key, 0, kIgnore);
      entry.forget_at = later;
      entry.payload = std::make_unique<int>(i);
      map[number] = i;
    } else if (found != nullptr) {
      table.erase(found);
      map.erase(number);
    }
    ASSERT_EQ(table.size(), map.size());
  }
}

TEST(Table, never_holds_more_than_it_may_and_tells_what_goes) {
  std::mt19937_64 random(4);
  for (const std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{333}}) {
    Table<Nothing> table(most);
    std::size_t gone = 0;
    for (int i = 0; i < 2000; ++i) {
      table.put(random_key(random), 0, [&](const auto&) { ++gone; }).forget_at = 1 + i;
      ASSERT_LE(table.size(), most);
      ASSERT_EQ(table.size() + gone, static_cast<std::size_t>(i) + 1);
    }
  }
}

TEST(Table, lets_go_of_what_stopped_to_matter_before_it_grows) {
  std::mt19937_64 random(5);
  Table<Nothing> table(1'000'000);
  std::size_t largest = 0;
  for (std::int64_t now = 1; now < 200'000; ++now) {
    table.put(random_key(random), now, kIgnore).forget_at = now + 100;
    largest = std::max(largest, table.size());
  }
  EXPECT_LT(largest, 400U);
}

TEST(Table, with_room_for_all_that_matters_nothing_that_does_is_pushed_out) {
  std::mt19937_64 random(7);
  Table<Nothing> table(1000);
  std::size_t pushed_out = 0;
  for (std::int64_t now = 1; now < 100'000; ++now) {
    const auto dropped = [&](const auto& entry) { pushed_out += entry.forget_at > now ? 1 : 0; };
    table.put(random_key(random), now, dropped).forget_at = now + 700;
  }
  EXPECT_EQ(pushed_out, 0U);
}

TEST(Table, in_a_flood_of_new_keys_those_that_matter_longest_stay) {
  std::mt19937_64 random(6);
  Table<Nothing> table(1000);
  std::vector<Fingerprint> exhausted;
  for (int i = 0; i < 50; ++i) {
    exhausted.push_back(random_key(random));
    table.put(exhausted.back(), 0, kIgnore).forget_at = 1'000'000;
  }
  for (int i = 0; i < 100'000; ++i) table.put(random_key(random), 0, kIgnore).forget_at = 1 + i;
  EXPECT_EQ(table.size(), 1000U);
  for (const Fingerprint& key : exhausted) EXPECT_NE(table.find(key), nullptr);
}

}  // namespace
}  // namespace parley::state::memory
