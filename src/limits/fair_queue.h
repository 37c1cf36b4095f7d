// Who is next: a line that is fair by tier and, within a tier, by user. A state machine without I/O or clock.
//
// Between tiers it is start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queueing", SIGCOMM 1996)
// with every turn of the same cost: a tier's next turn has a start tag, the smallest tag is next, and each
// turn moves its tier's tag on by 1/weight. While two tiers wait, the turns of each divided by its weight
// differ by 1/weight of the one and 1/weight of the other at most (the paper's theorem 1); a tier that comes
// back after a while begins at the tag that is served now, so it has neither credit nor debt. Within a tier
// users take turns (round robin: a user joins at the end and goes there again after each turn), so a user
// waits for at most one turn of every other, however many those have waiting, and nothing that is remembered
// of one who has left helps or harms. A user's own are first in, first out.
//
// Who comes later can only delay the later turns of a user, and a tier by what is due to another; so beside
// the place that one has now there is the likely one, if others come as they did lately.
//
// Costs, with T tiers (a handful), U users waiting in the tier and D waiting of one user: enter, leave and
// next O(T); position_of O(T + U + D), the U over a plain array of counters, and O(T) for a user's first that
// has just come; number O(n T) for all n that wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/owner.h"

namespace parley::limits {

// Not thread-safe. Does not own its items.
class FairQueue {
  struct Tier;
  struct User;

 public:
  struct Position {
    // 1 for the next: the place in the order in which all would be served if nobody came or left.
    std::size_t place = 0;
    // The turns until then, its own included, if the line is refilled as fast as it was lately.
    std::size_t likely = 0;
  };

  // One that waits: a base or a member of what the caller keeps. It stays where it is, and alive, while it is
  // in line.
  class Item {
   public:
    Item() = default;
    Item(const Item&) = delete;
    Item& operator=(const Item&) = delete;

    bool in_line() const { return user_ != nullptr; }
    // As the last number() found it; place 0 where it was not in line then.
    const Position& numbered() const { return numbered_; }

   private:
    friend class FairQueue;
    User* user_ = nullptr;
    Item* before_ = nullptr;
    Item* after_ = nullptr;
    Position numbered_{};
  };

  struct Bounds {
    std::size_t max_waiting = 2000;
    // Of one user in one tier.
    std::size_t max_waiting_per_user = 100;
  };
  enum class Refusal : std::uint8_t { kFull, kUserFull };

  explicit FairQueue(Bounds bounds);
  ~FairQueue();
  FairQueue(FairQueue&&) noexcept;
  FairQueue& operator=(FairQueue&&) noexcept;

  // From now on; those in line stay.
  void set(Bounds bounds) { bounds_ = bounds; }

  // Puts `item` in line, or says why not. `weight` is from 1 to 1000 and holds for the whole tier from now
  // on.
  std::optional<Refusal> enter(Item& item, std::string_view tier, std::int64_t weight,
                               const model::Owner& owner);
  // Takes it out of the line, as if it had never been there. Only where it is in line.
  void leave(Item& item);
  // Takes the next one out of the line and counts it as served; null where nobody waits.
  Item* next();

  // Only where it is in line.
  Position position_of(const Item& item) const;
  // Of the user's first in line; place 0 where none is.
  Position first_of(std::string_view tier, const model::Owner& owner) const;
  // Writes every item's position down in it.
  void number();

  std::size_t size() const { return size_; }

 private:
  Tier& tier_named(std::string_view name);
  void taken(User& user, Item& item);
  // Of what has so many of its tier before it now, and so many if each user there keeps something in line.
  Position position(const Tier& tier, std::size_t before, std::size_t before_if_refilled) const;
  void end_busy_period();

  Bounds bounds_;
  std::size_t size_ = 0;
  // The start tag of the last one served.
  std::uint64_t now_ = 0;
  std::uint64_t tiers_made_ = 0;
  std::vector<std::unique_ptr<Tier>> tiers_{};
};

}  // namespace parley::limits
