#include "net/connection_counts.h"

#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace parley::net {
namespace {

constexpr std::size_t kLimit = 100;

Address address(std::string_view text) {
  return *parse_address(text);
}

TEST(ConnectionCounts, lets_each_client_have_so_many) {
  ConnectionCounts counts(2);
  auto first = counts.take(address("192.0.2.7"));
  const auto second = counts.take(address("::ffff:192.0.2.7"));
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(counts.take(address("192.0.2.7")));
  EXPECT_FALSE(counts.take(address("192.0.2.7")));
  EXPECT_EQ(counts.open(address("192.0.2.7")), 2U);
  EXPECT_TRUE(counts.take(address("192.0.2.8")));
  first.reset();
  const auto third = counts.take(address("192.0.2.7"));
  EXPECT_TRUE(third);
  EXPECT_FALSE(counts.take(address("192.0.2.7")));
}

TEST(ConnectionCounts, takes_a_64_for_one_client) {
  ConnectionCounts counts(1);
  const auto ticket = counts.take(address("2001:db8:1:2::1"));
  EXPECT_FALSE(counts.take(address("2001:db8:1:2:ffff::9")));
  EXPECT_TRUE(counts.take(address("2001:db8:1:3::1")));
}

TEST(ConnectionCounts, keeps_nothing_of_clients_that_have_left) {
  ConnectionCounts counts(3);
  {
    std::vector<ConnectionCounts::Ticket> tickets;
    for (int i = 0; i < 200; ++i) {
      const std::array<std::uint8_t, 4> bytes{10, 0, 0, static_cast<std::uint8_t>(i % 100)};
      auto ticket = counts.take(Address::v4(bytes));
      ASSERT_TRUE(ticket);
      tickets.push_back(std::move(*ticket));
    }
    EXPECT_EQ(counts.clients(), 100U);
    tickets.front() = std::move(tickets.back());
    tickets.pop_back();
  }
  EXPECT_EQ(counts.clients(), 0U);
}

TEST(ConnectionCounts, lets_the_exempt_have_any_number) {
  ConnectionCounts counts(1, NetworkSet({Network(address("10.0.0.0"), 8)}));
  const auto first = counts.take(address("10.0.0.1"));
  const auto second = counts.take(address("10.0.0.1"));
  EXPECT_TRUE(first && second);
  // A tunnel's claim of an exempt address is not that address.
  const auto through_tunnel = counts.take(address("2002:a00:1::1"));
  EXPECT_FALSE(through_tunnel);
}

TEST(ConnectionCounts, a_changed_limit_is_true_at_once) {
  ConnectionCounts counts;
  std::vector<ConnectionCounts::Ticket> tickets;
  for (int i = 0; i < 5; ++i) tickets.push_back(*counts.take(address("192.0.2.7")));
  counts.set(4, {});
  EXPECT_FALSE(counts.take(address("192.0.2.7")));
  tickets.pop_back();
  tickets.pop_back();
  EXPECT_TRUE(counts.take(address("192.0.2.7")));
  counts.set(1, NetworkSet({Network(address("192.0.2.7"))}));
  EXPECT_TRUE(counts.take(address("192.0.2.7")));
  counts.set(1, {});
  EXPECT_FALSE(counts.take(address("192.0.2.7")));
  counts.set(0, {});
  EXPECT_TRUE(counts.take(address("192.0.2.7")));
}

// Each thread holds what it got until all have tried, so that exactly the limit is there at the end; then
// they come and go, and nothing may be left over.
TEST(ConnectionCounts, never_lets_one_too_many_in_from_many_threads) {
  ConnectionCounts counts(kLimit);
  std::array<std::vector<ConnectionCounts::Ticket>, 8> held;
  std::vector<std::thread> threads;
  for (auto& mine : held) {
    threads.emplace_back([&counts, &mine] {
      for (std::size_t i = 0; i < kLimit; ++i) {
        if (auto ticket = counts.take(address("192.0.2.7"))) mine.push_back(std::move(*ticket));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t got = 0;
  for (const auto& mine : held) got += mine.size();
  EXPECT_EQ(got, kLimit);
  EXPECT_EQ(counts.open(address("192.0.2.7")), kLimit);

  threads.clear();
  for (auto& mine : held) {
    threads.emplace_back([&counts, &mine] {
      mine.clear();
      for (int i = 0; i < 5000; ++i) {
        const std::array<std::uint8_t, 4> bytes{192, 0, 2, static_cast<std::uint8_t>(i % 10)};
        const auto ticket = counts.take(Address::v4(bytes));
        EXPECT_LE(counts.open(Address::v4(bytes)), kLimit);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counts.clients(), 0U);
}

}  // namespace
}  // namespace parley::net
