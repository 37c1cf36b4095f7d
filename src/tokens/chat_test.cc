#include "tokens/chat.h"

#include <array>
#include <string_view>

#include <gtest/gtest.h>

namespace parley::tokens {
namespace {

// The example of OpenAI's cookbook, num_tokens_from_messages, with the counts that its service was seen to
// return.
TEST(ChatOverhead, gives_what_the_service_counted_for_the_cookbook_s_example) {
  struct Message {
    std::string_view role;
    std::string_view content;
    std::string_view name;
  };
  constexpr std::array kMessages{
      Message{"system",
              "You are a helpful, pattern-following assistant that translates corporate jargon into plain "
              "English.",
              ""},
      Message{"system", "New synergies will help drive top-line growth.", "example_user"},
      Message{"system", "Things working well together will increase revenue.", "example_assistant"},
      Message{"system",
              "Let's circle back when we have more bandwidth to touch base on opportunities for increased "
              "leverage.",
              "example_user"},
      Message{"system", "Let's talk later when we're less busy about how to do better.", "example_assistant"},
      Message{"user",
              "This late pivot means we don't have time to boil the ocean for the client deliverable.", ""}};
  const auto tokens = [&](Encoding encoding) {
    std::int64_t sum = chat_overhead(encoding, kMessages.size());
    for (const Message& message : kMessages) {
      sum += count(encoding, message.content);
      if (!message.name.empty()) sum += count(encoding, message.name) + name_overhead(encoding);
    }
    return sum;
  };
  EXPECT_EQ(tokens(Encoding::kCl100k), 129);
  EXPECT_EQ(tokens(Encoding::kO200k), 124);
  EXPECT_GT(tokens(Encoding::kUnknown), 129);
}

TEST(ChatOverhead, a_role_s_name_is_one_token) {
  for (const Encoding encoding : {Encoding::kCl100k, Encoding::kO200k}) {
    for (const std::string_view role : {"system", "developer", "user", "assistant", "tool"}) {
      EXPECT_EQ(count(encoding, role), 1) << role;
    }
  }
}

// llama.cpp's server with SmolLM2-135M-Instruct, whose template puts in a system prompt where there is none:
// its prompt_tokens for messages of "Hi" each.
TEST(ChatOverhead, of_an_unknown_model_is_not_below_what_a_real_one_s_template_takes) {
  const auto tokens = [](std::size_t messages) {
    return chat_overhead(Encoding::kUnknown, messages) +
           static_cast<std::int64_t>(messages) * count(Encoding::kUnknown, "Hi");
  };
  EXPECT_GE(tokens(1), 31);
  EXPECT_GE(tokens(2), 16);
  EXPECT_GE(tokens(4), 29);
}

}  // namespace
}  // namespace parley::tokens
