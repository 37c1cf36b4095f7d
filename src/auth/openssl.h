// OpenSSL's objects with an owner, and its errors as text. Any thread.
#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>

namespace parley::auth {

template <auto kFree>
struct OpenSslFree {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using PKey = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpenSslFree<EVP_MD_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC, OpenSslFree<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, OpenSslFree<EVP_MAC_CTX_free>>;
using Bio = std::unique_ptr<BIO, OpenSslFree<BIO_free>>;

// This thread's oldest error as text, "unknown" where there is none. Empties the thread's queue, as must be
// done after every failure: TLS on the same thread would take what is left for its own.
std::string take_openssl_error();

}  // namespace parley::auth
