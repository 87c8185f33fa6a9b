#include "net/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace incident::net {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(ParseTarget, DecodesPathAndQuery) {
  const auto target = parse_target("/api/v1/a%20b%C3%A9?q=a%2Bb+c&flag&empty=&match%5B%5D=1", 10);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/api/v1/a b\xC3\xA9");
  EXPECT_THAT(target->query,
              ElementsAre(Pair("q", "a+b c"), Pair("flag", ""), Pair("empty", ""), Pair("match[]", "1")));
}

TEST(ParseTarget, TakesAbsoluteFormAndAsterisk) {
  EXPECT_EQ(parse_target("http://example.org/a/b?c=1", 10)->path, "/a/b");
  EXPECT_FALSE(parse_target("http://example.org", 10));
  EXPECT_EQ(parse_target("*", 10)->path, "*");
}

TEST(ParseTarget, KeepsATrailingSlash) {
  EXPECT_EQ(parse_target("/", 10)->path, "/");
  EXPECT_EQ(parse_target("/a/", 10)->path, "/a/");
}

TEST(ParseTarget, RefusesEveryWayUp) {
  for (const char* target :
       {"/../etc/passwd", "/a/../../b", "/%2e%2e/b", "/a/%2E%2e",      "/a/.",     "/..",  "/a/..%2fb",
        "/a%2fb",         "/..%5cb",    "/a\\b",     "//host/a",       "/a//b",    "/%00", "/a%",
        "/a%2",           "/a%zz",      "/%ff%fe",   "/%c0%ae%c0%ae/", "relative", ""}) {
    EXPECT_FALSE(parse_target(target, 10)) << target;
  }
}

TEST(ParseTarget, LimitsParameters) {
  EXPECT_TRUE(parse_target("/?a&b&c", 3));
  const auto more = parse_target("/?a&b&c&d", 3);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace incident::net
