#include "limits/fair_queue.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace parley::limits {
namespace {

// A turn's cost at weight 1; a weight's share of it is exact to 1000 / 2^32.
constexpr std::uint64_t kTurn = std::uint64_t{1} << 32;
// Tags are moved back to 0 before they could overflow.
constexpr std::uint64_t kFar = std::uint64_t{1} << 62;
constexpr std::size_t kSmallRing = 64;
// What was lately: about so many turns.
constexpr double kLately = 64;
// A tier with less of the turns than this has not been there lately.
constexpr double kSomeShare = 0.01;

struct OwnerHash {
  std::size_t operator()(const model::Owner& owner) const {
    const std::hash<std::string_view> hash;
    return hash(owner.tenant) * 31 + hash(owner.user);
  }
};

}  // namespace

struct FairQueue::User {
  Tier* tier = nullptr;
  // The map's key.
  const model::Owner* owner = nullptr;
  Item* first = nullptr;
  Item* last = nullptr;
  // Where it is in the tier's ring.
  std::size_t slot = 0;
};

struct FairQueue::Tier {
  std::string name;
  std::uint64_t made = 0;
  // Of its next turn.
  std::uint64_t tag = 0;
  std::uint64_t stride = kTurn;
  std::size_t waiting = 0;
  // Of all turns lately.
  double share = 0;
  // Those who came, less those who left, for each turn lately; and since the last turn.
  double refill = 0;
  std::int64_t came = 0;
  std::unordered_map<model::Owner, User, OwnerHash> users{};
  // Who takes turns, from `head` on: how many each has waiting, and who that is. A user who has left or moved
  // to the end leaves a 0 behind.
  std::vector<std::uint32_t> counts{};
  std::vector<User*> ring{};
  std::size_t head = 0;

  std::uint32_t& count(const User& user) { return counts[user.slot]; }

  void join(User& user, std::uint32_t count) {
    if (ring.size() > kSmallRing && ring.size() > 2 * (users.size() + 1)) compact();
    user.slot = ring.size();
    counts.push_back(count);
    ring.push_back(&user);
  }

  void compact() {
    std::size_t to = 0;
    for (std::size_t from = head; from < ring.size(); ++from) {
      if (counts[from] == 0) continue;
      ring[from]->slot = to;
      ring[to] = ring[from];
      counts[to++] = counts[from];
    }
    ring.resize(to);
    counts.resize(to);
    head = 0;
  }

  // Lets go of the zeros at both ends.
  void trim() {
    while (!ring.empty() && counts.back() == 0 && ring.size() > head) {
      ring.pop_back();
      counts.pop_back();
    }
    while (head < ring.size() && counts[head] == 0) ++head;
    if (head >= ring.size()) {
      ring.clear();
      counts.clear();
      head = 0;
    }
  }

  struct Before {
    std::size_t now = 0;
    std::size_t if_refilled = 0;
  };
  // How many of the tier come before the one that has `depth` of its user's before it: each other user takes
  // as many turns, or as it has, and one more where it comes earlier in the ring.
  Before before(const User& user, std::uint32_t depth) const {
    if (depth == 0 && user.slot + 1 == ring.size()) return {users.size() - 1, users.size() - 1};
    std::uint32_t turns = depth;
    std::uint32_t earlier = 0;
    for (std::size_t i = head; i < user.slot; ++i) {
      turns += std::min(counts[i], depth + 1);
      earlier += std::min(counts[i], 1U);
    }
    for (std::size_t i = user.slot + 1; i < counts.size(); ++i) turns += std::min(counts[i], depth);
    return {turns, depth * users.size() + earlier};
  }

  void had_turn() {
    refill += (std::clamp(static_cast<double>(came), 0.0, 2.0) - refill) / kLately;
    came = 0;
  }
};

FairQueue::FairQueue(Bounds bounds) : bounds_(bounds) {}
FairQueue::~FairQueue() {
  assert(size_ == 0);
}
FairQueue::FairQueue(FairQueue&& other) noexcept = default;
FairQueue& FairQueue::operator=(FairQueue&& other) noexcept = default;

FairQueue::Tier& FairQueue::tier_named(std::string_view name) {
  const auto found =
      std::ranges::find_if(tiers_, [&](const std::unique_ptr<Tier>& tier) { return tier->name == name; });
  if (found != tiers_.end()) return **found;
  // A tier that the configuration has no longer: nothing of it is worth remembering.
  std::erase_if(tiers_, [&](const auto& tier) { return tier->waiting == 0 && tier->tag <= now_; });
  auto tier = std::make_unique<Tier>();
  tier->name = std::string(name);
  tier->made = ++tiers_made_;
  return *tiers_.emplace_back(std::move(tier));
}

std::optional<FairQueue::Refusal> FairQueue::enter(Item& item, std::string_view tier_name,
                                                   std::int64_t weight, const model::Owner& owner) {
  assert(!item.in_line());
  if (size_ >= bounds_.max_waiting) return Refusal::kFull;
  if (bounds_.max_waiting_per_user == 0) return Refusal::kUserFull;
  Tier& tier = tier_named(tier_name);
  const auto [found, is_new] = tier.users.try_emplace(owner);
  User& user = found->second;
  if (is_new) {
    user.tier = &tier;
    user.owner = &found->first;
    tier.join(user, 0);
  } else if (tier.count(user) >= bounds_.max_waiting_per_user) {
    return Refusal::kUserFull;
  }
  tier.stride = kTurn / static_cast<std::uint64_t>(std::clamp<std::int64_t>(weight, 1, 1000));
  if (tier.waiting++ == 0) tier.tag = std::max(tier.tag, now_);
  ++tier.count(user);
  ++size_;
  item.user_ = &user;
  item.before_ = user.last;
  item.after_ = nullptr;
  item.numbered_ = {};
  ++tier.came;
  (user.last != nullptr ? user.last->after_ : user.first) = &item;
  user.last = &item;
  return std::nullopt;
}

// Unlinks the item; the user goes with its last one.
void FairQueue::taken(User& user, Item& item) {
  Tier& tier = *user.tier;
  (item.before_ != nullptr ? item.before_->after_ : user.first) = item.after_;
  (item.after_ != nullptr ? item.after_->before_ : user.last) = item.before_;
  item.user_ = nullptr;
  --tier.waiting;
  --size_;
  if (--tier.count(user) == 0) {
    const auto found = tier.users.find(*user.owner);
    tier.users.erase(found);
  }
  tier.trim();
}

void FairQueue::leave(Item& item) {
  assert(item.in_line());
  --item.user_->tier->came;
  taken(*item.user_, item);
  if (size_ == 0) end_busy_period();
}

FairQueue::Item* FairQueue::next() {
  if (size_ == 0) return nullptr;
  Tier* tier = nullptr;
  for (const auto& other : tiers_) {
    if (other->waiting > 0 && (tier == nullptr || other->tag < tier->tag)) tier = other.get();
  }
  now_ = tier->tag;
  tier->tag += tier->stride;
  tier->had_turn();
  for (const auto& other : tiers_) other->share += ((other.get() == tier ? 1 : 0) - other->share) / kLately;
  User& user = *tier->ring[tier->head];
  Item& item = *user.first;
  if (const std::uint32_t count = tier->count(user); count > 1) {
    tier->counts[user.slot] = 0;
    ++tier->head;
    tier->join(user, count);
  }
  taken(user, item);
  if (size_ == 0 || now_ > kFar) end_busy_period();
  return &item;
}

// As in the paper: when nobody waits, time goes to the last tag that was given, and all begin alike. Tags are
// counted from there again; while some wait, from the one that is served.
void FairQueue::end_busy_period() {
  for (const auto& tier : tiers_) tier->tag = size_ == 0 ? 0 : std::max(tier->tag, now_) - now_;
  now_ = 0;
}

FairQueue::Position FairQueue::position(const Tier& tier, std::size_t before,
                                        std::size_t before_if_refilled) const {
  const std::uint64_t tag = tier.tag + before * tier.stride;
  std::size_t place = before + 1;
  double weights = 0;
  for (const auto& other : tiers_) {
    if (other.get() == &tier || other->waiting > 0 || other->share > kSomeShare) {
      weights += 1 / static_cast<double>(other->stride);
    }
    if (other.get() == &tier || other->waiting == 0 || other->tag > tag) continue;
    const std::uint64_t gap = tag - other->tag;
    // Of two equal tags the older tier's comes first.
    const std::uint64_t turns =
        gap / other->stride + (gap % other->stride != 0 || other->made < tier.made ? 1 : 0);
    place += std::min<std::uint64_t>(turns, other->waiting);
  }
  const double more = static_cast<double>(before_if_refilled) - static_cast<double>(before);
  const double likely_before = static_cast<double>(before) + std::min(tier.refill, 1.0) * std::max(more, 0.0);
  // What it got lately, and what it is sure to get.
  const double share = std::max(tier.share, 1 / static_cast<double>(tier.stride) / weights);
  return {.place = place,
          .likely = std::max(place, static_cast<std::size_t>(std::ceil((likely_before + 1) / share - 1e-9)))};
}

FairQueue::Position FairQueue::position_of(const Item& item) const {
  assert(item.in_line());
  const User& user = *item.user_;
  // Counted from the nearer end where that is known: who has just come is the last.
  std::uint32_t depth = 0;
  if (&item == user.last) {
    depth = user.tier->counts[user.slot] - 1;
  } else {
    for (const Item* before = item.before_; before != nullptr; before = before->before_) ++depth;
  }
  const auto before = user.tier->before(user, depth);
  return position(*user.tier, before.now, before.if_refilled);
}

FairQueue::Position FairQueue::first_of(std::string_view tier_name, const model::Owner& owner) const {
  for (const auto& tier : tiers_) {
    if (tier->name != tier_name) continue;
    const auto found = tier->users.find(owner);
    return found == tier->users.end() ? Position{} : position_of(*found->second.first);
  }
  return {};
}

void FairQueue::number() {
  struct Cursor {
    Item* item;
    // Its user's place in the ring.
    std::size_t turn;
  };
  std::vector<Cursor> cursors;
  for (const auto& tier : tiers_) {
    cursors.clear();
    for (std::size_t i = tier->head; i < tier->ring.size(); ++i) {
      if (tier->counts[i] > 0) cursors.push_back({.item = tier->ring[i]->first, .turn = cursors.size()});
    }
    std::size_t before = 0;
    for (std::size_t depth = 0; !cursors.empty(); ++depth) {
      std::size_t left = 0;
      for (const auto [item, turn] : cursors) {
        item->numbered_ = position(*tier, before++, depth * tier->users.size() + turn);
        if (item->after_ != nullptr) cursors[left++] = {.item = item->after_, .turn = turn};
      }
      cursors.resize(left);
    }
  }
}

}  // namespace parley::limits
