#include "ops/ops.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "net/server_harness.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/failing_store.h"

namespace parley::ops {
namespace {

class OpsTest : public ::testing::Test {
 protected:
  OpsTest()
      : store_(*store::sqlite::open_store({.path = scratch_.path()}, metrics_, log_)),
        failing_(*store_),
        ops_(failing_, metrics_, draining_),
        server_([this](net::Exchange& exchange) { return ops_.handle(exchange); }) {}

  std::string ask(const std::string& path, const std::string& method = "GET") {
    net::RawSocket client(server_.port());
    client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.receive_all();
  }

  store::sqlite::Scratch scratch_;
  base::Metrics metrics_;
  base::Log log_ = base::Log::none();
  std::atomic<bool> draining_{false};
  std::unique_ptr<store::Store> store_;
  testing::FailingStore failing_;
  Ops ops_;
  net::RunningServer server_;
};

TEST_F(OpsTest, is_alive_whatever_the_store_does) {
  failing_.fail_at(1, testing::FailingStore::When::kFromThenOn);
  EXPECT_TRUE(ask("/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(OpsTest, is_ready_while_the_store_answers) {
  const std::string reply = ask("/readyz");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200 OK\r\n")) << reply;
  EXPECT_NE(reply.find(R"({"status":"ready","parts":{"store":"ok"}})"), std::string::npos) << reply;
}

TEST_F(OpsTest, names_the_part_that_is_not_there_and_not_why) {
  failing_.fail_at(1, testing::FailingStore::When::kFromThenOn);
  const std::string reply = ask("/readyz");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 503 ")) << reply;
  EXPECT_NE(reply.find(R"({"status":"not ready","parts":{"store":"INTERNAL"}})"), std::string::npos) << reply;
  EXPECT_EQ(reply.find("as the test wants it"), std::string::npos) << reply;
}

TEST_F(OpsTest, is_not_ready_while_draining) {
  draining_ = true;
  const std::string reply = ask("/readyz");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 503 ")) << reply;
  EXPECT_NE(reply.find(R"("status":"draining")"), std::string::npos) << reply;
}

TEST_F(OpsTest, prints_the_metrics_in_prometheus_format) {
  metrics_.counter("parley_test_total", "A test.").add(3);
  const std::string reply = ask("/metrics");
  EXPECT_NE(reply.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), std::string::npos)
      << reply;
  EXPECT_NE(reply.find("\nparley_test_total 3\n"), std::string::npos) << reply;
}

TEST_F(OpsTest, takes_get_and_head_only) {
  EXPECT_TRUE(ask("/healthz", "HEAD").starts_with("HTTP/1.1 200 OK\r\n"));
  const std::string reply = ask("/metrics", "POST");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 405 ")) << reply;
  EXPECT_NE(reply.find("Allow: GET, HEAD\r\n"), std::string::npos) << reply;
  EXPECT_TRUE(Ops::owns("/readyz") && !Ops::owns("/readyz/") && !Ops::owns("/"));
}

}  // namespace
}  // namespace parley::ops
