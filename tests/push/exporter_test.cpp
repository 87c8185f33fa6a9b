// The exporter against a collector that misbehaves: our own HTTP server with a script of answers.
#include "push/exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/log.h"
#include "models.h"
#include "net/server.h"

namespace incident::push {
namespace {

using namespace sim::testing;

struct Script {
  std::mutex mutex;
  std::deque<net::Response> answers;  // then 200 for ever
  std::vector<net::Request> requests;

  net::Response next(net::Request request) {
    const std::lock_guard lock(mutex);
    requests.push_back(std::move(request));
    if (answers.empty()) return net::json_response(200, std::string("{}"));
    net::Response answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return requests.size();
  }
};

struct Pushed : ::testing::Test {
  Pushed() {
    log::set_level(log::Level::kError);
    server = std::make_unique<net::Server>(
        io, net::ServerOptions{},
        [this](net::Request r) -> net::awaitable<net::Response> { co_return script.next(std::move(r)); });
    server->start().value();
    Builder b;
    const auto cart = b.service("cart", 1);
    b.journey(20, {call(b.edge(b.users, b.operation(cart, "GET /cart", {work(milliseconds(5))})))});
    const auto model = std::make_shared<const sim::Model>(b.model);
    sim::Simulation simulation(model, std::make_shared<const sim::Plan>(), 1);
    telemetry::Telemetry telemetry(model, std::make_shared<const telemetry::TelemetryConfig>(), 1);
    telemetry.run(simulation, SimTime{} + seconds(60));
    early = std::make_shared<const telemetry::Telemetry>(telemetry);
    telemetry.run(simulation, SimTime{} + seconds(120));
    late = std::make_shared<const telemetry::Telemetry>(telemetry);
    log::set_level(log::Level::kError);
  }
  ~Pushed() override {
    if (exporter) exporter->stop();
    server->stop(net::milliseconds(0));
  }
  ExporterOptions options() {
    ExporterOptions out;
    out.collector = parse_collector({.url = "http://127.0.0.1:" + std::to_string(server->port()),
                                     .headers = {{"X-Key", "k"}}})
                        .value();
    out.first_wait = std::chrono::milliseconds(5);
    out.longest_wait = std::chrono::milliseconds(20);
    return out;
  }
  std::shared_ptr<Feed> open(ExporterOptions options) {
    exporter = std::make_unique<Exporter>(std::vector<boost::asio::any_io_executor>{io.at(0)}, io.at(1),
                                          std::move(options));
    otlp::StreamOptions stream;
    stream.identity = {"shop", {{"incident.match.id", "m"}}, 1'700'000'000'000};
    stream.batch = {200, 100'000};
    return exporter->open("m/t", stream, [this](const Tally& tally) {
      const std::lock_guard lock(mutex);
      result = tally;
      changed.notify_all();
    });
  }
  Tally wait() {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [this] { return result.has_value(); }));
    return result.value_or(Tally{});
  }
  // What there is to send, counted without sending.
  std::uint64_t all() {
    otlp::StreamOptions stream;
    stream.batch = {200, 100'000};
    otlp::Stream whole(stream);
    std::uint64_t items = 0;
    for (auto cut = whole.cut(*late, true); !cut.empty(); cut = whole.cut(*late, true))
      for (const auto& batch : cut) items += batch.items;
    return items;
  }
  void answer(int status, net::NameValues headers = {}, std::string body = "{}") {
    net::Response response = net::json_response(status, std::move(body));
    response.headers = std::move(headers);
    const std::lock_guard lock(script.mutex);
    script.answers.push_back(std::move(response));
  }

  net::IoPool io{2};
  Script script;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<Exporter> exporter;
  std::shared_ptr<const telemetry::Telemetry> early, late;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Tally> result;
};

TEST_F(Pushed, EverythingArrivesWhileItRunsAndAtTheEnd) {
  const auto feed = open(options());
  feed->offer(early, false);
  feed->offer(late, true);
  const Tally tally = wait();
  EXPECT_EQ(tally.sent(), all());
  EXPECT_EQ(tally.lost(), 0U);
  EXPECT_EQ(tally.retries, 0U);
  EXPECT_EQ(tally.requests, script.count());
  for (const auto& request : script.requests) {
    EXPECT_EQ(request.header("content-type"), "application/json");
    EXPECT_EQ(request.header("content-encoding"), "gzip");
    EXPECT_EQ(request.header("x-key"), "k");
    EXPECT_THAT(request.path, testing::AnyOf("/v1/metrics", "/v1/logs", "/v1/traces"));
  }
}

TEST_F(Pushed, ABusyCollectorIsAskedAgainUntilItTakesIt) {
  for (const int status : {503, 429, 502, 504}) answer(status);
  const auto feed = open(options());
  feed->offer(late, true);
  const Tally tally = wait();
  EXPECT_EQ(tally.sent(), all());
  EXPECT_EQ(tally.lost(), 0U);
  EXPECT_EQ(tally.retries, 4U);
  EXPECT_EQ(feed->trouble(), "");
}

TEST_F(Pushed, WhatIsRefusedIsCountedAndTheRestGoesOn) {
  answer(400, {}, R"({"code":3,"message":"bad point"})");
  answer(200, {}, R"({"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}})");
  const auto feed = open(options());
  feed->offer(late, true);
  const Tally tally = wait();
  EXPECT_GT(tally.items[0].refused, 0U) << "metrics come first";
  EXPECT_EQ(tally.items[0].rejected + tally.items[1].rejected + tally.items[2].rejected, 1U);
  EXPECT_EQ(tally.sent() + tally.lost(), all());
}

TEST_F(Pushed, ACollectorThatIsNotThereCostsNothingWhileTheMatchRuns) {
  ExporterOptions away = options();
  const std::uint16_t port = server->port();
  server->stop(net::milliseconds(0));
  away.give_up_after = std::chrono::milliseconds(1);
  const auto feed = open(std::move(away));
  feed->offer(early, false);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (feed->tally().retries < 3 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_EQ(feed->tally().lost(), 0U);
  EXPECT_NE(feed->trouble(), "");
  // It comes back, and gets it all.
  net::ServerOptions same;
  same.port = port;
  server = std::make_unique<net::Server>(io, same, [this](net::Request r) -> net::awaitable<net::Response> {
    co_return script.next(std::move(r));
  });
  server->start().value();
  while (feed->tally().sent() == 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  feed->offer(late, true);
  const Tally tally = wait();
  EXPECT_EQ(tally.sent(), all());
  EXPECT_EQ(tally.lost(), 0U);
}

TEST_F(Pushed, AnEndedMatchIsGivenUpInTheEndAndCountedToTheLastItem) {
  ExporterOptions away = options();
  server->stop(net::milliseconds(0));
  away.give_up_after = std::chrono::milliseconds(50);
  const auto feed = open(std::move(away));
  feed->offer(late, true);
  const Tally tally = wait();
  EXPECT_EQ(tally.sent(), 0U);
  EXPECT_EQ(tally.lost(), all());
  EXPECT_THAT(tally.text(), testing::HasSubstr("given up"));
}

TEST_F(Pushed, StoppingEndsAWaitAtOnce) {
  answer(503, {{"Retry-After", "200"}});
  const auto feed = open(options());
  feed->offer(late, true);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (script.count() == 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  exporter->stop();
  EXPECT_GT(wait().lost(), 0U);
}

}  // namespace
}  // namespace incident::push
