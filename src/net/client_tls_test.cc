// Whom the client believes, what it shows, and that TLS carries what plain connections carry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/client_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::HasSubstr;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

// A key with a certificate, which may sign others.
class Certified {
 public:
  struct Wish {
    const char* name = "one.test";
    // As openssl.cnf writes it; empty for none.
    std::string alternative_names{};
    long from_s = -60;
    long until_s = 3600;
    bool authority = false;
  };

  explicit Certified(const Wish& wish, const Certified* by = nullptr)
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    static long serial = 0;
    X509_set_version(certificate_, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), wish.from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), wish.until_s);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(wish.name),
                               -1, -1, 0);
    const Certified& signer = by == nullptr ? *this : *by;
    X509_set_issuer_name(certificate_, X509_get_subject_name(signer.certificate_));
    if (wish.authority) extend(NID_basic_constraints, "critical,CA:TRUE");
    if (!wish.alternative_names.empty()) extend(NID_subject_alt_name, wish.alternative_names);
    X509_sign(certificate_, signer.key_, EVP_sha256());
  }
  ~Certified() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  Certified(const Certified&) = delete;
  Certified& operator=(const Certified&) = delete;

  std::string certificate_pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate_);
    return text_of(out);
  }
  std::shared_ptr<const TlsIdentity> identity(const Certified* intermediate = nullptr) const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(out, key_, nullptr, nullptr, 0, nullptr, nullptr);
    auto made = make_tls_identity(
        certificate_pem() + (intermediate != nullptr ? intermediate->certificate_pem() : ""), text_of(out));
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  void use_in(SSL_CTX* context) const {
    SSL_CTX_use_certificate(context, certificate_);
    SSL_CTX_use_PrivateKey(context, key_);
  }

 private:
  void extend(int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
  }

  EVP_PKEY* key_;
  X509* certificate_;
};

const Certified& authority() {
  static const Certified kAuthority({.name = "Test Authority", .authority = true});
  return kAuthority;
}

std::shared_ptr<const TlsTrust> trust_in(const std::string& pem) {
  auto made = make_tls_trust(pem);
  EXPECT_TRUE(made) << made.error().message;
  return *made;
}

// Trusts the authority beside the system's, which take a while to read.
ClientOptions trusting() {
  static const auto kTrust = trust_in(authority().certificate_pem());
  return {.trust = kTrust};
}

ClientRequest get_tls(std::uint16_t port, std::string host = "one.test") {
  return {.url = {.tls = true, .host = std::move(host), .port = port}};
}

base::Awaitable<void> give_back(Exchange& exchange) {
  exchange.reply({.status = 200,
                  .headers = {{"Secure", exchange.request().tls ? "yes" : "no"}},
                  .body = exchange.take_body()});
  co_return;
}

TEST(ClientTls, carries_requests_and_bodies_over_one_connection) {
  const Certified leaf({.alternative_names = "DNS:one.test"}, &authority());
  RunningServer server(give_back, {.tls = leaf.identity(), .max_body_bytes = 8 << 20});
  RunningClient client(trusting());
  for (const std::size_t size : {0UL, 5UL, 16'000UL, 17'000UL, 5'000'000UL, 3UL}) {
    ClientRequest request = get_tls(server.port());
    request.method = "POST";
    request.body = std::string(size, 'x') + "end";
    const auto answer = client.fetch(request);
    ASSERT_TRUE(answer) << answer.error().cause;
    EXPECT_EQ(answer->headers.get("Secure"), "yes");
    EXPECT_TRUE(answer->body == request.body) << size;
  }
  EXPECT_EQ(client.open(), 1);
  EXPECT_EQ(client.idle(), 1);
}

struct Shown {
  const char* name;
  Certified::Wish wish;
  std::string host;
  // Empty where the client believes it.
  const char* cause;
};

class ShownCertificate : public ::testing::TestWithParam<Shown> {};

TEST_P(ShownCertificate, is_believed_only_where_it_should_be) {
  const Certified leaf(GetParam().wish, &authority());
  RunningServer server(give_back, {.tls = leaf.identity()});
  RunningClient client(trusting());
  const auto answer = client.fetch(get_tls(server.port(), GetParam().host));
  if (*GetParam().cause == '\0') {
    EXPECT_TRUE(answer) << answer.error().cause;
    return;
  }
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kProviderUnavailable);
  EXPECT_THAT(answer.error().cause, HasSubstr(GetParam().cause));
  EXPECT_THAT(answer.error().message, ::testing::Not(HasSubstr(GetParam().host)));
  EXPECT_EQ(client.open(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    ClientTls, ShownCertificate,
    ::testing::Values(
        Shown{"the_name", {.alternative_names = "DNS:other.test,DNS:ONE.test"}, "one.test", ""},
        Shown{"the_name_with_its_dot", {.alternative_names = "DNS:one.test"}, "one.test.", ""},
        Shown{"a_wildcard", {.alternative_names = "DNS:*.example.test"}, "a.example.test", ""},
        Shown{"the_address", {.alternative_names = "IP:127.0.0.1"}, "127.0.0.1", ""},
        Shown{"another_name", {.alternative_names = "DNS:other.test"}, "one.test", "hostname mismatch"},
        Shown{"a_wildcard_for_more",
              {.alternative_names = "DNS:*.test"},
              "a.example.test",
              "hostname mismatch"},
        Shown{"a_wildcard_in_a_label",
              {.alternative_names = "DNS:a*.example.test"},
              "a.example.test",
              "hostname mismatch"},
        Shown{"only_a_common_name", {.name = "one.test"}, "one.test", "hostname mismatch"},
        Shown{"another_address", {.alternative_names = "IP:127.0.0.2"}, "127.0.0.1", "IP address mismatch"},
        Shown{"the_address_as_a_name",
              {.alternative_names = "DNS:127.0.0.1"},
              "127.0.0.1",
              "IP address mismatch"},
        Shown{"an_expired_one",
              {.alternative_names = "DNS:one.test", .from_s = -7200, .until_s = -3600},
              "one.test",
              "certificate has expired"},
        Shown{"one_of_tomorrow",
              {.alternative_names = "DNS:one.test", .from_s = 3600, .until_s = 7200},
              "one.test",
              "certificate is not yet valid"}),
    [](const auto& info) { return info.param.name; });

TEST(ClientTls, believes_no_authority_that_it_does_not_know) {
  const Certified other({.name = "Other Authority", .authority = true});
  const Certified leaf({.alternative_names = "DNS:one.test"}, &other);
  const Certified self_signed({.alternative_names = "DNS:one.test"});
  for (const Certified* shown : {&leaf, &self_signed}) {
    RunningServer server(give_back, {.tls = shown->identity()});
    for (const auto& trust : {trusting().trust, trust_in("")}) {
      RunningClient client({.trust = trust});
      const auto answer = client.fetch(get_tls(server.port()));
      EXPECT_EQ(answer.error().code, ErrorCode::kProviderUnavailable);
      EXPECT_THAT(answer.error().cause, HasSubstr("certificate"));
    }
  }
}

TEST(ClientTls, believes_a_chain_and_no_certificate_that_may_not_sign) {
  const Certified between({.name = "Between", .authority = true}, &authority());
  const Certified plain({.name = "Plain", .alternative_names = "DNS:plain.test"}, &authority());
  for (const auto& [signer, believed] : {std::pair{&between, true}, std::pair{&plain, false}}) {
    const Certified leaf({.alternative_names = "DNS:one.test"}, signer);
    RunningServer server(give_back, {.tls = leaf.identity(signer)});
    RunningClient client(trusting());
    const auto answer = client.fetch(get_tls(server.port()));
    EXPECT_EQ(answer.has_value(), believed);
  }
}

// A server of OpenSSL's own on an accepted socket.
class TlsPeer {
 public:
  explicit TlsPeer(RawSocket& socket, int max_version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_server_method())) {
    static const Certified kLeaf({.alternative_names = "DNS:one.test,IP:127.0.0.1"}, &authority());
    kLeaf.use_in(context_);
    SSL_CTX_set_min_proto_version(context_, 0);
    SSL_CTX_set_max_proto_version(context_, max_version);
    SSL_CTX_set_security_level(context_, 0);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket.socket());
    accepted_ = SSL_accept(ssl_) == 1;
  }
  ~TlsPeer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ERR_clear_error();
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  bool accepted() const { return accepted_; }
  std::string version() const { return SSL_get_version(ssl_); }
  std::string asked_name() const {
    const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "none" : name;
  }
  // Up to the header's end.
  std::string receive_request() {
    std::string all;
    std::array<char, 4096> buffer{};
    while (!all.contains("\r\n\r\n")) {
      const int got = SSL_read(ssl_, buffer.data(), buffer.size());
      if (got <= 0) break;
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  void send(std::string_view text) { SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
  void say_goodbye() { SSL_shutdown(ssl_); }

 private:
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool accepted_ = false;
};

constexpr std::string_view kWhole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(ClientTls, names_the_host_but_no_address) {
  for (const auto& [host, named] :
       {std::pair{"one.test", "one.test"}, {"one.test.", "one.test"}, {"127.0.0.1", "none"}}) {
    std::string seen;
    {
      ScriptedServer server({[&](RawSocket& socket) {
        TlsPeer peer(socket);
        seen = peer.asked_name() + ' ' + peer.version();
        peer.receive_request();
        peer.send(kWhole);
      }});
      RunningClient client(trusting());
      const auto answer = client.fetch(get_tls(server.port(), host));
      EXPECT_TRUE(answer) << answer.error().cause;
    }
    EXPECT_EQ(seen, std::string(named) + " TLSv1.3");
  }
}

TEST(ClientTls, speaks_1_2_and_nothing_older) {
  for (const int version : {TLS1_2_VERSION, TLS1_1_VERSION}) {
    bool accepted = false;
    {
      ScriptedServer server({[&](RawSocket& socket) {
        TlsPeer peer(socket, version);
        accepted = peer.accepted();
        peer.receive_request();
        peer.send(kWhole);
      }});
      RunningClient client(trusting());
      EXPECT_EQ(client.fetch(get_tls(server.port())).has_value(), version == TLS1_2_VERSION);
    }
    EXPECT_EQ(accepted, version == TLS1_2_VERSION);
  }
}

TEST(ClientTls, keeps_a_connection_over_which_tickets_come) {
  ScriptedServer server({[&](RawSocket& socket) {
    // OpenSSL sends two tickets of its own accord (RFC 8446, 4.6.1).
    TlsPeer peer(socket);
    for (int i = 0; i < 3; ++i) {
      peer.receive_request();
      peer.send(kWhole);
    }
    peer.receive_request();
  }});
  RunningClient client(trusting());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.fetch(get_tls(server.port()));
    ASSERT_TRUE(answer) << answer.error().cause;
    client.run_until([turns = 0]() mutable { return ++turns > 5; });
    EXPECT_EQ(client.idle(), 1);
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST(ClientTls, notices_a_goodbye_while_idle) {
  ScriptedServer server({[&](RawSocket& socket) {
    TlsPeer peer(socket);
    peer.receive_request();
    peer.send(kWhole);
    peer.say_goodbye();
    peer.receive_request();
  }});
  RunningClient client(trusting());
  EXPECT_TRUE(client.fetch(get_tls(server.port())));
  client.run_until([&] { return client.open() == 0; });
}

TEST(ClientTls, takes_no_end_without_a_goodbye_for_the_end_of_a_body) {
  for (const bool polite : {true, false}) {
    ScriptedServer server({[&](RawSocket& socket) {
      TlsPeer peer(socket);
      peer.receive_request();
      peer.send("HTTP/1.1 200 OK\r\n\r\nall of it");
      if (polite) peer.say_goodbye();
    }});
    RunningClient client(trusting());
    EXPECT_EQ(client.fetch(get_tls(server.port())).has_value(), polite);
  }
}

TEST(ClientTls, fails_where_no_tls_is_spoken) {
  ScriptedServer server({[](RawSocket& socket) {
                           socket.receive_some();
                           socket.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                         },
                         [](RawSocket&) {}});
  RunningClient client(trusting());
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.fetch(get_tls(server.port()));
    EXPECT_EQ(answer.error().code, ErrorCode::kProviderUnavailable);
    EXPECT_THAT(answer.error().cause, HasSubstr("TLS: "));
  }
  EXPECT_EQ(client.open(), 0);
}

TEST(ClientTls, gives_up_on_a_handshake_that_stalls_and_closes) {
  for (const bool cancel : {true, false}) {
    std::promise<void> came;
    std::promise<void> left;
    ScriptedServer server({[&](RawSocket& socket) {
      socket.receive_some();
      came.set_value();
      EXPECT_EQ(socket.receive_all(), "");
      left.set_value();
    }});
    RunningClient client(trusting());
    ClientRequest request = get_tls(server.port());
    request.timeouts.connect = cancel ? 10s : 20ms;
    const Fetching fetching = client.start(std::move(request));
    auto here = came.get_future();
    client.run_until(here);
    if (cancel) client.tasks().cancel();
    client.run_until(fetching);
    EXPECT_EQ(fetching.result().error().code, cancel ? ErrorCode::kCancelled : ErrorCode::kDeadlineExceeded);
    left.get_future().wait();
  }
}

TEST(ClientTls, keeps_plain_and_secure_connections_apart) {
  const Certified leaf({.alternative_names = "DNS:one.test"}, &authority());
  RunningServer server(give_back, {.tls = leaf.identity()});
  RunningClient client(trusting());
  ASSERT_TRUE(client.fetch(get_tls(server.port())));
  ClientRequest plain = get_tls(server.port());
  plain.url.tls = false;
  EXPECT_FALSE(client.fetch(std::move(plain)));
  EXPECT_EQ(client.idle(), 1);
}

TEST(TlsTrust, says_what_is_wrong_with_its_authorities) {
  const std::string good = authority().certificate_pem();
  EXPECT_TRUE(make_tls_trust(""));
  EXPECT_TRUE(make_tls_trust(good + "words between\n" + good));
  std::string cut = good;
  cut.resize(good.size() / 2);
  std::string spoilt = good;
  spoilt[good.size() / 2] = '!';
  for (const std::string& bad : {std::string("junk"), cut, spoilt, good + spoilt}) {
    const auto made = make_tls_trust(bad);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::kBadUserInput);
    EXPECT_THAT(made.error().message, HasSubstr("the certificate authorities are not PEM"));
  }
}

}  // namespace
}  // namespace parley::net
