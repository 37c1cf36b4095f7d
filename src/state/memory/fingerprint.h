// Keys as the tables here hold them: 128 bits that only this process can foresee.
//
// SipHash-2-4 (https://131002.net/siphash/) under a random key of the process, read out twice: whoever
// chooses keys cannot make two of them meet, nor many of them fall into one place of a table. Two different
// keys are taken for one with a chance of 2^-128; a key of any length takes 16 bytes. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace parley::state::memory {

struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // No key's: a place of a table where nothing is.
  bool none() const { return high == 0 && low == 0; }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

class Fingerprints {
 public:
  // A new random key.
  Fingerprints();

  Fingerprint of(std::string_view key) const;

 private:
  std::array<unsigned char, 16> key_{};
};

}  // namespace parley::state::memory
