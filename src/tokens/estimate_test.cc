#include "tokens/estimate.h"

#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tokens/tokenizer.h"

namespace parley::tokens {
namespace {

TEST(Estimate, is_not_below_any_of_ten_tokenizers_and_not_far_above) {
  std::ifstream in(PARLEY_SOURCE_DIR "/src/tokens/testdata/estimated.jsonl");
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    const boost::json::value of = boost::json::parse(line);
    const std::string text(of.at("text").as_string());
    const std::int64_t most = of.at("tokens").as_int64();
    EXPECT_GE(estimate(text), most) << of.at("what");
    // Nobody sends runs of one character for what they say.
    const bool run = of.at("what") == "equals signs" || of.at("what") == "spaces";
    if (!run) EXPECT_LE(estimate(text), most * 5 / 2) << of.at("what");
  }
  EXPECT_GE(lines, 30);
}

TEST(Estimate, grows_with_the_text) {
  std::string text;
  std::int64_t last = 0;
  for (int i = 0; i < 200; ++i) {
    text += "Some words, 12 \xE6\xBC\xA2\xE5\xAD\x97 and \xF0\x9F\x99\x82.\n";
    const std::int64_t now = estimate(text);
    EXPECT_GT(now, last);
    last = now;
  }
}

TEST(Estimate, of_nothing_is_nothing) {
  EXPECT_EQ(estimate(""), 0);
  EXPECT_GE(estimate("a"), 1);
  EXPECT_GE(estimate("\xFF"), 1);
}

TEST(Estimate, is_the_count_where_the_encoding_is_not_known) {
  EXPECT_EQ(count(Encoding::kUnknown, "some text"), estimate("some text"));
  EXPECT_TRUE(encode(Encoding::kUnknown, "some text").empty());
}

}  // namespace
}  // namespace parley::tokens
