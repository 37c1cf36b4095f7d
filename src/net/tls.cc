#include "net/tls.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "net/server.h"

namespace parley::net {
namespace {

std::string openssl_reason() {
  std::array<char, 256> text{};
  const unsigned long code = ::ERR_get_error();
  if (code == 0) return "no reason given";
  ::ERR_error_string_n(code, text.data(), text.size());
  ::ERR_clear_error();
  return text.data();
}

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<::BIO_free>>;
using Certificate = std::unique_ptr<X509, Freer<::X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<::EVP_PKEY_free>>;

Bio reader(const std::string& pem) {
  return Bio(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// OpenSSL's own socket BIO uses write(), which raises SIGPIPE when the peer has gone.
int socket_of(BIO* bio) {
  return *static_cast<const int*>(::BIO_get_data(bio));
}

int bio_write(BIO* bio, const char* data, int size) {
  ::BIO_clear_retry_flags(bio);
  const auto sent = ::send(socket_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) ::BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* data, int size) {
  ::BIO_clear_retry_flags(bio);
  const auto got = ::recv(socket_of(bio), data, static_cast<std::size_t>(size), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) ::BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  // Immutable once made.
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* made = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parley socket");
    ::BIO_meth_set_write(made, bio_write);
    ::BIO_meth_set_read(made, bio_read);
    ::BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return kMethod;
}

// RFC 7301: a client that offers protocols and not ours is refused.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned int at = 0; at < offered_size;) {
    const unsigned char size = offered[at];
    if (size == kHttp11.size() && at + 1 + size <= offered_size &&
        std::memcmp(offered + at + 1, kHttp11.data(), size) == 0) {
      *chosen = offered + at + 1;
      *chosen_size = size;
      return SSL_TLSEXT_ERR_OK;
    }
    at += 1U + size;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

TlsIdentity::~TlsIdentity() {
  ::SSL_CTX_free(context_);
}

base::Result<std::shared_ptr<const TlsIdentity>> make_tls_identity(const std::string& certificate_pem,
                                                                   const std::string& key_pem) {
  using base::ErrorCode;
  ::ERR_clear_error();
  auto identity = std::make_shared<TlsIdentity>(::SSL_CTX_new(::TLS_server_method()));
  SSL_CTX* context = identity->context();
  if (context == nullptr) {
    return base::fail(ErrorCode::kInternal, "TLS could not be set up", openssl_reason());
  }
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  // RFC 7525's suites for TLS 1.2: forward secret and authenticated.
  if (::SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return base::fail(ErrorCode::kInternal, "TLS could not be set up", openssl_reason());
  }

  const Bio chain = reader(certificate_pem);
  const Certificate own(::PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (!own) {
    return base::fail(ErrorCode::kBadUserInput, "the TLS certificate is not PEM: " + openssl_reason());
  }
  if (::SSL_CTX_use_certificate(context, own.get()) != 1) {
    return base::fail(ErrorCode::kBadUserInput, "the TLS certificate cannot be used: " + openssl_reason());
  }
  while (X509* next = ::PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    // Takes the certificate over.
    ::SSL_CTX_add0_chain_cert(context, next);
  }
  ::ERR_clear_error();
  const Bio key_text = reader(key_pem);
  // An empty passphrase, so that an encrypted key fails here and does not ask at the terminal.
  std::string no_passphrase;
  const Key key(::PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, no_passphrase.data()));
  if (!key) return base::fail(ErrorCode::kBadUserInput, "the TLS key is not PEM: " + openssl_reason());
  if (::SSL_CTX_use_PrivateKey(context, key.get()) != 1 || ::SSL_CTX_check_private_key(context) != 1) {
    return base::fail(ErrorCode::kBadUserInput,
                      "the TLS key does not belong to the certificate: " + openssl_reason());
  }
  return identity;
}

TlsSession::TlsSession(const TlsIdentity& identity, int socket)
    : TlsSession(::SSL_new(identity.context()), socket) {
  ::SSL_set_accept_state(ssl_);
}

TlsSession::TlsSession(SSL* ssl, int socket) : socket_(socket), ssl_(ssl) {
  BIO* bio = ::BIO_new(socket_method());
  ::BIO_set_data(bio, &socket_);
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(ssl_, bio, bio);
}

TlsSession::~TlsSession() {
  ::SSL_free(ssl_);
}

Io TlsSession::outcome(int result) const {
  switch (::SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return Io::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Io::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Io::kEof;
    default:
      return Io::kFailed;
  }
}

Io TlsSession::handshake() {
  ::ERR_clear_error();
  const int result = ::SSL_do_handshake(ssl_);
  if (result == 1) return Io::kDone;
  const Io io = outcome(result);
  failed_ = io == Io::kFailed;
  return io;
}

Io TlsSession::read(std::span<char> into, std::size_t& got) {
  ::ERR_clear_error();
  const int result = ::SSL_read_ex(ssl_, into.data(), into.size(), &got);
  if (result == 1) return Io::kDone;
  const Io io = outcome(result);
  failed_ = failed_ || io == Io::kFailed;
  return io;
}

Io TlsSession::write(std::span<const char> from, std::size_t& sent) {
  ::ERR_clear_error();
  const int result = ::SSL_write_ex(ssl_, from.data(), from.size(), &sent);
  if (result == 1) return Io::kDone;
  const Io io = outcome(result);
  failed_ = failed_ || io == Io::kFailed;
  return io;
}

void TlsSession::close() {
  // After a fatal error OpenSSL forbids it.
  if (failed_ || ::SSL_in_init(ssl_) != 0) return;
  ::ERR_clear_error();
  ::SSL_shutdown(ssl_);
}

bool TlsSession::pending() const {
  return ::SSL_pending(ssl_) > 0;
}

std::string TlsSession::failure() const {
  const long verified = ::SSL_get_verify_result(ssl_);
  if (verified != X509_V_OK) return ::X509_verify_cert_error_string(verified);
  if (::ERR_peek_error() == 0) return "the peer closed the connection";
  return openssl_reason();
}

}  // namespace parley::net
