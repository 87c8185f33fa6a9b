#include "push/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "push/answer.h"

namespace incident::push {
namespace {

using otlp::Signal;

std::string url_of(const Collector& collector, Signal signal) {
  const auto& url = collector.urls[static_cast<std::size_t>(signal)];
  return url ? url->text() : "none";
}

TEST(Collector, ABaseAddressGetsThePathsOfTheProtocol) {
  const auto plain = parse_collector({.url = "http://localhost:4318"}).value();
  EXPECT_EQ(url_of(plain, Signal::kMetrics), "http://localhost:4318/v1/metrics");
  EXPECT_EQ(url_of(plain, Signal::kTraces), "http://localhost:4318/v1/traces");
  const auto below = parse_collector({.url = "https://gateway.example/otlp/"}).value();
  EXPECT_EQ(url_of(below, Signal::kLogs), "https://gateway.example/otlp/v1/logs");
}

TEST(Collector, ASignalMayHaveAnAddressOfItsOwnOrNone) {
  const auto own = parse_collector({.url = "http://a", .metrics_url = "http://b/v2/datapoint/otlp"}).value();
  EXPECT_EQ(url_of(own, Signal::kMetrics), "http://b/v2/datapoint/otlp");
  EXPECT_EQ(url_of(own, Signal::kLogs), "http://a/v1/logs");
  const auto some = parse_collector({.url = "http://a", .signals = {"logs"}}).value();
  EXPECT_EQ(url_of(some, Signal::kMetrics), "none");
  EXPECT_EQ(url_of(some, Signal::kLogs), "http://a/v1/logs");
  EXPECT_FALSE(parse_collector({}));
  EXPECT_FALSE(parse_collector({.url = "http://a", .signals = {"profiles"}}));
}

TEST(Collector, AnAddressThatIsNoneSaysWhy) {
  EXPECT_THAT(parse_collector({.url = "localhost:4318"}).error().message, testing::HasSubstr("http://"));
  EXPECT_THAT(parse_collector({.url = "http://me:secret@host"}).error().message,
              testing::HasSubstr("header"));
  EXPECT_FALSE(parse_collector({.url = "http://host:99999"}));
  EXPECT_FALSE(parse_collector({.url = "http://"}));
  EXPECT_FALSE(parse_collector({.url = "http://ho st"}));
  EXPECT_TRUE(parse_collector({.url = "http://[::1]:4318"}));
}

TEST(Collector, HeadersComeFromLinesAndFromTheEnvironment) {
  const std::string path = testing::TempDir() + "headers_test.txt";
  std::ofstream(path) << "# the key\nDD-API-KEY=abc=def\n\nAuthorization: Basic MTI6eA==\r\n";
  const auto lines = read_headers_file(path).value();
  EXPECT_EQ(lines, (net::NameValues{{"DD-API-KEY", "abc=def"}, {"Authorization", "Basic MTI6eA=="}}));
  const auto list = parse_headers_list("Authorization=Basic%20MTI6eA==, X-SF-Token=t").value();
  EXPECT_EQ(list, (net::NameValues{{"Authorization", "Basic MTI6eA=="}, {"X-SF-Token", "t"}}));
}

TEST(Collector, AHeaderThatWouldBreakTheRequestIsRefusedWithoutItsValue) {
  for (const char* text : {"no value", "=x", "a b=c", "Content-Length=3", "host: x", "a=secret\x01"}) {
    const auto header = parse_header(text);
    ASSERT_FALSE(header) << text;
    EXPECT_THAT(header.error().message + header.error().at, testing::Not(testing::HasSubstr("secret")));
  }
  EXPECT_FALSE(parse_headers_list("a=b%0D%0AEvil: yes"));
}

TEST(Answer, SaysWhatBecameOfTheRequest) {
  const Collector collector = parse_collector({.url = "http://a", .headers = {{"K", "topsecret"}}}).value();
  using Kind = Verdict::Kind;
  EXPECT_EQ(judge({200, {}, "{}"}, collector).kind, Kind::kTaken);
  EXPECT_EQ(judge({202, {}, ""}, collector).kind, Kind::kTaken);
  const Verdict partial =
      judge({200, {}, R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}})"}, collector);
  EXPECT_EQ(partial.rejected, 3U);
  EXPECT_EQ(partial.why, "too old");
  for (const int status : {429, 502, 503, 504})
    EXPECT_EQ(judge({status, {}, ""}, collector).kind, Kind::kTryAgain);
  for (const int status : {301, 400, 401, 404, 413, 500})
    EXPECT_EQ(judge({status, {}, ""}, collector).kind, Kind::kRefused);
  EXPECT_EQ(judge({401, {}, "unknown key topsecret"}, collector).why, "status 401: unknown key (hidden)");
  EXPECT_EQ(judge({400, {}, R"({"code":3,"message":"bad"})"}, collector).why, "status 400: bad");
}

}  // namespace
}  // namespace incident::push
