#include "base/error.h"

#include <set>

#include <gtest/gtest.h>

namespace parley::base {
namespace {

TEST(ErrorCode, every_code_has_its_own_name_and_a_client_or_server_status) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_TRUE(names.insert(name(code)).second) << name(code);
    EXPECT_GE(http_status(code), 400);
    EXPECT_LT(http_status(code), 600);
    EXPECT_EQ(error_code_from_name(name(code)), code);
  }
  EXPECT_EQ(error_code_from_name("NO_SUCH_CODE"), std::nullopt);
}

TEST(Result, hands_an_error_on_with_everything_in_it) {
  auto inner = []() -> Result<int> {
    auto failed = fail(ErrorCode::kConflict, "stale", "row 7");
    failed.error().current_version = 9;
    return failed;
  };
  auto outer = [&]() -> Result<std::string> {
    auto number = inner();
    if (!number) return fail(std::move(number));
    return "unreached";
  };
  const auto result = outer();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConflict);
  EXPECT_EQ(result.error().cause, "row 7");
  EXPECT_EQ(result.error().current_version, 9);
}

}  // namespace
}  // namespace parley::base
