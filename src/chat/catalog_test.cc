#include "chat/catalog.h"

#include <limits>

#include <gtest/gtest.h>

namespace parley::chat {
namespace {

using model::MicroUsd;
using model::Tokens;

constexpr Price kPrice{
    .input = MicroUsd(150'000), .cached_input = MicroUsd(75'000), .output = MicroUsd(600'000)};

model::Usage used(std::int64_t input, std::int64_t cached, std::int64_t output) {
  return {.input = Tokens(input), .cached_input = Tokens(cached), .output = Tokens(output)};
}

TEST(CostOf, adds_what_each_kind_of_token_costs) {
  EXPECT_EQ(cost_of(used(1'000'000, 0, 0), kPrice), MicroUsd(150'000));
  EXPECT_EQ(cost_of(used(1'000'000, 1'000'000, 0), kPrice), MicroUsd(75'000));
  EXPECT_EQ(cost_of(used(0, 0, 1'000'000), kPrice), MicroUsd(600'000));
  EXPECT_EQ(cost_of(used(2'000, 1'000, 500), kPrice), MicroUsd(150 + 75 + 300));
}

TEST(CostOf, rounds_up_once_for_the_sum) {
  EXPECT_EQ(cost_of(used(0, 0, 0), kPrice), MicroUsd(0));
  EXPECT_EQ(cost_of(used(1, 0, 0), kPrice), MicroUsd(1));
  // 0.15 + 0.075 + 0.6 = 0.825: one micro-dollar, not three.
  EXPECT_EQ(cost_of(used(2, 1, 1), kPrice), MicroUsd(1));
}

TEST(CostOf, takes_what_makes_no_sense_as_none) {
  EXPECT_EQ(cost_of(used(-5, -5, -5), kPrice), MicroUsd(0));
  EXPECT_EQ(cost_of(used(1'000'000, 2'000'000, 0), kPrice), MicroUsd(75'000));
  EXPECT_EQ(cost_of(used(1'000, 0, 1'000), {.input = MicroUsd(-5), .output = MicroUsd(1'000'000)}),
            MicroUsd(1'000));
}

TEST(CostOf, ends_at_the_largest_amount) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const Price dear{.input = MicroUsd(kMost), .cached_input = MicroUsd(kMost), .output = MicroUsd(kMost)};
  EXPECT_EQ(cost_of(used(kMost, 0, kMost), dear), MicroUsd(kMost));
}

TEST(Catalog, finds_models_by_id_and_knows_what_they_are_for) {
  const Catalog catalog({{.id = "talks", .provider = "p", .upstream = "t"},
                         {.id = "embeds", .provider = "p", .upstream = "e", .kind = ModelKind::kEmbedding}},
                        "talks");
  EXPECT_EQ(catalog.find("talks")->upstream, "t");
  EXPECT_EQ(catalog.find("t"), nullptr);
  EXPECT_TRUE(check_model("talks", catalog, ModelKind::kChat));
  EXPECT_TRUE(check_model("embeds", catalog, ModelKind::kEmbedding));
  for (const auto& [id, kind] :
       {std::pair("talks", ModelKind::kEmbedding), std::pair("embeds", ModelKind::kChat),
        std::pair("", ModelKind::kChat), std::pair("nobody", ModelKind::kChat)}) {
    const auto checked = check_model(id, catalog, kind);
    ASSERT_FALSE(checked) << id;
    EXPECT_EQ(checked.error().code, base::ErrorCode::kBadUserInput);
  }
  EXPECT_LT(check_model(std::string(100'000, 'x'), catalog, ModelKind::kChat).error().message.size(), 300U);
}

}  // namespace
}  // namespace parley::chat
