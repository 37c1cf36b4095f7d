// A bounded hash table whose entries stop to matter by themselves, at a time that each of them has.
//
// Open addressing with linear probing in one array, at most four fifths full; it starts empty and doubles up
// to what `max_entries` need. What has stopped to matter goes little by little: each put() looks at kSweep
// places further on, and growing leaves it behind. Where the table is full, the entry of a sample of kSample
// that would stop to matter soonest makes room: whoever floods the table with new keys pushes out others of
// the same kind first, and not those who have used up what they may.
//
// Times are on one scale that the owner chooses. Not thread-safe; pointers hold until the next put() or
// erase().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "state/memory/fingerprint.h"

namespace parley::state::memory {

template <class Payload>
class Table {
 public:
  static constexpr std::size_t kSweep = 4;
  static constexpr std::size_t kSample = 8;

  struct Entry {
    Fingerprint key{};
    // From then on it is as if it were not there.
    std::int64_t forget_at = 0;
    [[no_unique_address]] Payload payload{};
  };

  // From 1.
  explicit Table(std::size_t max_entries) : max_entries_(std::max<std::size_t>(max_entries, 1)) {}

  std::size_t size() const { return size_; }

  // Nothing where there is none; one that has stopped to matter may still be found.
  Entry* find(const Fingerprint& key) {
    if (places_.empty()) return nullptr;
    Entry& entry = places_[probe(key)];
    return entry.key.none() ? nullptr : &entry;
  }

  // The key's entry, made where there is none; `forget_at` is the caller's to set. `dropped(Entry&)` is
  // called for each that goes.
  template <class Dropped>
  Entry& put(const Fingerprint& key, std::int64_t now, Dropped&& dropped) {
    if (Entry* found = find(key)) return *found;
    sweep(now, dropped);
    if (size_ >= max_entries_) make_room(dropped);
    if ((size_ + 1) * 5 > places_.size() * 4) grow(now, dropped);
    Entry& entry = places_[probe(key)];
    entry.key = key;
    ++size_;
    return entry;
  }

  void erase(Entry* entry) { remove(static_cast<std::size_t>(entry - places_.data())); }

 private:
  std::size_t home(const Fingerprint& key) const {
    // The upper half of a random number, scaled to the number of places.
    return ((key.low >> 32U) * places_.size()) >> 32U;
  }
  std::size_t next(std::size_t place) const { return ++place == places_.size() ? 0 : place; }

  // Where the key is, or the free place where it would be put. There is always a free one.
  std::size_t probe(const Fingerprint& key) const {
    std::size_t place = home(key);
    while (!places_[place].key.none() && !(places_[place].key == key)) place = next(place);
    return place;
  }

  template <class Dropped>
  void sweep(std::int64_t now, Dropped&& dropped) {
    if (places_.empty()) return;
    for (std::size_t i = 0; i < kSweep; ++i) {
      Entry& entry = places_[hand_];
      if (!entry.key.none() && entry.forget_at <= now) {
        dropped(entry);
        // Another entry may have moved here, and is looked at next.
        remove(hand_);
      } else {
        hand_ = next(hand_);
      }
    }
  }

  template <class Dropped>
  void make_room(Dropped&& dropped) {
    // Fingerprints are random, so that any neighbours are a random sample.
    std::size_t soonest = places_.size();
    std::size_t place = hand_;
    for (std::size_t seen = 0, looked = 0; seen < kSample && looked < places_.size(); ++looked) {
      if (!places_[place].key.none()) {
        ++seen;
        if (soonest == places_.size() || places_[place].forget_at < places_[soonest].forget_at)
          soonest = place;
      }
      place = next(place);
    }
    hand_ = place;
    dropped(places_[soonest]);
    remove(soonest);
  }

  template <class Dropped>
  void grow(std::int64_t now, Dropped&& dropped) {
    const std::size_t enough = max_entries_ * 5 / 4 + 2;
    std::vector<Entry> old = std::move(places_);
    const auto matters = [now](const Entry& entry) { return !entry.key.none() && entry.forget_at > now; };
    const auto live = static_cast<std::size_t>(std::ranges::count_if(old, matters));
    places_ = std::vector<Entry>(std::min(std::max<std::size_t>(16, (live + 1) * 5 / 2), enough));
    size_ = live;
    hand_ = 0;
    for (Entry& entry : old) {
      if (matters(entry)) {
        places_[probe(entry.key)] = std::move(entry);
      } else if (!entry.key.none()) {
        dropped(entry);
      }
    }
  }

  // Moves back what was put further on because this place was taken (Knuth, vol. 3, 6.4, algorithm R).
  void remove(std::size_t hole) {
    --size_;
    std::size_t place = hole;
    for (;;) {
      place = next(place);
      if (places_[place].key.none()) break;
      const std::size_t wanted = home(places_[place].key);
      const bool between =
          hole <= place ? (hole < wanted && wanted <= place) : (hole < wanted || wanted <= place);
      if (between) continue;
      places_[hole] = std::move(places_[place]);
      hole = place;
    }
    places_[hole] = Entry{};
  }

  std::size_t max_entries_;
  std::vector<Entry> places_{};
  std::size_t size_ = 0;
  // Where the next sweep goes on.
  std::size_t hand_ = 0;
};

}  // namespace parley::state::memory
