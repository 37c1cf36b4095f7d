#include "state/memory/fingerprint.h"

#include <random>

#include <boost/hash2/siphash.hpp>
#include <openssl/rand.h>

namespace parley::state::memory {

Fingerprints::Fingerprints() {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1) return;
  // OpenSSL has no entropy of its own: the operating system's has to do.
  std::random_device device;
  for (unsigned char& byte : key_) byte = static_cast<unsigned char>(device());
}

Fingerprint Fingerprints::of(std::string_view key) const {
  boost::hash2::siphash_64 hash(key_.data(), key_.size());
  hash.update(key.data(), key.size());
  const std::uint64_t high = hash.result();
  const Fingerprint fingerprint{.high = high, .low = hash.result()};
  return fingerprint.none() ? Fingerprint{.high = 0, .low = 1} : fingerprint;
}

}  // namespace parley::state::memory
