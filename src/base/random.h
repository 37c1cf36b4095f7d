// Where chance comes from. A constructor argument, so that tests can name the seed. Any thread may hold its
// own.
#pragma once

#include <cstdint>
#include <random>

namespace parley::base {

// Fast and good enough for jitter and ids; not for keys (those come from OpenSSL's RAND_bytes).
class Random {
 public:
  // Seeds from the operating system.
  Random() : engine_(std::random_device{}()) {}
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
  }
  // Uniform in [0, 1).
  double unit() { return std::uniform_real_distribution<double>(0.0, 1.0)(engine_); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace parley::base
