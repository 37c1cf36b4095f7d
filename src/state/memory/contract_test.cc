#include <gtest/gtest.h>

#include "state/contract/all.h"
#include "state/memory/memory_state.h"
#include "testing/manual_clock.h"

namespace parley::state::contract {
namespace {

class MemorySubject final : public Subject {
 public:
  explicit MemorySubject(memory::MemoryOptions options = {})
      : state_(memory::open_state(options, clock_, metrics_)) {}

  SharedState& state() override { return *state_; }
  void advance(std::chrono::milliseconds by) override { clock_.advance(by); }
  std::chrono::microseconds now() override {
    return std::chrono::floor<std::chrono::microseconds>(clock_.steady_now().time_since_epoch());
  }
  base::WallTime wall_now() override { return clock_.wall_now(); }
  std::chrono::milliseconds unit() override { return 1s; }
  std::chrono::milliseconds slack() override { return 0ms; }

 private:
  testing::ManualClock clock_;
  base::Metrics metrics_;
  std::unique_ptr<SharedState> state_;
};

std::unique_ptr<Subject> fresh() {
  return std::make_unique<MemorySubject>();
}
// One part holds everything: what crosses parts in the other does not here.
std::unique_ptr<Subject> small() {
  return std::make_unique<MemorySubject>(memory::MemoryOptions{.max_keys = 1000, .max_subjects = 1000});
}

const auto kSubjects = ::testing::Values(MakeSubject(fresh), MakeSubject(small));
std::string name_of(const ::testing::TestParamInfo<MakeSubject>& info) {
  return info.index == 0 ? "many_parts" : "one_part";
}

INSTANTIATE_TEST_SUITE_P(Memory, StateContract, kSubjects, name_of);
INSTANTIATE_TEST_SUITE_P(Memory, RatePromise, kSubjects, name_of);
INSTANTIATE_TEST_SUITE_P(Memory, BanContract, kSubjects, name_of);

}  // namespace
}  // namespace parley::state::contract
