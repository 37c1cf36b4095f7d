#include "net/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::net {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  if (!parsed) ADD_FAILURE() << text << " is no address";
  return parsed.value_or(Address());
}

Network network(std::string_view text) {
  const auto parsed = Network::parse(text);
  if (!parsed) ADD_FAILURE() << parsed.error().message;
  return parsed.value_or(Network(Address()));
}

std::string written(std::string_view text) {
  return address(text).str();
}

std::string key(std::string_view text) {
  return client_key(address(text));
}

TEST(Address, is_read_and_written_in_one_form) {
  EXPECT_EQ(written("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(written("0.0.0.0"), "0.0.0.0");
  EXPECT_EQ(written("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(written("::"), "::");
  EXPECT_EQ(written("::1"), "::1");
  EXPECT_EQ(written("2001:DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(written("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
  EXPECT_EQ(written("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"),
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(Address().str(), "::");
}

TEST(Address, that_maps_ipv4_is_the_ipv4_address) {
  EXPECT_EQ(address("::ffff:192.0.2.7"), address("192.0.2.7"));
  EXPECT_EQ(address("::FFFF:c000:207"), address("192.0.2.7"));
  EXPECT_EQ(address("0:0:0:0:0:ffff:192.0.2.7").str(), "192.0.2.7");
  EXPECT_TRUE(address("::ffff:0.0.0.0").is_v4());
  // Compatible is not mapped (RFC 4291, 2.5.5.1).
  EXPECT_FALSE(address("::192.0.2.7").is_v4());
  EXPECT_NE(address("0.0.0.0"), address("::"));
}

TEST(Address, is_nothing_but_an_address) {
  for (const std::string& text : {""s,
                                  " "s,
                                  "1"s,
                                  "127.1"s,
                                  "192.0.2"s,
                                  "192.0.2.7.1"s,
                                  "192.0.2.256"s,
                                  "192.0.2.07"s,
                                  "0300.0.2.7"s,
                                  "0xc0.0.2.7"s,
                                  "0xc0000207"s,
                                  "3221225991"s,
                                  "192.0.2.-7"s,
                                  "192.0.2.+7"s,
                                  "192.0.2.7 "s,
                                  " 192.0.2.7"s,
                                  "192.0.2.7:80"s,
                                  "192.0.2.7/32"s,
                                  "192.0.2.7\n"s,
                                  "192.0.2.7\0"s,
                                  "192.0.2.7\0.1"s,
                                  "192.0.2.\xD9\xA7"s,
                                  "1.2.3.4,5.6.7.8"s,
                                  ":"s,
                                  ":::"s,
                                  "::1::"s,
                                  "1:2:3:4:5:6:7"s,
                                  "1:2:3:4:5:6:7:8:9"s,
                                  "1:2:3:4:5:6:7:8::"s,
                                  "12345::"s,
                                  "::g"s,
                                  "[::1]"s,
                                  "[::1]:80"s,
                                  "fe80::1%eth0"s,
                                  "fe80::1%1"s,
                                  "::1%"s,
                                  "::1 "s,
                                  "::ffff:192.0.2"s,
                                  "::ffff:192.0.2.07"s,
                                  "::1.2.3.4.5"s,
                                  "localhost"s,
                                  "unknown"s,
                                  std::string(46, '1'),
                                  std::string(100'000, ':')}) {
    EXPECT_FALSE(parse_address(text)) << text.substr(0, 60);
  }
}

TEST(Network, holds_the_addresses_that_begin_as_it_does) {
  const Network ten = network("10.0.0.0/8");
  EXPECT_TRUE(ten.contains(address("10.0.0.0")));
  EXPECT_TRUE(ten.contains(address("10.255.255.255")));
  EXPECT_TRUE(ten.contains(address("::ffff:10.1.2.3")));
  EXPECT_FALSE(ten.contains(address("11.0.0.0")));
  EXPECT_FALSE(ten.contains(address("9.255.255.255")));
  EXPECT_FALSE(ten.contains(address("a00::")));
  const Network odd = network("192.0.2.160/27");
  EXPECT_TRUE(odd.contains(address("192.0.2.191")));
  EXPECT_FALSE(odd.contains(address("192.0.2.192")));
  EXPECT_FALSE(odd.contains(address("192.0.2.159")));
  const Network six = network("2001:db8:8000::/33");
  EXPECT_TRUE(six.contains(address("2001:db8:ffff::1")));
  EXPECT_FALSE(six.contains(address("2001:db8:7fff::1")));
  EXPECT_TRUE(network("::1").contains(address("::1")));
  EXPECT_FALSE(network("::1").contains(address("::")));
}

TEST(Network, of_all_holds_one_family) {
  EXPECT_TRUE(network("0.0.0.0/0").contains(address("203.0.113.9")));
  EXPECT_FALSE(network("0.0.0.0/0").contains(address("::1")));
  EXPECT_TRUE(network("::/0").contains(address("2001:db8::1")));
  EXPECT_FALSE(network("::/0").contains(address("203.0.113.9")));
}

TEST(Network, that_maps_ipv4_is_the_ipv4_network) {
  EXPECT_EQ(network("::ffff:10.0.0.0/104"), network("10.0.0.0/8"));
  EXPECT_EQ(network("::ffff:0.0.0.0/96").str(), "0.0.0.0/0");
  EXPECT_EQ(network("::ffff:10.0.0.1"), network("10.0.0.1/32"));
}

TEST(Network, is_written_as_it_is_read) {
  for (const char* text : {"10.0.0.0/8", "192.0.2.7", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0"}) {
    EXPECT_EQ(network(text).str(), text);
  }
  EXPECT_EQ(network("192.0.2.7/32").str(), "192.0.2.7");
}

TEST(Network, says_what_is_wrong_with_it) {
  const auto why = [](std::string_view text) {
    const auto parsed = Network::parse(text);
    return parsed ? "nothing" : parsed.error().message;
  };
  EXPECT_EQ(why("10.0.0.1/8"),
            "\"10.0.0.1/8\" is no network: the address has bits beyond the prefix; \"10.0.0.0/8\"?");
  EXPECT_THAT(why("2001:db8::1/64"), HasSubstr("\"2001:db8::/64\"?"));
  EXPECT_THAT(why("::ffff:10.0.0.1/90"), HasSubstr("bits beyond the prefix"));
  for (const char* text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-0", "10.0.0.0/+8", "10.0.0.0/8 ",
        "10.0.0.0/8/8", "10.0.0.0/99999999999", "::/129", "10.0.0.0/255.0.0.0"}) {
    EXPECT_THAT(why(text), HasSubstr("no number of bits")) << text;
  }
  for (const char* text : {"", "/8", "10/8", "10.0.0.0 /8", "fe80::%eth0/10", "example.com"}) {
    EXPECT_THAT(why(text), HasSubstr("does not begin with an IP address")) << text;
  }
}

TEST(NetworkSet, holds_what_one_of_its_networks_holds) {
  const std::vector<std::string> texts{"10.0.0.0/8", "::1"};
  const auto set = NetworkSet::parse(texts);
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->contains(address("10.1.1.1")));
  EXPECT_TRUE(set->contains(address("::1")));
  EXPECT_FALSE(set->contains(address("127.0.0.1")));
  EXPECT_FALSE(NetworkSet().contains(address("::1")));
  const std::vector<std::string> wrong{"10.0.0.0/8", "ten"};
  EXPECT_THAT(NetworkSet::parse(wrong).error().message, HasSubstr("\"ten\""));
}

TEST(Client, is_an_ipv4_address_whole) {
  EXPECT_EQ(key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(key("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_NE(key("192.0.2.7"), key("192.0.2.8"));
}

TEST(Client, is_an_ipv6_address_by_its_64_first_bits) {
  EXPECT_EQ(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(key("2001:db8:1:2::"), key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(key("2001:db8:1:2::"), key("2001:db8:1:3::"));
  EXPECT_EQ(key("::1"), "::/64");
}

TEST(Client, is_the_ipv4_address_that_its_ipv6_packets_go_through) {
  EXPECT_EQ(key("64:ff9b::192.0.2.33"), "192.0.2.33");
  EXPECT_EQ(key("2002:c000:221:1234::5"), "192.0.2.33");
  // RFC 4380's own example: the client is behind 192.0.2.45.
  EXPECT_EQ(key("2001:0:4136:e378:8000:63bf:3fff:fdd2"), "192.0.2.45");
  // A translator's own prefix, and what only resembles the others.
  EXPECT_EQ(key("64:ff9b:1::192.0.2.33"), "64:ff9b:1::/64");
  EXPECT_EQ(key("64:ff9b:0:0:1::192.0.2.33"), "64:ff9b::/64");
  EXPECT_EQ(key("2003:c000:221::1"), "2003:c000:221::/64");
  EXPECT_EQ(key("2001:1::1"), "2001:1::/64");
}

TEST(Client, that_comes_through_a_tunnel_is_not_trusted_for_the_address_within) {
  EXPECT_FALSE(network("10.0.0.0/8").contains(address("2002:a00:1::1")));
  EXPECT_FALSE(network("10.0.0.0/8").contains(address("64:ff9b::10.0.0.1")));
}

}  // namespace
}  // namespace parley::net
