#include "net/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/gzip.h"
#include "net/token_bucket.h"

namespace incident::net {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Request, FindsCookiesAmongOthers) {
  Request request;
  request.headers = {{"cookie", "a=1; session=abc=def ;b=\"q\""}, {"cookie", "late=2"}};
  EXPECT_EQ(request.cookie("session"), "abc=def");
  EXPECT_EQ(request.cookie("b"), "q");
  EXPECT_EQ(request.cookie("late"), "2");
  EXPECT_EQ(request.cookie("sess"), "");
  EXPECT_EQ(request.cookie("ession"), "");
}

TEST(Request, ReadsAForm) {
  Request request;
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=UTF-8"}};
  request.body = "query=rate%28x%5B5m%5D%29+%2B+1&match%5B%5D=a&match%5B%5D=b";
  const auto form = request.form();
  ASSERT_TRUE(form);
  EXPECT_THAT(*form,
              ElementsAre(Pair("query", "rate(x[5m]) + 1"), Pair("match[]", "a"), Pair("match[]", "b")));
  request.headers = {{"content-type", "application/json"}};
  EXPECT_FALSE(request.form());
}

TEST(Response, ProblemSaysWhatAndWhere) {
  const Response response = problem(invalid("\"x\" is no name\n", "body.name"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body_view(),
            R"({"type":"about:blank","title":"Bad Request","status":400,"detail":"\"x\" is no name\u000a",)"
            R"("code":"invalid_argument","at":"body.name"})");
}

TEST(Response, CookieIsHiddenFromScripts) {
  EXPECT_EQ(cookie("session", "abc", 60, true),
            "session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
  EXPECT_EQ(cookie("session", "", 0, false), "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

TEST(JsonQuote, ReplacesWhatIsNotUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(json_quote("a\xC3\xA9\xF0\x9F\x98\x80"), "\"a\xC3\xA9\xF0\x9F\x98\x80\"");
  EXPECT_EQ(json_quote("\xC0\xAF\xED\xA0\x80"), "\"" + bad + bad + bad + bad + bad + "\"");
}

TEST(AcceptsGzip, FollowsWeights) {
  for (const char* yes : {"gzip, deflate, br", "br;q=1.0, GZIP;q=0.5", "*"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const char* no : {"gzip;q=0, *", "gzip; q=0.000", "br", ""}) EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(TokenBucket, RefillsUpToItsDepth) {
  TokenBucket bucket(2, 3);
  const TokenBucket::Clock::time_point start{std::chrono::hours(1)};
  const auto half = start + std::chrono::milliseconds(500);
  EXPECT_TRUE(bucket.take(start) && bucket.take(start) && bucket.take(start));
  EXPECT_FALSE(bucket.take(start));
  EXPECT_TRUE(bucket.take(half));
  EXPECT_FALSE(bucket.take(half));
  const auto later = start + std::chrono::hours(1);
  EXPECT_TRUE(bucket.full(later));
  EXPECT_TRUE(bucket.take(later) && bucket.take(later) && bucket.take(later));
  EXPECT_FALSE(bucket.take(later));
}

}  // namespace
}  // namespace incident::net
