#include "net/tls_trust.h"

#include <array>

#include <boost/asio/ip/address.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/client.h"

namespace parley::net {
namespace {

std::string openssl_reason() {
  std::array<char, 256> text{};
  ::ERR_error_string_n(::ERR_peek_last_error(), text.data(), text.size());
  ::ERR_clear_error();
  return text.data();
}

std::unexpected<base::Error> no_tls() {
  return base::fail(base::ErrorCode::kInternal, "TLS could not be set up", openssl_reason());
}

std::unexpected<base::Error> bad_authorities(const std::string& why) {
  return base::fail(base::ErrorCode::kBadUserInput, "the certificate authorities are not PEM: " + why);
}

base::Result<void> add_authorities(X509_STORE* store, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&::BIO_free)> text(
      ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &::BIO_free);
  std::size_t found = 0;
  while (X509* authority = ::PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    const bool added = ::X509_STORE_add_cert(store, authority) == 1;
    ::X509_free(authority);
    if (!added) return bad_authorities(openssl_reason());
    ++found;
  }
  // The end of the text is an error to OpenSSL too; every other one is a certificate that cannot be read.
  if (found == 0 || ERR_GET_REASON(::ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return bad_authorities(openssl_reason());
  }
  ::ERR_clear_error();
  return {};
}

}  // namespace

TlsTrust::~TlsTrust() {
  ::SSL_CTX_free(context_);
}

base::Result<std::shared_ptr<const TlsTrust>> make_tls_trust(const std::string& extra_pem) {
  ::ERR_clear_error();
  auto trust = std::make_shared<TlsTrust>(::SSL_CTX_new(::TLS_client_method()));
  SSL_CTX* context = trust->context();
  if (context == nullptr) return no_tls();
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  // RFC 7525's suites for TLS 1.2: forward secret and authenticated.
  if (::SSL_CTX_set_alpn_protos(context, kHttp11.data(), kHttp11.size()) != 0 ||
      ::SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
      ::SSL_CTX_set_default_verify_paths(context) != 1) {
    return no_tls();
  }
  if (!extra_pem.empty()) {
    auto added = add_authorities(::SSL_CTX_get_cert_store(context), extra_pem);
    if (!added) return base::fail(std::move(added));
  }
  return trust;
}

base::Result<std::unique_ptr<TlsSession>> connect_tls(const TlsTrust& trust, const std::string& host,
                                                      int socket) {
  ::ERR_clear_error();
  SSL* ssl = ::SSL_new(trust.context());
  if (ssl == nullptr) return no_tls();
  auto session = std::make_unique<TlsSession>(ssl, socket);
  ::SSL_set_connect_state(ssl);
  boost::system::error_code not_address;
  boost::asio::ip::make_address(host, not_address);
  bool set = false;
  if (not_address) {
    // RFC 6066, 3: without the dot that ends a name in the DNS.
    const std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    // RFC 9525, 6: the subject's common name is no name, and a wildcard stands for one whole label.
    ::SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    // A macro with C's cast.
    set = ::SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     const_cast<char*>(name.c_str())) == 1 &&
          ::SSL_set1_host(ssl, name.c_str()) == 1;
  } else {
    set = ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) == 1;
  }
  if (!set) return no_tls();
  return session;
}

}  // namespace parley::net
