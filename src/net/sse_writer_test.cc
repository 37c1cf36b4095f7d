#include "net/sse_writer.h"

#include <gtest/gtest.h>

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

TEST(SseWriter, writes_every_field_and_an_empty_line) {
  EXPECT_EQ(sse({.data = "{}", .event = "token", .id = "7", .retry = 1500ms}),
            "id: 7\nevent: token\nretry: 1500\ndata: {}\n\n");
  EXPECT_EQ(sse({.data = "[DONE]"}), "data: [DONE]\n\n");
  EXPECT_EQ(sse({.data = ""}), "data: \n\n");
  EXPECT_EQ(sse({.id = "3"}), "id: 3\n\n");
}

TEST(SseWriter, keeps_data_of_several_lines_together) {
  EXPECT_EQ(sse({.data = "a\nb\r\nc\rd\n"}), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  EXPECT_EQ(sse({.data = "\n\nid: 9\n\n"}), "data: \ndata: \ndata: id: 9\ndata: \ndata: \n\n");
}

TEST(SseWriter, lets_no_field_begin_another) {
  EXPECT_EQ(sse({.event = "a\r\ndata: x", .id = "1\n2\r3\0"s}), "id: 123\nevent: adata: x\n\n");
}

TEST(SseWriter, writes_comments_as_heartbeats) {
  EXPECT_EQ(sse_comment("alive"), ": alive\n\n");
  EXPECT_EQ(sse_comment("a\ndata: b"), ": a\n: data: b\n\n");
}

}  // namespace
}  // namespace parley::net
