// The contract about pages: stable in both directions while rows come and go.
#pragma once

#include <algorithm>

#include "store/contract/suite.h"

namespace parley::store::contract {

inline std::vector<std::string> titles(const ConversationPage& page) {
  std::vector<std::string> found;
  for (const auto& one : page.items) found.push_back(one.title.value_or("-"));
  return found;
}

inline ConversationCursor cursor(const model::Conversation& one) {
  return {one.updated_at, one.id};
}

inline std::vector<std::int64_t> positions(const MessagePage& page) {
  std::vector<std::int64_t> found;
  for (const auto& one : page.items) found.push_back(one.position);
  return found;
}

TEST_P(StoreContract, conversations_are_listed_newest_first_in_both_directions) {
  using Titles = std::vector<std::string>;
  // Two of the same millisecond: the id decides.
  int n = 0;
  for (const char* title : {"e", "d", "c", "b", "a"})
    make(ada, title, kStart + std::chrono::seconds(++n / 2));
  make(bob, "foreign", kStart + 2s);
  auto page = good(wait(store().list_conversations({}, ada, {}, {.first = 2})));
  EXPECT_EQ(titles(page), (Titles{"a", "b"}));
  EXPECT_TRUE(page.has_next);
  EXPECT_FALSE(page.has_previous);
  page =
      good(wait(store().list_conversations({}, ada, {}, {.first = 2, .after = cursor(page.items.back())})));
  EXPECT_EQ(titles(page), (Titles{"c", "d"}));
  EXPECT_TRUE(page.has_next);
  EXPECT_TRUE(page.has_previous);
  const auto third = cursor(page.items.front());
  page =
      good(wait(store().list_conversations({}, ada, {}, {.first = 2, .after = cursor(page.items.back())})));
  EXPECT_EQ(titles(page), (Titles{"e"}));
  EXPECT_FALSE(page.has_next);
  page = good(wait(store().list_conversations({}, ada, {}, {.last = 1, .before = third})));
  EXPECT_EQ(titles(page), (Titles{"b"}));
  EXPECT_TRUE(page.has_next);
  EXPECT_TRUE(page.has_previous);
  page = good(wait(store().list_conversations({}, ada, {}, {.last = 9, .before = third})));
  EXPECT_EQ(titles(page), (Titles{"a", "b"}));
  EXPECT_FALSE(page.has_previous);
  page = good(wait(store().list_conversations({}, ada, {}, {.last = 2})));
  EXPECT_EQ(titles(page), (Titles{"d", "e"}));
  page = good(wait(store().list_conversations({}, ada, {}, {.first = 0})));
  EXPECT_TRUE(page.items.empty());
  EXPECT_TRUE(page.has_next);
}

TEST_P(StoreContract, conversations_are_filtered_by_archive_and_title) {
  using Titles = std::vector<std::string>;
  std::vector<model::ConversationId> ids;
  for (int i = 0; i < 6; ++i)
    ids.push_back(make(ada, (i % 2 ? "Garden " : "House ") + std::to_string(i), kStart + i * 1s));
  for (const int i : {1, 2}) {
    good(wait(store().update_conversation(
        {}, ada, {.id = ids[static_cast<std::size_t>(i)], .archived = true, .now = kStart})));
  }
  const auto list = [&](ConversationFilter filter, ConversationPageRequest page) {
    return good(wait(store().list_conversations({}, ada, std::move(filter), std::move(page))));
  };
  EXPECT_EQ(titles(list({}, {.first = 9})), (Titles{"Garden 5", "House 4", "Garden 3", "House 0"}));
  EXPECT_EQ(titles(list({.archived = true}, {.first = 9})), (Titles{"House 2", "Garden 1"}));
  EXPECT_EQ(titles(list({.archived = std::nullopt}, {.first = 4})),
            (Titles{"Garden 5", "House 4", "Garden 3", "House 2"}));
  EXPECT_EQ(titles(list({.archived = std::nullopt}, {.last = 3})),
            (Titles{"House 2", "Garden 1", "House 0"}));
  auto page = list({.archived = std::nullopt, .title_contains = "gARDEN"}, {.first = 2});
  EXPECT_EQ(titles(page), (Titles{"Garden 5", "Garden 3"}));
  EXPECT_TRUE(page.has_next);
  page = list({.archived = std::nullopt, .title_contains = "garden"},
              {.first = 2, .after = cursor(page.items.back())});
  EXPECT_EQ(titles(page), (Titles{"Garden 1"}));
  EXPECT_TRUE(page.has_previous);
  EXPECT_FALSE(page.has_next);
  EXPECT_TRUE(list({.title_contains = "%"}, {.first = 2}).items.empty()) << "no wildcards";
}

TEST_P(StoreContract, a_page_asks_for_first_or_last) {
  const auto id = make(ada);
  for (const ConversationPageRequest& bad :
       {ConversationPageRequest{}, {.first = 1, .last = 1}, {.first = -1}, {.last = kMaxPage + 1}}) {
    EXPECT_EQ(code(wait(store().list_conversations({}, ada, {}, bad))), ErrorCode::kBadUserInput);
  }
  EXPECT_EQ(code(wait(store().message_page({}, ada, id, {}))), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(wait(store().message_page({}, ada, id, {.first = 201}))), ErrorCode::kBadUserInput);
}

TEST_P(StoreContract, a_walk_through_the_list_meets_everything_once_while_others_come_and_go) {
  for (const bool forward : {true, false}) {
    const model::Owner owner{"walk", forward ? "forward" : "backward"};
    std::vector<std::string> expected;
    std::vector<model::ConversationId> ids;
    for (int i = 0; i < 30; ++i) {
      expected.push_back("walk " + std::to_string(i));
      ids.push_back(make(owner, expected.back(), kStart + i * 1s));
    }
    std::vector<std::string> met;
    std::optional<ConversationCursor> at;
    for (int step = 0;; ++step) {
      const auto page =
          good(wait(store().list_conversations({}, owner, {.title_contains = "walk"},
                                               forward ? ConversationPageRequest{.first = 3, .after = at}
                                                       : ConversationPageRequest{.last = 3, .before = at})));
      auto found = titles(page);
      if (!forward) std::ranges::reverse(found);
      met.insert(met.end(), found.begin(), found.end());
      if (!(forward ? page.has_next : page.has_previous)) break;
      at = cursor(forward ? page.items.back() : page.items.front());
      // The one that the cursor names goes; new ones come at both ends, which were passed or are not the
      // walk's.
      const auto gone = forward ? page.items.back().id : page.items.front().id;
      good(wait(store().delete_conversation({}, owner, gone, kStart)));
      make(owner, "new", kStart + 1h + step * 1s);
      make(owner, "old", kStart - 1h - step * 1s);
    }
    std::ranges::sort(met);
    std::ranges::sort(expected);
    EXPECT_EQ(met, expected);
  }
}

TEST_P(StoreContract, messages_are_paged_by_position_in_both_directions) {
  using Positions = std::vector<std::int64_t>;
  const auto id = make(ada);
  for (const char* said : {"a", "b", "c"}) converse(ada, id, said);
  const auto list = [&](MessagePageRequest page) {
    return good(wait(store().message_page({}, ada, id, page)));
  };
  auto page = list({.first = 4});
  EXPECT_EQ(positions(page), (Positions{1, 2, 3, 4}));
  EXPECT_TRUE(page.has_next);
  EXPECT_FALSE(page.has_previous);
  converse(ada, id, "d");
  page = list({.first = 4, .after = 4});
  EXPECT_EQ(positions(page), (Positions{5, 6, 7, 8}));
  EXPECT_FALSE(page.has_next);
  EXPECT_TRUE(page.has_previous);
  EXPECT_EQ(positions(list({.last = 3})), (Positions{6, 7, 8}));
  page = list({.last = 3, .before = 6});
  EXPECT_EQ(positions(page), (Positions{3, 4, 5}));
  EXPECT_TRUE(page.has_next);
  EXPECT_TRUE(page.has_previous);
  page = list({.first = 9, .after = 2, .before = 5});
  EXPECT_EQ(positions(page), (Positions{3, 4}));
  EXPECT_TRUE(page.has_next);
  page = list({.first = 3, .after = 8});
  EXPECT_TRUE(page.items.empty());
  EXPECT_FALSE(page.has_next);
  EXPECT_TRUE(page.has_previous);
}

TEST_P(StoreContract, the_same_page_of_many_conversations_is_read_at_once) {
  const auto one = make(ada);
  const auto two = make(ada);
  const auto foreign = make(bob);
  converse(ada, one, "a");
  const auto pages = good(wait(store().message_pages({}, ada, {two, one, foreign}, {.last = 1})));
  ASSERT_EQ(pages.size(), 3U);
  ASSERT_TRUE(pages[0] && pages[1]);
  EXPECT_TRUE(pages[0]->items.empty());
  EXPECT_EQ(pages[1]->items.at(0).content, "re: a");
  EXPECT_TRUE(pages[1]->has_previous);
  EXPECT_FALSE(pages[2]);
}

}  // namespace parley::store::contract
