#include "tokens/counter.h"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tokens/run.h"

namespace parley::tokens {
namespace {

constexpr Encoding kAll[] = {Encoding::kCl100k, Encoding::kO200k, Encoding::kUnknown};

// A character of each class that the patterns tell apart, and those that they name.
const std::vector<std::string> kCharacters{
    "a",      "s",      "l",      "L",      "S",      "A", "Z",      "\u017F", "\u0430",    "\u0410",
    "\u01C5", "\u02B0", "\u6F22", "\u0301", "\u093E", "1", "\u00BD", " ",      " ",         "\t",
    "\n",     "\r",     "\u00A0", "'",      "/",      "!", "_",      "\u2019", "\U0001F642"};

TEST(Counter, equals_the_count_of_the_whole_after_every_character) {
  std::mt19937 random(20261125);
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> some = kCharacters;
    std::shuffle(some.begin(), some.end(), random);
    some.resize(1 + random() % 6);
    const Encoding encoding = kAll[round % 3];
    Counter counter(encoding);
    std::string text;
    for (std::size_t i = 1 + random() % 24; i > 0; --i) {
      const std::string& character = some[random() % some.size()];
      text += character;
      counter.add(character);
      ASSERT_EQ(counter.tokens(), count(encoding, text)) << testing::PrintToString(text);
    }
  }
}

TEST(Counter, equals_the_count_of_the_whole_within_long_runs) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    const Encoding encoding = kAll[round % 3];
    Counter counter(encoding);
    std::string text;
    while (text.size() < 1200) {
      const std::string& character = kCharacters[random() % kCharacters.size()];
      std::string piece;
      for (std::size_t i = random() % 3 == 0 ? random() % 300 : random() % 3; i > 0; --i) piece += character;
      text += piece;
      counter.add(piece);
      ASSERT_EQ(counter.tokens(), count(encoding, text)) << testing::PrintToString(text);
    }
  }
}

TEST(Counter, equals_the_count_of_the_whole_wherever_bytes_are_cut) {
  std::mt19937 random(8);
  const std::string_view text =
      "Don\u2019t \u6F22\u5B57ABC \xF0\x9F\x99\x82\xFF\xE6\xBC x'll\r\n\n  \xF0\x9F";
  for (const Encoding encoding : kAll) {
    for (int round = 0; round < 300; ++round) {
      Counter counter(encoding);
      std::string_view rest = text;
      while (!rest.empty()) {
        const std::size_t size = 1 + random() % rest.size();
        counter.add(rest.substr(0, size));
        rest.remove_prefix(size);
      }
      counter.finish();
      ASSERT_EQ(counter.tokens(), count(encoding, text));
    }
  }
}

TEST(Counter, leaves_out_a_character_until_it_is_whole_or_broken_for_good) {
  Counter counter(Encoding::kO200k);
  counter.add("a \xE6\xBC");
  EXPECT_EQ(counter.tokens(), count(Encoding::kO200k, "a "));
  counter.add("\xA2");
  EXPECT_EQ(counter.tokens(), count(Encoding::kO200k, "a \u6F22"));
  counter.add("\xE6");
  counter.finish();
  EXPECT_EQ(counter.tokens(), count(Encoding::kO200k, "a \u6F22\uFFFD"));
}

TEST(Counter, an_apostrophe_behind_a_long_word_may_still_join_it) {
  const std::string word(1000, 'x');
  Counter counter(Encoding::kO200k);
  std::string text;
  for (const std::string_view piece : {std::string_view(word), std::string_view("'"), std::string_view("l"),
                                       std::string_view("l"), std::string_view("x")}) {
    text += piece;
    counter.add(piece);
    EXPECT_EQ(counter.tokens(), count(Encoding::kO200k, text));
  }
}

// o200k_base has a few tokens of such letters and capitals, so that it can be seen.
TEST(Counter, capitals_stand_alone_behind_letters_without_case_until_a_small_letter_follows) {
  for (const int size : {1, 100}) {
    for (const std::string_view word : {"\u4E9A\u6D32AV", " \u5929\u5929\u4E2D\u5F69\u7968APP"}) {
      std::string text;
      for (int i = 1; i < size; ++i) text += "\u6F22";
      text += word;
      Counter counter(Encoding::kO200k);
      counter.add(text);
      EXPECT_EQ(counter.tokens(), count(Encoding::kO200k, text)) << text;
      for (const std::string_view more : {"A", "s", "T"}) {
        text += more;
        counter.add(more);
        EXPECT_EQ(counter.tokens(), count(Encoding::kO200k, text)) << text;
      }
    }
  }
  EXPECT_EQ(count(Encoding::kO200k, " \u5929\u5929\u4E2D\u5F69\u7968APPs"), 2);
  EXPECT_EQ(count(Encoding::kO200k, " \u5929\u5929\u4E2D\u5F69\u7968APP"),
            count(Encoding::kO200k, " \u5929\u5929\u4E2D\u5F69\u7968") + 1);
}

// A run is taken up once and goes on from there; a counter that looked at all of it anew at each piece would
// need hours.
TEST(Counter, an_answer_that_is_one_long_run_is_counted_as_it_grows) {
  for (const std::string_view unit :
       {"a", "A", " ", "\n", " \n", "=", "\u6F22", "\u6F22A", "\U0001F642", "\u0301", "!/"}) {
    for (const Encoding encoding : kAll) {
      Counter counter(encoding);
      std::string text;
      std::int64_t sum = 0;
      for (int i = 0; i < 20000; ++i) {
        text += unit;
        counter.add(unit);
        sum += counter.tokens();
      }
      EXPECT_EQ(counter.tokens(), count(encoding, text)) << unit;
      EXPECT_GT(sum, 0);
    }
  }
}

TEST(Run, a_word_that_may_be_a_contraction_is_none) {
  EXPECT_FALSE(Run::of(Encoding::kO200k, std::string(200, 'x') + "'l").has_value());
  EXPECT_TRUE(Run::of(Encoding::kO200k, std::string(200, 'x')).has_value());
}

TEST(Run, ends_where_a_character_of_another_kind_stands) {
  auto run = Run::of(Encoding::kCl100k, std::string(200, 'x'));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->extend("yz1a"), 2U);
  EXPECT_EQ(run->tokens(), count(Encoding::kCl100k, std::string(200, 'x') + "yz"));
}

}  // namespace
}  // namespace parley::tokens
