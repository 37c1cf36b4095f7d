#include "base/secret.h"

#include <ostream>

#include <openssl/crypto.h>

namespace parley::base {

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe();
  value_ = other.value_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  value_ = std::move(other.value_);
  other.wipe();
  return *this;
}

void Secret::wipe() {
  OPENSSL_cleanse(value_.data(), value_.capacity());
  value_.clear();
}

void PrintTo(const Secret& secret, std::ostream* out) {
  *out << (secret.empty() ? "[no secret]" : "[secret]");
}

}  // namespace parley::base
