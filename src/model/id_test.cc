#include "model/id.h"

#include <gtest/gtest.h>

#include "testing/manual_clock.h"

namespace parley::model {
namespace {

using namespace std::chrono_literals;
using testing::ManualClock;

TEST(Id, reads_what_it_wrote) {
  const ManualClock clock;
  IdGenerator ids(clock, base::Random(1));
  for (int i = 0; i < 1000; ++i) {
    const auto id = ids.next<TurnId>();
    EXPECT_EQ(id.str().size(), 31U);
    EXPECT_EQ(TurnId::parse(id.str()), id);
  }
}

TEST(Id, writes_the_example_of_the_ulid_specification) {
  const auto bytes = parse_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(ulid_text(*bytes), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_TRUE(parse_ulid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
}

TEST(Id, refuses_everything_that_it_would_not_write) {
  for (const char* text : {"", "conv_", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                           "conv_01ARZ3NDEKTSV4RRFFQ69G5FA", "conv_01ARZ3NDEKTSV4RRFFQ69G5FAVV",
                           "conv_01arz3ndektsv4rrffq69g5fav", "conv_81ARZ3NDEKTSV4RRFFQ69G5FAV",
                           "conv_01ARZ3NDEKTSV4RRFFQ69G5FAI", "conv_01ARZ3NDEKTSV4RRFFQ69G5FAU",
                           "conv_01ARZ3NDEKTSV4RRFFQ69G5F V", " conv_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                           "conv_00000000000000000000000000", "conv_01ARZ3NDEKTSV4RRFFQ69G5FA\xc3",
                           "Conv_01ARZ3NDEKTSV4RRFFQ69G5FAV"}) {
    EXPECT_FALSE(ConversationId::parse(text)) << text;
  }
  EXPECT_TRUE(ConversationId::parse("conv_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
}

TEST(IdGenerator, rises_within_a_millisecond_and_when_the_clock_steps_back) {
  ManualClock clock;
  IdGenerator ids(clock, base::Random(2));
  MessageId last;
  for (int i = 0; i < 3000; ++i) {
    if (i == 1000) clock.step_wall(-1h);
    if (i == 2000) clock.advance(2h);
    const auto id = ids.next<MessageId>();
    EXPECT_LT(last, id);
    EXPECT_LT(last.empty() ? "" : last.str(), id.str());
    last = id;
  }
}

TEST(IdGenerator, puts_the_time_first) {
  ManualClock clock;
  IdGenerator one(clock, base::Random(3));
  IdGenerator other(clock, base::Random(4));
  const auto early = one.next<MessageId>();
  clock.advance(1ms);
  EXPECT_LT(early, other.next<MessageId>());
}

}  // namespace
}  // namespace parley::model
