// How many answers a simulated provider gives at once, and what it does when more are asked of it.
//
// Shared by all workers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/guarded.h"

namespace parley::providers {

class SimCapacity {
 public:
  // `most` at once, 0: any number. One that `slows` takes more of them.
  SimCapacity(std::int64_t most, bool slows) : most_(most), slows_(slows) {}

  // One answer under way, until it is destroyed.
  class Seat {
   public:
    Seat(Seat&& other) noexcept : capacity_(std::exchange(other.capacity_, nullptr)) {}
    Seat& operator=(Seat&&) = delete;
    ~Seat() { leave(); }

    // There is none: it has to be refused.
    bool refused() const { return capacity_ == nullptr; }
    // Before the answer's last word, so that whoever has read that finds the seat free.
    void leave() {
      if (capacity_ == nullptr) return;
      std::exchange(capacity_, nullptr)->state_.with([](State& state) { --state.now; });
    }

   private:
    friend class SimCapacity;
    explicit Seat(SimCapacity* capacity) : capacity_(capacity) {}
    SimCapacity* capacity_;
  };

  Seat enter() {
    return Seat(state_.with([&](State& state) -> SimCapacity* {
      const bool over = most_ > 0 && state.now >= most_;
      if (over) ++state.over;
      if (over && !slows_) return nullptr;
      state.most = std::max(state.most, ++state.now);
      return this;
    }));
  }

  // How much longer everything takes now than it would alone, from 1.
  double stretch() const {
    if (!slows_ || most_ <= 0) return 1;
    const std::int64_t now = state_.with([](const State& state) { return state.now; });
    return std::max(1.0, static_cast<double>(now) / static_cast<double>(most_));
  }

  std::int64_t most_at_once() const {
    return state_.with([](const State& state) { return state.most; });
  }
  std::int64_t over() const {
    return state_.with([](const State& state) { return state.over; });
  }
  void reset() {
    state_.with([](State& state) { state = {.now = state.now, .most = state.now}; });
  }

 private:
  struct State {
    std::int64_t now = 0;
    std::int64_t most = 0;
    std::int64_t over = 0;
  };

  const std::int64_t most_;
  const bool slows_;
  // Guarded rather than posted: all workers of one provider share what it bears.
  base::Guarded<State> state_{};
};

}  // namespace parley::providers
