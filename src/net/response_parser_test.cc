#include "net/response_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::net {
namespace {

using Step = ResponseParser::Step;
using ::testing::HasSubstr;

constexpr std::size_t kHeaderBytes = 1000;

// Status, body and what follows the answer; or why it was refused.
std::string read(std::string_view bytes, std::size_t piece, bool to_head = false, bool* keeps = nullptr) {
  ResponseParser parser(kHeaderBytes, to_head);
  std::string body;
  Step step = Step::kNeedMore;
  while (step == Step::kNeedMore && !bytes.empty()) {
    std::size_t consumed = 0;
    const std::string_view given = bytes.substr(0, piece);
    step = parser.feed(given, consumed, body);
    EXPECT_TRUE(step != Step::kNeedMore || consumed == given.size());
    bytes.remove_prefix(consumed);
  }
  if (step == Step::kNeedMore) step = parser.end();
  if (keeps != nullptr) *keeps = parser.keeps_alive();
  if (step == Step::kRefused) return std::string("refused: ") + parser.refusal();
  return std::to_string(parser.status()) + '[' + body + ']' + std::string(bytes);
}

struct Case {
  const char* name;
  std::string bytes;
  std::string comes_to;
  bool keeps_alive = true;
  bool to_head = false;
};

class GoodResponse : public ::testing::TestWithParam<Case> {};

TEST_P(GoodResponse, is_read_the_same_wherever_it_is_cut) {
  const Case& c = GetParam();
  for (std::size_t piece = 1; piece <= c.bytes.size(); ++piece) {
    bool keeps = false;
    EXPECT_EQ(read(c.bytes, piece, c.to_head, &keeps), c.comes_to) << "in pieces of " << piece;
    EXPECT_EQ(keeps, c.keeps_alive);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Response, GoodResponse,
    ::testing::Values(
        Case{"a_length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP", "200[abc]HTTP"},
        Case{"an_empty_body", "HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n", "500[]"},
        Case{"a_length_twice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
             "200[a]"},
        Case{"chunks",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
             "chunked\r\n\r\n3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\nrest",
             "200[abc0123456789]rest"},
        Case{"extensions_and_trailers",
             "HTTP/1.1 200 OK\r\ntransfer-encoding:\tChunked \r\n\r\n1;a=b;c=\"d\"\r\nx\r\n1 "
             ";e\r\ny\r\n0;f\r\nT: "
             "u\r\nContent-Length: 9\r\n\r\n",
             "200[xy]"},
        Case{"until_the_end", "HTTP/1.1 200 OK\r\nX: y\r\n\r\nall\r\n\r\nof it", "200[all\r\n\r\nof it]",
             false},
        Case{"until_the_end_with_nothing", "HTTP/1.1 200 OK\r\n\r\n", "200[]", false},
        Case{"http_1_0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200[a]", false},
        Case{"http_1_0_that_stays", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na",
             "200[a]"},
        Case{"one_that_closes", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\na",
             "200[a]", false},
        Case{"no_content", "HTTP/1.1 204 No Content\r\n\r\nx", "204[]x"},
        Case{"not_modified_with_a_length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\nx",
             "304[]x"},
        Case{"an_answer_to_head", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx", "200[]x", true, true},
        Case{"a_chunked_answer_to_head", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", "200[]x",
             true, true},
        Case{"informational_ones_first",
             "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\nContent-Length: 5\r\n\r\n"
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
             "200[a]"},
        Case{"odd_but_allowed_bytes",
             "HTTP/1.1 299 \xFF ok\t\r\nX-Y!:\xE4\t b\r\nEmpty:\r\nContent-Length:1\r\n\r\na", "299[a]"},
        Case{"a_large_length", "HTTP/1.1 204 \r\nContent-Length: 1152921504606846975\r\n\r\n", "204[]"}),
    [](const auto& info) { return info.param.name; });

struct Bad {
  const char* name;
  std::string bytes;
  const char* why;
};

class BadResponse : public ::testing::TestWithParam<Bad> {};

TEST_P(BadResponse, is_refused_wherever_it_is_cut) {
  for (std::size_t piece = 1; piece <= GetParam().bytes.size() + 1; ++piece) {
    const std::string got = read(GetParam().bytes, piece);
    EXPECT_THAT(got, HasSubstr(std::string("refused: ") + GetParam().why)) << "in pieces of " << piece;
  }
}

std::string head(const std::string& fields) {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n\r\n";
}
std::string chunked(const std::string& body) {
  return head("Transfer-Encoding: chunked") + body;
}

INSTANTIATE_TEST_SUITE_P(
    Response, BadResponse,
    ::testing::Values(
        Bad{"nothing", "", "the connection ended before the answer"},
        Bad{"another_protocol", "SSH-2.0-OpenSSH_9", "this is not HTTP/1"},
        Bad{"tls", "\x15\x03\x01\x00\x02\x02\x16", "this is not HTTP/1"},
        Bad{"http_2", "HTTP/2 200 OK\r\n\r\n", "this is not HTTP/1"},
        Bad{"http_1_2", "HTTP/1.2 200 OK\r\n\r\n", "this is not HTTP/1.0 or HTTP/1.1"},
        Bad{"a_short_status_line", "HTTP/1.1 200\r\n\r\n", "the status line"},
        Bad{"a_long_status", "HTTP/1.1 2000 OK\r\n\r\n", "the status line"},
        Bad{"a_low_status", "HTTP/1.1 099 OK\r\n\r\n", "the status line"},
        Bad{"a_negative_status", "HTTP/1.1 -20 OK\r\n\r\n", "the status line"},
        Bad{"two_spaces", "HTTP/1.1  200 OK\r\n\r\n", "the status line"},
        Bad{"a_blank_line_first", "\r\nHTTP/1.1 200 OK\r\n\r\n", "this is not HTTP/1"},
        Bad{"control_in_the_reason", "HTTP/1.1 200 O\x01K\r\n\r\n", "the status line"},
        Bad{"a_switched_protocol", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
            "the protocol was switched"},
        Bad{"bare_lf", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "a line does not end with CRLF"},
        Bad{"bare_lf_in_the_fields", "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\n\r\n",
            "a line does not end with CRLF"},
        Bad{"bare_cr", head("A: b\rContent-Length: 0"), "a header field holds a control character"},
        Bad{"nul", head(std::string("A: \0b", 5)), "a header field holds a control character"},
        Bad{"a_folded_field", head("A: b\r\n c"), "a header field is malformed"},
        Bad{"a_blank_before_the_colon", head("Content-Length : 0"), "a header field is malformed"},
        Bad{"no_name", head(": b"), "a header field is malformed"},
        Bad{"no_colon", head("nonsense"), "a header field is malformed"},
        Bad{"too_many_fields", head([] {
              std::string fields = "A:b";
              for (int i = 0; i < 300; ++i) fields += "\r\nA:";
              return fields;
            }()),
            "the header is too large"},
        Bad{"too_long_a_field", head("A: " + std::string(kHeaderBytes, 'b')), "the header is too large"},
        Bad{"a_field_without_end", "HTTP/1.1 200 OK\r\nA: " + std::string(kHeaderBytes, 'b'),
            "the header is too large"},
        Bad{"endless_informational_ones",
            [] {
              std::string all;
              for (int i = 0; i < 50; ++i) all += "HTTP/1.1 100 Continue\r\n\r\n";
              return all;
            }(),
            "the header is too large"},
        Bad{"a_cut_status_line", "HTTP/1.1 20", "the connection ended within the header"},
        Bad{"a_cut_header", "HTTP/1.1 200 OK\r\nA: b\r\n", "the connection ended within the header"},
        Bad{"a_cut_body", head("Content-Length: 3") + "ab", "the connection ended within the body"},
        Bad{"a_cut_chunk", chunked("3\r\nab"), "the connection ended within the body"},
        Bad{"a_cut_chunk_line", chunked("3"), "the connection ended within the body"},
        Bad{"no_last_chunk", chunked("3\r\nabc\r\n"), "the connection ended within the body"},
        Bad{"cut_trailers", chunked("0\r\nA: b\r\n"), "the connection ended within the body"},
        Bad{"both_framings", head("Content-Length: 3\r\nTransfer-Encoding: chunked"),
            "both Content-Length and"},
        Bad{"both_framings_turned", head("Transfer-Encoding: chunked\r\nContent-Length: 3"),
            "both Content-Length and"},
        Bad{"two_lengths", head("Content-Length: 3\r\nContent-Length: 4"), "two Content-Lengths differ"},
        Bad{"a_list_of_lengths", head("Content-Length: 3, 3"), "the Content-Length is malformed"},
        Bad{"no_length", head("Content-Length:"), "the Content-Length is malformed"},
        Bad{"a_signed_length", head("Content-Length: +3"), "the Content-Length is malformed"},
        Bad{"a_negative_length", head("Content-Length: -3"), "the Content-Length is malformed"},
        Bad{"a_hexadecimal_length", head("Content-Length: 0x3"), "the Content-Length is malformed"},
        Bad{"an_overflowing_length", head("Content-Length: 18446744073709551617"),
            "the Content-Length is malformed"},
        Bad{"a_vast_length", head("Content-Length: 1152921504606846976"), "the Content-Length is malformed"},
        Bad{"a_coding_twice", head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
            "the Transfer-Encoding is not known"},
        Bad{"codings", head("Transfer-Encoding: gzip, chunked"), "the Transfer-Encoding is not known"},
        Bad{"another_coding", head("Transfer-Encoding: identity"), "the Transfer-Encoding is not known"},
        Bad{"chunks_in_http_1_0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.0 has no Transfer-Encoding"},
        Bad{"chunks_without_a_body", "HTTP/1.1 204 \r\nTransfer-Encoding: chunked\r\n\r\n",
            "a Transfer-Encoding without a body"},
        Bad{"no_chunk_size", chunked("\r\nabc\r\n"), "a chunk's size is malformed"},
        Bad{"a_chunk_size_of_letters", chunked("xyz\r\n"), "a chunk's size is malformed"},
        Bad{"a_prefixed_chunk_size", chunked("0x3\r\nabc\r\n"), "a chunk's size is malformed"},
        Bad{"a_signed_chunk_size", chunked("-3\r\nabc\r\n"), "a chunk's size is malformed"},
        Bad{"a_blank_chunk_size", chunked(" 3\r\nabc\r\n"), "a chunk's size is malformed"},
        Bad{"blanks_after_a_chunk_size", chunked("3 \r\nabc\r\n"), "a chunk's size is malformed"},
        Bad{"a_vast_chunk_size", chunked("1000000000000000\r\n"), "a chunk's size is malformed"},
        Bad{"a_chunk_size_with_nul", chunked(std::string("3\0\r\nabc\r\n", 9)),
            "a chunk's size is malformed"},
        Bad{"control_in_an_extension", chunked("3;a\rb\r\nabc\r\n"), "a chunk's size is malformed"},
        Bad{"a_chunk_line_with_bare_lf", chunked("3\nabc\r\n"), "a line does not end with CRLF"},
        Bad{"a_long_chunk_line", chunked("3;" + std::string(1100, 'a') + "\r\n"),
            "a chunk's line is too long"},
        Bad{"endless_extensions",
            [] {
              std::string all;
              for (int i = 0; i < 20; ++i) all += "1;" + std::string(1000, 'e') + "\r\nx\r\n";
              return chunked(all);
            }(),
            "the chunks' extensions are too long"},
        Bad{"a_longer_chunk", chunked("3\r\nabcd\r\n"), "a chunk is longer than it said"},
        Bad{"a_chunk_with_bare_lf", chunked("3\r\nabc\n0\r\n\r\n"), "a chunk is longer than it said"},
        Bad{"a_bad_trailer", chunked("0\r\nno trailer\r\n\r\n"), "a header field is malformed"},
        Bad{"long_trailers", chunked("0\r\nA: " + std::string(kHeaderBytes, 'b') + "\r\n\r\n"),
            "the header is too large"}),
    [](const auto& info) { return info.param.name; });

TEST(Response, has_a_bounded_number_of_fields) {
  std::string bytes = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 300; ++i) bytes += "A:\r\n";
  ResponseParser parser(100'000, false);
  std::size_t consumed = 0;
  std::string body;
  EXPECT_EQ(parser.feed(bytes + "\r\n", consumed, body), Step::kRefused);
  EXPECT_STREQ(parser.refusal(), "there are too many header fields");
}

TEST(Response, hides_the_fields_of_informational_ones) {
  ResponseParser parser(1000, false);
  std::size_t consumed = 0;
  std::string body;
  parser.feed("HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nC: d\r\n\r\n", consumed, body);
  ASSERT_TRUE(parser.has_head());
  EXPECT_FALSE(parser.headers().contains("A"));
  EXPECT_EQ(parser.headers().get("C"), "d");
}

}  // namespace
}  // namespace parley::net
