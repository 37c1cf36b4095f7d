#include "limits/fair_queue.h"

#include <algorithm>
#include <deque>
#include <map>
#include <ranges>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace parley::limits {
namespace {

using ::testing::ElementsAre;

struct Waiter : FairQueue::Item {
  std::string name;
};

model::Owner owner(const std::string& user) {
  return {.tenant = "acme", .user = user};
}

// A line whose items have names; those still in line at its end leave.
class Line {
 public:
  explicit Line(FairQueue::Bounds bounds = {.max_waiting = 100'000, .max_waiting_per_user = 100'000})
      : queue_(bounds) {}
  ~Line() {
    for (auto& waiter : waiters_) {
      if (waiter.in_line()) queue_.leave(waiter);
    }
  }

  FairQueue& queue() { return queue_; }
  Waiter& item(const std::string& name) { return *std::ranges::find(waiters_, name, &Waiter::name); }

  std::optional<FairQueue::Refusal> enter(const std::string& name, const std::string& user,
                                          const std::string& tier = "default", std::int64_t weight = 1) {
    Waiter& waiter = waiters_.emplace_back();
    waiter.name = name;
    return queue_.enter(waiter, tier, weight, owner(user));
  }
  // "ann1", "ann2", ...
  void enter_many(const std::string& user, int count, const std::string& tier = "default",
                  std::int64_t weight = 1) {
    for (int i = 1; i <= count; ++i) enter(user + std::to_string(i), user, tier, weight);
  }
  std::string next() {
    FairQueue::Item* item = queue_.next();
    return item == nullptr ? "" : static_cast<Waiter*>(item)->name;
  }
  std::vector<std::string> drain() {
    std::vector<std::string> names;
    while (queue_.size() > 0) names.push_back(next());
    return names;
  }

 private:
  FairQueue queue_;
  std::deque<Waiter> waiters_{};
};

TEST(FairQueue, serves_one_users_own_in_their_order) {
  Line line;
  line.enter_many("ann", 3);
  EXPECT_THAT(line.drain(), ElementsAre("ann1", "ann2", "ann3"));
  EXPECT_EQ(line.next(), "");
}

TEST(FairQueue, lets_users_take_turns) {
  Line line;
  line.enter_many("ann", 3);
  line.enter_many("bob", 2);
  line.enter_many("cid", 1);
  EXPECT_THAT(line.drain(), ElementsAre("ann1", "bob1", "cid1", "ann2", "bob2", "ann3"));
}

TEST(FairQueue, a_user_with_a_thousand_waiting_delays_anothers_first_by_one_turn_at_most) {
  for (int served = 0; served < 5; ++served) {
    Line line;
    line.enter_many("crowd", 1000);
    for (int i = 0; i < served; ++i) line.next();
    line.enter("ann", "ann");
    const std::size_t place = line.queue().position_of(line.item("ann")).place;
    EXPECT_LE(place, 2U) << "after " << served << " served, with " << 1000 - served << " waiting";
    std::vector<std::string> first{line.next(), line.next()};
    EXPECT_THAT(first, ::testing::Contains("ann"));
  }
}

TEST(FairQueue, same_user_name_in_another_tenant_is_another_user) {
  Line line;
  line.enter_many("ann", 2);
  Waiter other;
  other.name = "other";
  ASSERT_FALSE(line.queue().enter(other, "default", 1, {.tenant = "globex", .user = "ann"}));
  EXPECT_THAT(line.drain(), ElementsAre("ann1", "other", "ann2"));
}

TEST(FairQueue, a_user_who_comes_back_at_once_does_not_get_ahead_of_those_who_wait) {
  Line line;
  line.enter_many("crowd", 100);
  std::string order;
  line.enter("a", "again");
  for (int i = 0; i < 10; ++i) {
    const std::string name = line.next();
    order += name[0];
    if (name == "a") line.enter("a", "again");
  }
  EXPECT_EQ(order, "cacacacaca");
}

TEST(FairQueue, who_waits_is_served_however_many_new_users_keep_coming) {
  Line line;
  line.enter_many("old", 3);
  int turns = 0;
  int newcomers = 0;
  for (; line.item("old3").in_line() && turns < 1000; ++turns) {
    line.next();
    // More than are served.
    for (int i = 0; i < 2; ++i) {
      const std::string name = "new" + std::to_string(++newcomers);
      line.enter(name, name);
    }
  }
  // Each turn of theirs waits for those who were in line when they had the one before: 1, then 2, then 6.
  EXPECT_LE(turns, 10);
}

TEST(FairQueue, tiers_get_turns_by_their_weight_at_every_moment) {
  const std::map<char, int> weights{{'f', 1}, {'t', 2}, {'p', 7}};
  Line line;
  line.enter_many("free", 600, "free", 1);
  line.enter_many("team", 600, "team", 2);
  line.enter_many("pro", 600, "pro", 7);
  std::map<char, int> turns;
  for (int served = 1; served <= 600; ++served) {
    ++turns[line.next()[0]];
    for (const auto& [tier, weight] : weights) {
      for (const auto& [other, other_weight] : weights) {
        const double apart = 1.0 * turns[tier] / weight - 1.0 * turns[other] / other_weight;
        ASSERT_LE(std::abs(apart), 1.0 / weight + 1.0 / other_weight) << tier << other << " after " << served;
      }
    }
  }
  EXPECT_NEAR(turns['p'], 420, 2);
}

TEST(FairQueue, a_tier_that_was_idle_has_no_credit_and_no_debt) {
  Line line;
  line.enter_many("a", 1000, "busy", 1);
  line.enter_many("b", 10, "other", 1);
  for (int i = 0; i < 520; ++i) line.next();
  // "other" has been idle for 500 turns.
  line.enter_many("b", 10, "other", 1);
  std::string order;
  for (int i = 0; i < 8; ++i) order += line.next()[0];
  EXPECT_THAT(order, ::testing::AnyOf("abababab", "babababa"));
}

TEST(FairQueue, the_lightest_tier_is_not_starved_by_the_heaviest) {
  Line line;
  line.enter_many("heavy", 3000, "heavy", 1000);
  for (int i = 0; i < 100; ++i) line.next();
  line.enter("light", "light", "light", 1);
  EXPECT_LE(line.queue().position_of(line.item("light")).place, 2U);
  line.enter("light2", "light", "light", 1);
  EXPECT_EQ(line.queue().position_of(line.item("light2")).place, 1002U);
}

TEST(FairQueue, a_weight_holds_from_when_it_is_set) {
  Line line;
  line.enter_many("a", 100, "a", 1);
  line.enter_many("b", 100, "b", 1);
  for (int i = 0; i < 10; ++i) line.next();
  line.enter("a101", "a", "a", 3);
  std::string order;
  for (int i = 0; i < 40; ++i) order += line.next()[0];
  EXPECT_NEAR(std::ranges::count(order, 'a'), 30, 1) << order;
}

TEST(FairQueue, who_leaves_was_never_there) {
  Line line;
  line.enter_many("ann", 3);
  line.enter_many("bob", 2);
  line.enter_many("cid", 1);
  line.queue().leave(line.item("ann2"));
  line.queue().leave(line.item("cid1"));
  EXPECT_EQ(line.queue().position_of(line.item("ann3")).place, 3U);
  EXPECT_EQ(line.queue().size(), 4U);
  EXPECT_THAT(line.drain(), ElementsAre("ann1", "bob1", "ann3", "bob2"));
}

TEST(FairQueue, is_bounded_in_all_and_by_user) {
  Line line({.max_waiting = 5, .max_waiting_per_user = 3});
  line.enter_many("ann", 3);
  EXPECT_EQ(line.enter("ann4", "ann"), FairQueue::Refusal::kUserFull);
  EXPECT_EQ(line.enter("bob1", "bob"), std::nullopt);
  EXPECT_EQ(line.enter("cid1", "cid"), std::nullopt);
  EXPECT_EQ(line.enter("dan1", "dan"), FairQueue::Refusal::kFull);
  line.next();
  EXPECT_EQ(line.enter("ann5", "ann"), std::nullopt);
  EXPECT_EQ(line.queue().size(), 5U);
  EXPECT_THAT(line.drain(), ElementsAre("bob1", "cid1", "ann2", "ann3", "ann5"));
}

TEST(FairQueue, tells_the_place_of_a_users_first) {
  Line line;
  line.enter_many("ann", 3);
  line.enter_many("bob", 3);
  EXPECT_EQ(line.queue().first_of("default", owner("bob")).place, 2U);
  EXPECT_EQ(line.queue().first_of("default", owner("cid")).place, 0U);
  EXPECT_EQ(line.queue().first_of("other", owner("bob")).place, 0U);
}

TEST(FairQueue, what_is_likely_is_the_place_while_nobody_comes) {
  Line line;
  line.enter_many("ann", 5);
  line.enter_many("bob", 2);
  const auto last = line.queue().position_of(line.item("ann5"));
  EXPECT_EQ(last.place, 7U);
  EXPECT_EQ(last.likely, 7U);
}

TEST(FairQueue, the_later_turns_of_a_user_are_likely_to_come_after_others_who_keep_coming) {
  Line line;
  line.enter_many("crowd", 300);
  int others = 0;
  const auto one_more = [&] {
    ++others;
    line.enter("other" + std::to_string(others), "other" + std::to_string(others));
  };
  for (int i = 0; i < 9; ++i) one_more();
  // Nine others wait at any time, each with one.
  for (int i = 0; i < 1000; ++i) {
    if (line.next().starts_with("other")) one_more();
  }
  const auto position = line.queue().position_of(line.item("crowd150"));
  ASSERT_NEAR(static_cast<double>(position.place), 60, 10) << "about 100 of the crowd were served";
  EXPECT_NEAR(static_cast<double>(position.likely), 500, 60);
  const std::size_t likely = position.likely;
  std::size_t turns = 0;
  while (line.item("crowd150").in_line()) {
    ++turns;
    if (line.next().starts_with("other")) one_more();
  }
  EXPECT_NEAR(static_cast<double>(likely), static_cast<double>(turns), 0.1 * static_cast<double>(turns));
}

TEST(FairQueue, a_tier_is_likely_to_get_what_it_got_lately) {
  Line line;
  line.enter_many("light", 1000, "light", 1);
  int heavy = 0;
  // There is always one of the other tier, and only one.
  for (int i = 0; i < 1000; ++i) {
    if (i % 3 == 0) {
      ++heavy;
      line.enter("heavy" + std::to_string(heavy), "heavy", "heavy", 9);
    }
    line.next();
  }
  const Waiter& hundredth = line.item("light" + std::to_string(1000 - 1000 / 3 + 100));
  const auto position = line.queue().position_of(hundredth);
  EXPECT_NEAR(static_cast<double>(position.place), 100, 5);
  EXPECT_NEAR(static_cast<double>(position.likely), 150, 8);
}

TEST(FairQueue, stays_fair_after_its_tags_were_moved_back) {
  Line line;
  // With weight 1 a tag moves 2^32 a turn, and back to 0 whenever the line is empty; here it never is.
  line.enter("x", "x", "x", 1);
  line.enter_many("a", 5, "a", 1);
  std::string order;
  for (int i = 0; i < 4000; ++i) {
    const std::string name = line.next();
    order += name[0];
    line.enter(name, name.substr(0, 1), name.substr(0, 1), 1);
  }
  EXPECT_NEAR(std::ranges::count(order, 'a'), 2000, 1);
}

// What the queue should do, as plainly as it can be said: exact fractions, lists, and the whole order by
// serving a copy to its end.
class Model {
 public:
  // Divisible by every weight below.
  static constexpr std::int64_t kTurn = 2520;

  void enter(int id, int tier, std::int64_t weight, int user) {
    Tier& t = tiers_[tier];
    t.stride = kTurn / weight;
    if (t.ring.empty()) t.tag = std::max(t.tag, now_);
    auto found = std::ranges::find(t.ring, user, &Turns::user);
    if (found == t.ring.end()) found = t.ring.insert(t.ring.end(), {.user = user, .ids = {}});
    found->ids.push_back(id);
    ++size_;
  }
  void leave(int id) {
    for (auto& tier : tiers_ | std::views::values) {
      for (auto& turns : tier.ring) size_ -= std::erase(turns.ids, id);
      std::erase_if(tier.ring, [](const Turns& turns) { return turns.ids.empty(); });
    }
    ended();
  }
  int next() {
    Tier* best = nullptr;
    for (auto& tier : tiers_ | std::views::values) {
      if (!tier.ring.empty() && (best == nullptr || tier.tag < best->tag)) best = &tier;
    }
    if (best == nullptr) return -1;
    now_ = best->tag;
    best->tag += best->stride;
    Turns turns = best->ring.front();
    best->ring.pop_front();
    const int id = turns.ids.front();
    turns.ids.pop_front();
    if (!turns.ids.empty()) best->ring.push_back(turns);
    --size_;
    ended();
    return id;
  }
  std::map<int, std::size_t> places() const {
    Model copy = *this;
    std::map<int, std::size_t> places;
    for (std::size_t place = 1; copy.size_ > 0; ++place) places[copy.next()] = place;
    return places;
  }

 private:
  struct Turns {
    int user;
    std::deque<int> ids;
  };
  struct Tier {
    std::int64_t tag = 0;
    std::int64_t stride = kTurn;
    std::deque<Turns> ring{};
  };

  void ended() {
    if (size_ > 0) return;
    for (auto& tier : tiers_ | std::views::values) now_ = std::max(now_, tier.tag);
  }

  std::map<int, Tier> tiers_{};
  std::int64_t now_ = 0;
  std::size_t size_ = 0;
};

// Serves the rest, so that a failed test ends as one.
struct Drain {
  FairQueue& queue;
  ~Drain() {
    while (queue.next() != nullptr) {
    }
  }
};

// Thousands of random steps; `users` and `depth` say how crowded it gets.
void compare_with_model(std::uint64_t seed, std::uint64_t users, std::uint64_t burst) {
  // Weights by which the queue's integers divide a turn exactly, so that equal tags are equal in both.
  const std::vector<std::int64_t> weights{1, 2, 4, 8};
  base::Random random(seed);
  std::deque<Waiter> waiters;
  std::map<int, Waiter*> in_line;
  FairQueue queue({.max_waiting = 400, .max_waiting_per_user = 400});
  const Drain drain{queue};
  Model model;
  // Made in the model's order, which is that of ties.
  for (int tier = 0; tier < 4; ++tier) {
    Waiter& waiter = waiters.emplace_back();
    ASSERT_FALSE(queue.enter(waiter, "tier" + std::to_string(tier), weights[tier], owner("maker")));
    model.enter(-2 - tier, tier, weights[tier], -1);
  }
  for (int tier = 0; tier < 4; ++tier) {
    queue.next();
    model.next();
  }
  const auto forget = [&](int id) {
    in_line.erase(id);
    model.leave(id);
  };
  for (int step = 0; step < 2000; ++step) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed << ", step " << step);
    const std::uint64_t what = random.below(10);
    if (what < 5) {
      const int user = static_cast<int>(random.below(users));
      const int tier = static_cast<int>(random.below(4));
      for (std::uint64_t i = 0; i < 1 + random.below(burst); ++i) {
        const int id = static_cast<int>(waiters.size());
        Waiter& waiter = waiters.emplace_back();
        waiter.name = std::to_string(id);
        const auto refused =
            queue.enter(waiter, "tier" + std::to_string(tier), weights[static_cast<std::size_t>(tier)],
                        owner(std::to_string(user)));
        if (refused) break;
        in_line[id] = &waiter;
        model.enter(id, tier, weights[static_cast<std::size_t>(tier)], user);
      }
    } else if (what < 8) {
      FairQueue::Item* item = queue.next();
      const int expected = model.next();
      ASSERT_EQ(item == nullptr ? -1 : std::stoi(static_cast<Waiter*>(item)->name), expected);
      in_line.erase(expected);
    } else if (!in_line.empty()) {
      const auto gone = std::next(in_line.begin(), static_cast<long>(random.below(in_line.size())));
      queue.leave(*gone->second);
      forget(gone->first);
    }
    ASSERT_EQ(queue.size(), in_line.size());
    if (step % 25 != 0) continue;
    const auto places = model.places();
    queue.number();
    for (const auto& [id, waiter] : in_line) {
      ASSERT_EQ(queue.position_of(*waiter).place, places.at(id)) << "item " << id << " of " << in_line.size();
      ASSERT_EQ(waiter->numbered().place, places.at(id)) << "item " << id << " of " << in_line.size();
    }
  }
  while (queue.size() > 0) {
    const int expected = model.next();
    ASSERT_EQ(std::stoi(static_cast<Waiter*>(queue.next())->name), expected) << "seed " << seed;
  }
  EXPECT_EQ(model.next(), -1);
}

TEST(FairQueue, tells_everyones_real_place_whatever_happened_before) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    compare_with_model(seed, 3, 6);
    compare_with_model(seed, 200, 2);
    compare_with_model(seed, 20, 4);
  }
}

}  // namespace
}  // namespace parley::limits
