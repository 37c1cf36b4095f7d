#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "net/connection_counts.h"
#include "net/server_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Pem {
  std::string certificate;
  std::string key;
};

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

Pem self_signed(const char* name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1,
                             -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  Pem pem{.certificate = text_of(out)};
  out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  pem.key = text_of(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

std::shared_ptr<const TlsIdentity> identity(const Pem& pem) {
  auto made = make_tls_identity(pem.certificate, pem.key);
  EXPECT_TRUE(made) << made.error().message;
  return *made;
}

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int max_version = TLS1_3_VERSION, std::string alpn = {})
      : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_, max_version);
    SSL_CTX_set_min_proto_version(context_, 0);
    SSL_CTX_set_security_level(context_, 0);
    ssl_ = SSL_new(context_);
    if (!alpn.empty()) {
      alpn.insert(alpn.begin(), static_cast<char>(alpn.size()));
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()),
                          static_cast<unsigned int>(alpn.size()));
    }
    SSL_set_fd(ssl_, client_.socket());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ERR_clear_error();
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  void send(const std::string& text) { SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
  // False at the end.
  bool receive_some() {
    std::array<char, 4096> buffer{};
    return SSL_read(ssl_, buffer.data(), buffer.size()) > 0;
  }
  std::string receive_all() {
    std::string all;
    std::array<char, 4096> buffer{};
    for (int got = 0; (got = SSL_read(ssl_, buffer.data(), buffer.size())) > 0;) {
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string protocol() const {
    const unsigned char* data = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_, &data, &size);
    return {reinterpret_cast<const char*>(data), size};
  }
  std::string peer_name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    std::array<char, 64> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    X509_free(certificate);
    return name.data();
  }

 private:
  RawSocket client_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool connected_ = false;
};

base::Awaitable<void> say_tls(Exchange& exchange) {
  const std::size_t size = exchange.request().body.size();
  exchange.reply(Response::text(
      200, (exchange.request().tls ? "secure " : "plain ") + std::to_string(size) + std::string(size, 'z')));
  co_return;
}

constexpr const char* kClosing = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST(Tls, serves_over_1_2_and_1_3_with_alpn) {
  RunningServer server(say_tls, {.tls = identity(self_signed("one"))});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version, "http/1.1");
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.protocol(), "http/1.1");
    client.send(kClosing);
    EXPECT_THAT(client.receive_all(), HasSubstr("secure 0"));
  }
}

TEST(Tls, carries_bodies_of_many_records) {
  RunningServer server(say_tls, {.tls = identity(self_signed("one"))});
  TlsClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n" +
              std::string(900'000, 'y'));
  const std::string answer = client.receive_all();
  EXPECT_THAT(answer.substr(0, 400), HasSubstr("secure 900000z"));
  EXPECT_GT(answer.size(), 900'000U);
}

TEST(Tls, refuses_older_versions_and_other_protocols) {
  RunningServer server(say_tls, {.tls = identity(self_signed("one"))});
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_3_VERSION, "h2").connected());
}

TEST(Tls, shows_a_new_certificate_to_new_connections) {
  RunningServer server(say_tls, {.tls = identity(self_signed("one"))});
  TlsClient before(server.port());
  EXPECT_EQ(before.peer_name(), "one");
  server.on_worker([](Server& s) { s.set_tls(identity(self_signed("two"))); });
  EXPECT_EQ(TlsClient(server.port()).peer_name(), "two");
  before.send(kClosing);
  EXPECT_THAT(before.receive_all(), HasSubstr("secure"));
}

TEST(Tls, ends_what_is_no_handshake_and_what_never_ends_one) {
  RunningServer server(say_tls, {.tls = identity(self_signed("one")), .header_timeout = 40ms});
  RawSocket plain(server.port());
  plain.send(kClosing);
  plain.receive_all();
  RawSocket silent(server.port());
  EXPECT_EQ(silent.receive_all(), "");
}

TEST(Tls, tells_one_connection_too_many_why) {
  const auto counts = std::make_shared<ConnectionCounts>(1);
  RunningServer server(say_tls, {.tls = identity(self_signed("one")), .connections_per_client = counts});
  TlsClient first(server.port());
  TlsClient second(server.port());
  second.send(kClosing);
  EXPECT_THAT(second.receive_all(), StartsWith("HTTP/1.1 429 "));
  first.send(kClosing);
  EXPECT_THAT(first.receive_all(), StartsWith("HTTP/1.1 200 "));
}

base::Awaitable<void> say_much(Exchange& exchange) {
  exchange.reply(Response::text(200, std::string(32 << 20, 'x')));
  co_return;
}

TEST(Tls, gives_up_on_a_peer_that_does_not_read) {
  RunningServer server(say_much, {.tls = identity(self_signed("one")), .write_timeout = 60ms});
  TlsClient client(server.port());
  client.send(kClosing);
  std::size_t open = 1;
  for (int i = 0; open > 0 && i < 2000; ++i) {
    std::this_thread::sleep_for(10ms);
    server.on_worker([&](Server& running) { open = running.connections(); });
  }
  EXPECT_EQ(open, 0U);
}

TEST(Tls, bears_with_a_peer_that_keeps_the_pace) {
  RunningServer server(say_much, {.tls = identity(self_signed("one")), .write_timeout = 300ms});
  TlsClient client(server.port());
  client.send(kClosing);
  // Many times the write timeout. In each, 307 bytes would do.
  for (int i = 0; i < 600; ++i) {
    EXPECT_TRUE(client.receive_some());
    std::this_thread::sleep_for(2ms);
  }
}

TEST(Tls, says_what_is_wrong_with_certificate_or_key) {
  const Pem one = self_signed("one");
  const Pem two = self_signed("two");
  EXPECT_THAT(make_tls_identity("junk", one.key).error().message,
              StartsWith("the TLS certificate is not PEM"));
  EXPECT_THAT(make_tls_identity(one.certificate, "junk").error().message,
              StartsWith("the TLS key is not PEM"));
  EXPECT_THAT(make_tls_identity(one.certificate, two.key).error().message,
              StartsWith("the TLS key does not belong to the certificate"));
}

}  // namespace
}  // namespace parley::net
