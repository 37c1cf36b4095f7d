#include "tokens/tokenizer.h"

#include <fstream>
#include <random>
#include <string>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tokens/bpe.h"
#include "tokens/utf8.h"

namespace parley::tokens {
namespace {

using testing::ElementsAre;

std::vector<boost::json::object> lines_of(const std::string& file) {
  std::ifstream in(PARLEY_SOURCE_DIR "/src/tokens/testdata/" + file);
  std::vector<boost::json::object> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(boost::json::parse(line).as_object());
  return lines;
}

std::string text_of(const boost::json::object& line) {
  if (const auto* text = line.if_contains("text")) return std::string(text->as_string());
  std::string bytes;
  const std::string hex(line.at("hex").as_string());
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::vector<std::uint32_t> ids_of(const boost::json::value& ids) {
  return boost::json::value_to<std::vector<std::uint32_t>>(ids);
}

std::string joined(Encoding encoding, const std::vector<std::uint32_t>& ids) {
  std::string text;
  for (const std::uint32_t id : ids) text += token_bytes(encoding, id);
  return text;
}

// The encoding as it is defined: the neighbours of the lowest rank merge, the leftmost of equals, until none
// do.
std::vector<std::uint32_t> merged_by_rank(const Vocabulary& vocabulary, std::string_view piece) {
  std::vector<std::uint32_t> tokens;
  for (const char c : piece)
    tokens.push_back(vocabulary.token_at(vocabulary.step(0, static_cast<std::uint8_t>(c))));
  while (true) {
    std::uint32_t best = kNoToken;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const std::uint32_t token = vocabulary.merged(tokens[i], tokens[i + 1]);
      if (token < best) best = token, at = i;
    }
    if (best == kNoToken) return tokens;
    tokens[at] = best;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

constexpr Encoding kBoth[] = {Encoding::kCl100k, Encoding::kO200k};

TEST(Tokenizer, gives_the_tokens_that_tiktoken_gives) {
  const auto lines = lines_of("encoded.jsonl");
  ASSERT_GT(lines.size(), 30U);
  for (const auto& line : lines) {
    const std::string text = text_of(line);
    EXPECT_EQ(encode(Encoding::kCl100k, text), ids_of(line.at("cl100k"))) << line;
    EXPECT_EQ(encode(Encoding::kO200k, text), ids_of(line.at("o200k"))) << line;
  }
}

TEST(Tokenizer, counts_as_many_tokens_as_it_gives) {
  for (const auto& line : lines_of("encoded.jsonl")) {
    const std::string text = text_of(line);
    for (const Encoding encoding : kBoth) {
      EXPECT_EQ(count(encoding, text), static_cast<std::int64_t>(encode(encoding, text).size())) << line;
    }
  }
}

TEST(Tokenizer, the_bytes_of_the_tokens_are_those_of_the_text) {
  for (const auto& line : lines_of("encoded.jsonl")) {
    const std::string text = text_of(line);
    std::string repaired;
    if (append_repaired(repaired, text) != 0) repaired += kReplacement;
    for (const Encoding encoding : kBoth) EXPECT_EQ(joined(encoding, encode(encoding, text)), repaired);
  }
}

TEST(Tokenizer, a_broken_part_counts_as_one_replacement_character) {
  for (const Encoding encoding : kBoth) {
    EXPECT_EQ(encode(encoding, "a\xE2\x82z"), encode(encoding, "a\uFFFDz"));
    EXPECT_EQ(encode(encoding, "\xFF\xFE"), encode(encoding, "\uFFFD\uFFFD"));
    EXPECT_EQ(encode(encoding, "\xF0\x9F\x99"), encode(encoding, "\uFFFD"));
    EXPECT_EQ(encode(encoding, "\xED\xA0\x80"), encode(encoding, "\uFFFD\uFFFD\uFFFD"));
  }
}

TEST(Tokenizer, a_special_token_s_name_is_text) {
  EXPECT_EQ(encode(Encoding::kO200k, "<|endoftext|>").size(), 7U);
  EXPECT_EQ(encode(Encoding::kCl100k, "<|endoftext|>").size(), 7U);
}

TEST(Tokenizer, every_token_s_bytes_are_that_token) {
  for (const Encoding encoding : kBoth) {
    const Vocabulary& vocabulary = encoding == Encoding::kCl100k ? cl100k() : o200k();
    PieceEncoder encoder(vocabulary);
    for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
      const auto tokens = encoder.encode(token_bytes(encoding, id));
      ASSERT_TRUE(tokens.size() == 1 && tokens[0] == id) << id;
    }
    EXPECT_EQ(token_bytes(encoding, vocabulary.size()), "");
  }
}

TEST(Tokenizer, cuts_a_piece_as_merging_by_rank_does) {
  std::mt19937 random(20261125);
  const std::string_view few = "aab e\nXx=-\xE6\xBC\xA2\xD0";
  for (const Encoding encoding : kBoth) {
    const Vocabulary& vocabulary = encoding == Encoding::kCl100k ? cl100k() : o200k();
    PieceEncoder encoder(vocabulary);
    for (int round = 0; round < 4000; ++round) {
      std::string piece;
      while (piece.size() < 1 + random() % 40) {
        const bool token = round % 2 == 0;
        piece += token ? token_bytes(encoding, random() % vocabulary.size())
                       : std::string(1, few[random() % few.size()]);
      }
      const auto tokens = encoder.encode(piece);
      ASSERT_EQ(std::vector(tokens.begin(), tokens.end()), merged_by_rank(vocabulary, piece))
          << testing::PrintToString(piece);
      ASSERT_EQ(encoder.count(piece), tokens.size());
    }
  }
}

// What a stranger may send to keep a core busy. Attempts are counted, not seconds: each is a few steps in the
// tables. Worst are runs whose length no token has, again and again.
TEST(Tokenizer, hostile_pieces_take_attempts_in_proportion_to_their_size) {
  constexpr std::size_t kSize = std::size_t{1} << 16;
  const std::string uneven = std::string(79, ' ') + '\t';
  const std::vector<std::string_view> units{"a",        " ",    "\n",        "\xF0\x9F\x99\x82",
                                            "\xCC\x81", "/",    "=",         "ab",
                                            "xq",       "aA",   "0",         "\xE6\xBC\xA2",
                                            "\xD0\xB0", "<|",   "ing",       "\xFF",
                                            "-=",       "\r\n", "        =", "aaab",
                                            "*",        "-",    "#",         "_",
                                            ".",        uneven};
  for (const std::string_view unit : units) {
    for (const Vocabulary* vocabulary : {&cl100k(), &o200k()}) {
      std::string piece;
      while (piece.size() < kSize) piece += unit;
      PieceEncoder once(*vocabulary);
      PieceEncoder twice(*vocabulary);
      once.count(piece);
      twice.count(piece + piece);
      EXPECT_LE(twice.attempts(), once.attempts() * 21 / 10 + 1000) << unit;
      EXPECT_LE(once.attempts(), 24 * kSize) << unit;
    }
  }
}

TEST(Tokenizer, a_limit_is_known_to_be_passed) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "word ";
  EXPECT_EQ(count_up_to(Encoding::kO200k, text, 5000), count(Encoding::kO200k, text));
  EXPECT_GT(count_up_to(Encoding::kO200k, text, 10), 10);
  EXPECT_LT(count_up_to(Encoding::kO200k, text, 10), 20);
}

TEST(Encoding, has_a_name_that_the_configuration_knows) {
  for (const Encoding encoding : {Encoding::kUnknown, Encoding::kCl100k, Encoding::kO200k}) {
    EXPECT_EQ(encoding_from_name(name(encoding)), encoding);
  }
  EXPECT_EQ(encoding_from_name("o200k"), std::nullopt);
  EXPECT_EQ(encoding_from_name(""), std::nullopt);
}

TEST(Encoding, of_a_model_is_that_of_openai_s_table) {
  for (const char* model : {"gpt-4o",
                            "gpt-4o-mini",
                            "gpt-4o-2024-08-06",
                            "gpt-4.1",
                            "gpt-4.1-nano",
                            "gpt-4.5-preview",
                            "gpt-5",
                            "gpt-5-mini",
                            "gpt-5.1",
                            "gpt-5.2-codex",
                            "o1",
                            "o1-preview",
                            "o3",
                            "o3-mini",
                            "o4-mini",
                            "o4-mini-2025-04-16",
                            "chatgpt-4o-latest",
                            "gpt-oss-120b",
                            "ft:gpt-4o-mini-2024-07-18:acme::x1",
                            "ft:gpt-4.1:acme"}) {
    EXPECT_EQ(encoding_of(model), Encoding::kO200k) << model;
  }
  for (const char* model :
       {"gpt-4", "gpt-4-turbo", "gpt-4-0613", "gpt-4-32k", "gpt-3.5", "gpt-3.5-turbo", "gpt-3.5-turbo-16k",
        "gpt-35-turbo", "text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002",
        "davinci-002", "ft:gpt-3.5-turbo:acme::x", "ft:gpt-3.5-turbo-0125:acme", "ft:gpt-4-0613:acme",
        "ft:babbage-002:acme"}) {
    EXPECT_EQ(encoding_of(model), Encoding::kCl100k) << model;
  }
  for (const char* model : {"", "gpt", "gpt-40", "gpt-4oo", "o11", "ft:", "ft:o", "claude-sonnet-4",
                            "llama-3", "text-davinci-003", "GPT-4o", "smollm2-135m-instruct", "my-gpt-4o"}) {
    EXPECT_EQ(encoding_of(model), Encoding::kUnknown) << model;
  }
}

}  // namespace
}  // namespace parley::tokens
