// TLS: the identity that accepted sockets show, and one connection's session over a non-blocking socket. What
// a client believes is tls_trust.h's.
//
// OpenSSL is driven directly, without buffers of its own between records (SSL_MODE_RELEASE_BUFFERS), so that
// an idle connection costs a few KiB. An identity is immutable and shared by workers; a session belongs to
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <openssl/types.h>

#include "base/error.h"

namespace parley::net {

class TlsIdentity {
 public:
  explicit TlsIdentity(SSL_CTX* context) : context_(context) {}
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  SSL_CTX* context() const { return context_; }

 private:
  SSL_CTX* context_;
};

// What became of an attempt to read or write without waiting.
enum class Io : std::uint8_t { kDone, kWantRead, kWantWrite, kEof, kFailed };

class TlsSession {
 public:
  // Accepts. `socket` is non-blocking and stays the caller's, who keeps it open as long as the session.
  TlsSession(const TlsIdentity& identity, int socket);
  // Takes over `ssl`, which knows its part (accepting or connecting) already.
  TlsSession(SSL* ssl, int socket);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Io handshake();
  // kDone: `got` bytes, at least one.
  Io read(std::span<char> into, std::size_t& got);
  // kDone: `sent` bytes, at least one.
  Io write(std::span<const char> from, std::size_t& sent);
  // Says goodbye (close_notify) if there is room for it.
  void close();
  // True where decrypted bytes wait that the socket knows nothing of.
  bool pending() const;
  // Right after kFailed: why, for the log.
  std::string failure() const;

 private:
  Io outcome(int result) const;

  // OpenSSL reads it through a pointer.
  int socket_;
  SSL* ssl_;
  bool failed_ = false;
};

}  // namespace parley::net
