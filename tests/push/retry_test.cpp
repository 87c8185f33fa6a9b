#include "push/retry.h"

#include <gtest/gtest.h>

namespace incident::push {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToItsLimitWithinItsJitter) {
  Backoff backoff(milliseconds(100), milliseconds(1000));
  for (const int whole : {100, 200, 400, 800, 1000, 1000}) {
    const auto wait = backoff.next(123'456'789U * static_cast<unsigned>(whole), std::nullopt);
    EXPECT_GE(wait.count(), whole / 2);
    EXPECT_LE(wait.count(), whole);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(7, std::nullopt).count(), 100);
}

TEST(Backoff, HonoursWhatTheCollectorAsksForWithinReason) {
  Backoff backoff(milliseconds(100), milliseconds(1000));
  EXPECT_EQ(backoff.next(0, milliseconds(5000)).count(), 5000);
  EXPECT_EQ(backoff.next(0, std::chrono::hours(5)), kRetryAfterMax);
  EXPECT_GE(backoff.next(0, milliseconds(0)).count(), 100);
}

TEST(RetryAfter, IsSecondsOrADate) {
  const auto now = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + std::chrono::hours(8) +
                   std::chrono::minutes(49) + std::chrono::seconds(30);
  EXPECT_EQ(parse_retry_after("120", now), std::chrono::seconds(120));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), std::chrono::seconds(7));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), milliseconds(0));
  for (const char* text :
       {"", "soon", "-1", "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 40 Nov 1994 08:49:37 GMT"})
    EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

TEST(Retry, OnlyWhatTheProtocolNames) {
  for (int status = 200; status < 600; ++status)
    EXPECT_EQ(may_retry(status), status == 429 || status == 502 || status == 503 || status == 504) << status;
}

}  // namespace
}  // namespace incident::push
