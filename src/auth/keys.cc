#include "auth/keys.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "auth/key.h"
#include "auth/openssl.h"

namespace parley::auth {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

// One block of a PEM text.
class PemBlock {
 public:
  PemBlock() = default;
  ~PemBlock() {
    OPENSSL_free(name_);
    OPENSSL_free(header_);
    OPENSSL_free(data_);
  }
  PemBlock(const PemBlock&) = delete;
  PemBlock& operator=(const PemBlock&) = delete;

  // False at the end of the text and where it is malformed.
  bool read(BIO* from) { return PEM_read_bio(from, &name_, &header_, &data_, &size_) == 1; }
  std::string_view name() const { return name_; }

  // The public key in it; nothing where it cannot be read or something follows it.
  PKey public_key() const {
    const unsigned char* at = data_;
    PKey key;
    if (name() == "CERTIFICATE") {
      const std::unique_ptr<X509, OpenSslFree<X509_free>> certificate(d2i_X509(nullptr, &at, size_));
      if (certificate) key.reset(X509_get_pubkey(certificate.get()));
    } else if (name() == "RSA PUBLIC KEY") {
      key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size_));
    } else {
      key.reset(d2i_PUBKEY(nullptr, &at, size_));
    }
    return key && at == data_ + size_ ? std::move(key) : nullptr;
  }

 private:
  char* name_ = nullptr;
  char* header_ = nullptr;
  unsigned char* data_ = nullptr;
  long size_ = 0;
};

std::unexpected<base::Error> refuse(std::string message, std::string cause = {}) {
  return fail(ErrorCode::kBadUserInput, std::move(message), std::move(cause));
}

Result<Key::Ptr> read_block(const PemBlock& block) {
  if (block.name().find("PRIVATE KEY") != std::string_view::npos) {
    return refuse("the PEM file holds a private key: checking tokens takes the public one");
  }
  if (block.name() != "CERTIFICATE" && block.name() != "RSA PUBLIC KEY" && block.name() != "PUBLIC KEY") {
    return refuse(fmt::format("the PEM file holds something that is no public key and no certificate: {}",
                              block.name().substr(0, 64)));
  }
  PKey pkey = block.public_key();
  if (!pkey) return refuse("a key of the PEM file cannot be read", take_openssl_error());
  return Key::from_pkey(std::move(pkey), {});
}

}  // namespace

Result<KeySet> KeySet::from_secret(std::string_view secret, std::string kid) {
  auto key = Key::from_secret(secret, std::move(kid));
  if (!key) return fail(std::move(key));
  KeySet set;
  set.keys_.push_back(std::move(*key));
  return set;
}

Result<KeySet> KeySet::from_pem(std::string_view pem) {
  if (pem.size() > kMaxDocumentBytes) return refuse("the PEM file is longer than 256 KiB");
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return fail(ErrorCode::kInternal, "the PEM file cannot be read", take_openssl_error());
  KeySet set;
  while (true) {
    PemBlock block;
    ERR_clear_error();
    if (!block.read(bio.get())) break;
    if (set.keys_.size() == kMaxKeys)
      return refuse(fmt::format("the PEM file has more than {} keys", kMaxKeys));
    auto key = read_block(block);
    if (!key) return fail(std::move(key));
    set.keys_.push_back(std::move(*key));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string cause = take_openssl_error();
  if (!at_end) return refuse("the PEM file is malformed", cause);
  if (set.empty()) return refuse("the PEM file holds no key");
  return set;
}

KeySet KeySet::with(const KeySet& other) const {
  KeySet both = *this;
  both.keys_.insert(both.keys_.end(), other.keys_.begin(), other.keys_.end());
  both.skipped_ += other.skipped_;
  return both;
}

bool KeySet::has_kid(std::string_view kid) const {
  return std::ranges::any_of(keys_, [kid](const Key::Ptr& key) { return key->kid() == kid; });
}

std::vector<const Key*> KeySet::candidates(Algorithm algorithm, std::string_view kid) const {
  std::vector<const Key*> named;
  std::vector<const Key*> nameless;
  for (const Key::Ptr& key : keys_) {
    if (key->algorithm() != algorithm) continue;
    const bool fits = kid.empty() || key->kid() == kid;
    if (fits && named.size() < kMaxTries) named.push_back(key.get());
    if (key->kid().empty() && nameless.size() < kMaxTries) nameless.push_back(key.get());
  }
  return named.empty() ? nameless : named;
}

}  // namespace parley::auth
