// One connection to the collector and the feeds that share it. Everything here happens on the lane's executor
// but the counting, which has a lock.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <random>

#include "push/answer.h"
#include "push/exporter.h"
#include "push/retry.h"

namespace incident::push {

struct Feed::State {
  State(std::string name, otlp::StreamOptions options, Done done)
      : name(std::move(name)), stream(std::move(options)), done(std::move(done)) {}

  std::string name;
  otlp::Stream stream;  // on the cutters while the lane waits for it, never elsewhere at the same time
  Done done;
  std::shared_ptr<const telemetry::Telemetry> picture;  // null: nothing new
  bool last = false, finished = false;
  std::chrono::steady_clock::time_point ended;

  std::mutex mutex;
  Tally tally;
  std::string trouble;
};

class Lane : public std::enable_shared_from_this<Lane> {
 public:
  using Shared = std::shared_ptr<Feed::State>;

  Lane(boost::asio::any_io_executor executor, boost::asio::any_io_executor cutters,
       const ExporterOptions& options);

  void start();
  void stop();
  // Whether run() has ended within that time.
  bool ended_within(std::chrono::milliseconds time);
  Tally total() const;  // of all its feeds since the start
  void offer(const Shared& feed, std::shared_ptr<const telemetry::Telemetry> picture, bool last);

 private:
  struct Request {
    otlp::Signal signal;
    std::size_t items;
    net::HttpCall call;
  };
  using Requests = std::vector<Request>;

  net::awaitable<void> run();
  net::awaitable<void> serve(const Shared& feed);
  net::awaitable<bool> deliver(const Shared& feed, const Request& request);
  net::awaitable<void> drain(const Shared& feed);
  net::awaitable<void> pause(std::chrono::milliseconds time);
  Requests cut(Feed::State& feed, const telemetry::Telemetry& picture, bool last) const;
  void count(Feed::State& feed, const Tally& more);
  void count_missed(Feed::State& feed);
  bool tell(Feed::State& feed, const std::string& trouble);
  void finish(const Shared& feed);
  bool out_of_patience(const Feed::State& feed) const;

  boost::asio::any_io_executor executor_, cutters_;
  ExporterOptions options_;
  net::HttpClient client_;
  boost::asio::steady_timer timer_;
  Backoff backoff_;
  std::list<Shared> feeds_;  // those with something to send, the next one first
  std::chrono::steady_clock::time_point last_success_;
  std::minstd_rand draws_;
  bool stopped_ = false, sleeping_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  Tally total_;
};

}  // namespace incident::push
