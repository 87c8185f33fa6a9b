// Pushing from the command line: the options that `match push` and `simulate --push` share, and an exporter
// on a thread of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "push/exporter.h"

namespace incident::app {

struct PushOptions {
  push::CollectorText collector;
  std::vector<std::string> headers;
  std::string headers_file, interval = "15s", history, give_up = "2m";
  bool no_gzip = false;
};

// `to` is the option with the collector's address: "--to", or "--push" where pushing is not all a command
// does.
void add_push_options(CLI::App& command, PushOptions& options, const std::string& to, bool required);

// Adds the headers of this file (empty: none) and of OTLP_HEADERS in the environment, where keys may stand.
Result<void> add_secret_headers(const std::string& file, net::NameValues& headers);

class CommandLinePush {
 public:
  // Errors name the option.
  static Result<std::unique_ptr<CommandLinePush>> make(const PushOptions& options);
  ~CommandLinePush();

  // What one arena sends; `page` is where the match's time begins.
  std::shared_ptr<push::Feed> open(const std::string& name, otlp::Identity identity, SimTime page);
  // Blocks until all of this feed is sent or given up.
  push::Tally finish(push::Feed& feed, std::shared_ptr<const telemetry::Telemetry> picture);

 private:
  CommandLinePush(push::ExporterOptions options, Duration interval, std::optional<Duration> history);

  Duration interval_;
  std::optional<Duration> history_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  push::Exporter exporter_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int done_ = 0, waited_ = 0;
  std::thread thread_;
};

}  // namespace incident::app
