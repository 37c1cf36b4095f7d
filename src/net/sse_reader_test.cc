#include "net/sse_reader.h"

#include <gtest/gtest.h>

#include "net/sse_writer.h"

namespace parley::net {
namespace {

struct Case {
  const char* name;
  std::string bytes;
  // "event|data|id" of each.
  std::vector<std::string> events;
  bool unfinished = false;
};

std::vector<std::string> read_all(std::string_view bytes, std::size_t piece, bool& unfinished) {
  SseReader reader;
  std::vector<std::string> events;
  while (!bytes.empty()) {
    EXPECT_TRUE(reader.feed(bytes.substr(0, piece)));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (auto event = reader.next()) events.push_back(event->event + '|' + event->data + '|' + event->id);
  }
  unfinished = reader.unfinished();
  return events;
}

class SseCases : public ::testing::TestWithParam<Case> {};

TEST_P(SseCases, are_read_the_same_wherever_they_are_cut) {
  const Case& c = GetParam();
  for (std::size_t piece = 1; piece <= c.bytes.size(); ++piece) {
    bool unfinished = false;
    EXPECT_EQ(read_all(c.bytes, piece, unfinished), c.events) << "in pieces of " << piece;
    EXPECT_EQ(unfinished, c.unfinished);
  }
}

// Those of the standard's own examples (9.2.6) are among them.
INSTANTIATE_TEST_SUITE_P(
    Sse, SseCases,
    ::testing::Values(
        Case{"three_lines_of_data", "data: YHOO\ndata: +2\ndata: 10\n\n", {"message|YHOO\n+2\n10|"}},
        Case{"comments_and_ids",
             ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
             {"message|first event|1", "message|second event|", "message| third event|"}},
        Case{"empty_data", "data\n\ndata\ndata\n\ndata:", {"message||", "message|\n|"}, true},
        Case{"space_after_the_colon", "data:test\n\ndata: test\n\n", {"message|test|", "message|test|"}},
        Case{"carriage_returns", "data: a\rdata: b\r\rdata: c\r\n\r\n", {"message|a\nb|", "message|c|"}},
        Case{"mixed_line_ends",
             "data: a\r\n\ndata: b\n\r\ndata: c\r\r",
             {"message|a|", "message|b|", "message|c|"}},
        Case{"a_byte_order_mark",
             "\xEF\xBB\xBF"
             "data: a\n\n\xEF\xBB\xBF"
             "data: b\n\n",
             {"message|a|"}},
        Case{"named_events", "event: add\ndata: 1\n\nevent: gone\n\ndata: 2\n\n", {"add|1|", "message|2|"}},
        Case{"the_last_name_counts", "event: a\nevent: b\ndata: 1\n\n", {"b|1|"}},
        Case{"ids_stay",
             "id: 7\ndata: a\n\ndata: b\n\nid: 8\n\ndata: c\n\n",
             {"message|a|7", "message|b|7", "message|c|8"}},
        Case{"an_id_with_nul_is_none", std::string("id: 7\nid: 8\0\ndata: a\n\n", 22), {"message|a|7"}},
        Case{"what_is_not_known",
             "retry: 10\nfoo: bar\nDATA: x\n data: y\ndata : z\n\ndata: a\n\n",
             {"message|a|"}},
        Case{"colons_in_data", "data: a: b:\n\n", {"message|a: b:|"}},
        Case{"an_openai_stream",
             "data: {\"a\":1}\n\ndata: [DONE]\n\n",
             {"message|{\"a\":1}|", "message|[DONE]|"}},
        Case{"nothing", "", {}}, Case{"only_blank_lines", "\n\n\r\n\r", {}},
        Case{"a_cut_event", "data: a\n\ndata: b\n", {"message|a|"}, true},
        Case{"a_cut_line", "data: a\n\ndat", {"message|a|"}, true}),
    [](const auto& info) { return info.param.name; });

TEST(Sse, reads_what_the_writer_writes) {
  std::string bytes = sse_comment("here");
  append_sse(bytes, {.data = "one\ntwo", .event = "x", .id = "5"});
  append_sse(bytes, {.data = ""});
  bool unfinished = false;
  EXPECT_EQ(read_all(bytes, 3, unfinished), (std::vector<std::string>{"x|one\ntwo|5", "message||5"}));
}

TEST(Sse, refuses_an_event_that_is_too_long) {
  const auto code_of = [](std::string_view bytes) {
    SseReader reader(100);
    const auto fed = reader.feed(bytes);
    return fed ? std::string("fine") : std::string(base::name(fed.error().code));
  };
  const std::string line(60, 'x');
  EXPECT_EQ(code_of("data: " + line + "\n\n" + "data: " + line + "\n\n"), "fine");
  EXPECT_EQ(code_of("data: " + line + "\ndata: " + line + "\n\n"), "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(code_of("data: " + line + line), "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(code_of(":" + line + line), "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(code_of("event: " + line + "\ndata: " + line), "PAYLOAD_TOO_LARGE");
}

TEST(Sse, refuses_a_line_that_never_ends_however_it_comes) {
  SseReader reader(1000);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(reader.feed("x"));
  EXPECT_EQ(reader.feed("x").error().code, base::ErrorCode::kPayloadTooLarge);
}

}  // namespace
}  // namespace parley::net
