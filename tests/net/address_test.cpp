#include "net/address.h"

#include <gtest/gtest.h>

namespace incident::net {
namespace {

boost::asio::ip::address ip(const char* text) {
  return boost::asio::ip::make_address(text);
}

TEST(TrustedProxies, TakesTheRightmostAddressThatIsNoProxy) {
  const auto proxies = TrustedProxies::parse({"10.0.0.0/8", "fd00::/8", "192.0.2.1"});
  ASSERT_TRUE(proxies);
  EXPECT_EQ(proxies->client(ip("10.1.2.3"), "198.51.100.7"), ip("198.51.100.7"));
  // What stands left of the first stranger was written by the stranger.
  EXPECT_EQ(proxies->client(ip("10.1.2.3"), "1.1.1.1, 198.51.100.7, 192.0.2.1"), ip("198.51.100.7"));
  EXPECT_EQ(proxies->client(ip("fd00::1"), "[2001:db8::5]:4711"), ip("2001:db8::5"));
  EXPECT_EQ(proxies->client(ip("198.51.100.9"), "1.1.1.1"), ip("198.51.100.9"));
  EXPECT_EQ(proxies->client(ip("10.1.2.3"), "nonsense"), ip("10.1.2.3"));
  EXPECT_EQ(proxies->client(ip("10.1.2.3"), ""), ip("10.1.2.3"));
}

TEST(TrustedProxies, RefusesWhatIsNoNetwork) {
  for (const char* text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "example.org", "::/129", "10.0.0.0/8x"}) {
    EXPECT_FALSE(TrustedProxies::parse({text})) << text;
  }
}

TEST(OriginAllowed, OwnHostOrListed) {
  EXPECT_TRUE(origin_allowed("http://localhost:8080", "localhost:8080", {}));
  EXPECT_TRUE(origin_allowed("https://Play.example.org", "play.example.org", {}));
  EXPECT_FALSE(origin_allowed("http://localhost:8081", "localhost:8080", {}));
  EXPECT_FALSE(origin_allowed("https://evil.example", "play.example.org", {}));
  EXPECT_FALSE(origin_allowed("null", "play.example.org", {}));
  EXPECT_TRUE(origin_allowed("https://other.example", "play.example.org", {"https://other.example"}));
  EXPECT_FALSE(origin_allowed("http://", "", {}));
}

}  // namespace
}  // namespace incident::net
