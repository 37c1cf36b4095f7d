#include "api/graphql_ws_protocol.h"

#include <gtest/gtest.h>

namespace parley::api {
namespace {

using Protocol = GraphqlWsProtocol;
using Actions = Protocol::Actions;

// The actions in words.
std::string told(const Actions& actions) {
  std::string all;
  for (const auto& action : actions) {
    if (!all.empty()) all += "; ";
    if (const auto* send = std::get_if<Protocol::Send>(&action)) all += "send " + send->text;
    if (const auto* close = std::get_if<Protocol::Close>(&action)) {
      all += "close " + std::to_string(close->code) + " " + close->reason;
    }
    if (std::get_if<Protocol::Authenticate>(&action) != nullptr) all += "authenticate";
    if (const auto* start = std::get_if<Protocol::Start>(&action))
      all += "start " + start->id + " " + start->request.query;
    if (const auto* stop = std::get_if<Protocol::Stop>(&action)) all += "stop " + stop->id;
  }
  return all;
}

Protocol ready(std::size_t max_operations = 10) {
  Protocol protocol(max_operations);
  EXPECT_EQ(told(protocol.received(R"({"type":"connection_init"})")), "authenticate");
  EXPECT_EQ(told(protocol.accepted()), R"(send {"type":"connection_ack"})");
  return protocol;
}

constexpr std::string_view kSubscribe = R"({"id":"1","type":"subscribe","payload":{"query":"{a}"}})";

TEST(GraphqlWs, hands_the_payload_of_connection_init_to_be_checked) {
  Protocol protocol(10);
  const Actions actions =
      protocol.received(R"({"type":"connection_init","payload":{"authorization":"Bearer x"}})");
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(std::get<Protocol::Authenticate>(actions[0]).payload.at("authorization"), "Bearer x");
}

TEST(GraphqlWs, runs_an_operation_and_tells_its_results_and_its_end) {
  Protocol protocol = ready();
  EXPECT_EQ(told(protocol.received(kSubscribe)), "start 1 {a}");
  EXPECT_EQ(told(protocol.next("1", R"({"data":1})")),
            R"(send {"id":"1","type":"next","payload":{"data":1}})");
  EXPECT_EQ(told(protocol.completed("1")), R"(send {"id":"1","type":"complete"})");
  EXPECT_EQ(protocol.operations(), 0U);
  // Its id is free again.
  EXPECT_EQ(told(protocol.received(kSubscribe)), "start 1 {a}");
  EXPECT_EQ(told(protocol.failed("1", "[]")), R"(send {"id":"1","type":"error","payload":[]})");
}

TEST(GraphqlWs, says_nothing_more_of_an_operation_that_the_client_ended) {
  Protocol protocol = ready();
  EXPECT_EQ(told(protocol.received(kSubscribe)), "start 1 {a}");
  EXPECT_EQ(told(protocol.received(R"({"id":"1","type":"complete"})")), "stop 1");
  EXPECT_EQ(told(protocol.next("1", "{}")), "");
  EXPECT_EQ(told(protocol.completed("1")), "");
  EXPECT_EQ(told(protocol.failed("1", "[]")), "");
  // Both ended it at the same time: nothing is wrong with that.
  EXPECT_EQ(told(protocol.received(R"({"id":"1","type":"complete"})")), "");
}

TEST(GraphqlWs, answers_pings_at_any_time) {
  Protocol protocol(10);
  EXPECT_EQ(told(protocol.received(R"({"type":"ping"})")), R"(send {"type":"pong"})");
  EXPECT_EQ(told(protocol.received(R"({"type":"pong","payload":{}})")), "");
}

TEST(GraphqlWs, closes_with_the_protocols_codes) {
  EXPECT_EQ(told(Protocol(10).received(kSubscribe)), "close 4401 Unauthorized");
  Protocol checking(10);
  (void)checking.received(R"({"type":"connection_init"})");
  EXPECT_EQ(told(checking.received(kSubscribe)), "close 4401 Unauthorized");
  Protocol twice = ready();
  EXPECT_EQ(told(twice.received(R"({"type":"connection_init"})")),
            "close 4429 Too many initialisation requests");
  Protocol taken = ready();
  (void)taken.received(kSubscribe);
  EXPECT_EQ(told(taken.received(kSubscribe)), "close 4409 Subscriber for 1 already exists");
  EXPECT_EQ(told(Protocol(10).init_timed_out()), "close 4408 Connection initialisation timeout");
  EXPECT_EQ(told(ready().init_timed_out()), "");
}

TEST(GraphqlWs, closes_on_what_is_no_message_of_the_protocol) {
  for (const char* message :
       {"", "x", "[]", "{}", R"({"type":1})", R"({"type":"start"})", R"({"type":"next","id":"1"})",
        R"({"type":"subscribe"})", R"({"type":"subscribe","id":""})",
        R"({"type":"subscribe","id":1,"payload":{"query":"{a}"}})", R"({"type":"subscribe","id":"1"})",
        R"({"type":"subscribe","id":"1","payload":{}})",
        R"({"type":"subscribe","id":"1","payload":{"query":1}})",
        R"({"type":"subscribe","id":"1","payload":{"query":"{a}","variables":1}})", R"({"type":"complete"})",
        R"({"type":"ping","payload":1})"}) {
    EXPECT_EQ(told(ready().received(message)), "close 4400 Invalid message received") << message;
  }
  const std::string long_id(300, 'x');
  EXPECT_EQ(told(ready().received(R"({"type":"complete","id":")" + long_id + "\"}")),
            "close 4400 Invalid message received");
}

TEST(GraphqlWs, is_deaf_once_closed) {
  Protocol protocol = ready();
  (void)protocol.received(kSubscribe);
  (void)protocol.received("x");
  EXPECT_EQ(told(protocol.received(R"({"type":"ping"})")), "");
  EXPECT_EQ(told(protocol.next("1", "{}")), "");
  EXPECT_EQ(told(protocol.accepted()), "");
}

TEST(GraphqlWs, refuses_one_operation_too_many_and_goes_on) {
  Protocol protocol = ready(1);
  EXPECT_EQ(told(protocol.received(kSubscribe)), "start 1 {a}");
  const std::string refused =
      told(protocol.received(R"({"id":"2","type":"subscribe","payload":{"query":"{a}"}})"));
  EXPECT_NE(refused.find(R"("type":"error")"), std::string::npos) << refused;
  EXPECT_NE(refused.find("OVERLOADED"), std::string::npos) << refused;
  EXPECT_EQ(told(protocol.next("1", "{}")), R"(send {"id":"1","type":"next","payload":{}})");
}

TEST(GraphqlWs, writes_ids_that_need_escaping) {
  Protocol protocol = ready();
  (void)protocol.received(R"({"id":"a\"\n","type":"subscribe","payload":{"query":"{a}"}})");
  EXPECT_EQ(told(protocol.completed("a\"\n")), R"(send {"id":"a\"\n","type":"complete"})");
}

}  // namespace
}  // namespace parley::api
