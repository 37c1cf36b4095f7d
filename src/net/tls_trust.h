// Whom a client believes, and the TLS session of one connection to a server.
//
// A trust is immutable and shared by workers; a session belongs to one.
#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>

#include "base/error.h"
#include "net/tls.h"

namespace parley::net {

class TlsTrust {
 public:
  explicit TlsTrust(SSL_CTX* context) : context_(context) {}
  ~TlsTrust();
  TlsTrust(const TlsTrust&) = delete;
  TlsTrust& operator=(const TlsTrust&) = delete;

  SSL_CTX* context() const { return context_; }

 private:
  SSL_CTX* context_;
};

// A session whose handshake() fails unless the server shows a certificate for `host`, a name or an address,
// that the trust believes. `socket` as for TlsSession. INTERNAL where OpenSSL has no room for it.
[[nodiscard]] base::Result<std::unique_ptr<TlsSession>> connect_tls(const TlsTrust& trust,
                                                                    const std::string& host, int socket);

}  // namespace parley::net
