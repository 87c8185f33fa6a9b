// Pushes what arenas emit to a collector while they run, or once they have ended. An arena is a Feed: whoever
// runs it offers a picture of its telemetry now and then, which costs a pointer; encoding, compressing and
// sending happen elsewhere. A feed holds one picture (a newer one takes its place) and one cut of requests,
// so a slow collector makes nothing grow here: what was not sent yet stays in the arena's own stores, and the
// stream goes on from there. What cannot be sent is counted and told, see Tally.
//
// Feeds are spread over lanes; a lane is one connection. All functions may be called from any thread.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "otlp/stream.h"
#include "push/collector.h"
#include "push/limits.h"
#include "push/tally.h"

namespace incident::push {

struct ExporterOptions {
  Collector collector;
  net::HttpClientLimits http;
  std::chrono::milliseconds first_wait = kFirstWait, longest_wait = kLongestWait;
  std::chrono::milliseconds give_up_after = kGiveUpAfter;
};

class Lane;

class Feed {
 public:
  using Done = std::function<void(const Tally&)>;

  // `name` is for the log. `done` is called once, on the lane: all of an arena that has ended was sent or
  // given up, or the exporter stopped.
  Feed(std::shared_ptr<Lane> lane, std::string name, otlp::StreamOptions stream, Done done);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // Of the same arena, never older than the last. `last`: the arena has ended, and this is all.
  void offer(std::shared_ptr<const telemetry::Telemetry> picture, bool last);
  Tally tally() const;
  // Why the last try failed, in words; empty once one succeeded.
  std::string trouble() const;

 private:
  friend class Lane;
  struct State;
  std::shared_ptr<State> state_;
  std::shared_ptr<Lane> lane_;
};

class Exporter {
 public:
  // One lane for each of `lanes` (an I/O thread's executor, or a strand). Cuts run on `cutters`. Both must
  // run until stop() was called, and keep running until what is under way has ended.
  Exporter(std::vector<boost::asio::any_io_executor> lanes, boost::asio::any_io_executor cutters,
           ExporterOptions options);
  ~Exporter();  // stop()
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  std::shared_ptr<Feed> open(std::string name, otlp::StreamOptions stream, Feed::Done done = {});
  // Of all feeds since the start, those that are done too.
  Tally total() const;
  // Ends what is under way and waits for it, a moment at most; feeds that were not done count what they know
  // of as given up. Not on the threads of lanes or cutters; nothing is opened after it.
  void stop();

 private:
  std::array<bool, otlp::kSignals> signals_;
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace incident::push
