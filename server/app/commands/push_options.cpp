#include "app/commands/push_options.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "promql/number.h"

namespace incident::app {
namespace {

Result<Duration> parse_time(const std::string& text, const std::string& option) {
  const auto ms = promql::parse_duration_ms(text);
  if (!ms || *ms <= 0) return invalid("must be a length of time such as 15s or 10m", option);
  return milliseconds(*ms);
}

}  // namespace

void add_push_options(CLI::App& command, PushOptions& options, const std::string& to, bool required) {
  command
      .add_option(to, options.collector.url,
                  "the collector's address; /v1/metrics, /v1/logs and /v1/traces are put behind it")
      ->required(required);
  command.add_option("--header", options.headers, "NAME=VALUE sent with each request; may be repeated")
      ->allow_extra_args(false);
  command
      .add_option("--headers-file", options.headers_file,
                  "file with a NAME=VALUE on each line, for keys; OTLP_HEADERS works too")
      ->check(CLI::ExistingFile);
  command.add_option("--metrics-to", options.collector.metrics_url, "whole address for metrics alone");
  command.add_option("--logs-to", options.collector.logs_url, "whole address for logs alone");
  command.add_option("--traces-to", options.collector.traces_url, "whole address for traces alone");
  command
      .add_option("--signal", options.collector.signals,
                  "send only this: metrics, logs or traces; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"metrics", "logs", "traces"}));
  command.add_option("--interval", options.interval, "between two points of one series")
      ->capture_default_str();
  command.add_option("--history", options.history, "how much from before the page; without it all there is");
  command.add_option("--give-up", options.give_up, "stop when the collector takes nothing for so long")
      ->capture_default_str();
  command.add_flag("--no-gzip", options.no_gzip, "send bodies as they are");
}

Result<void> add_secret_headers(const std::string& file, net::NameValues& headers) {
  if (!file.empty()) {
    auto read = push::read_headers_file(file);
    if (!read) return read.error();
    std::move(read->begin(), read->end(), std::back_inserter(headers));
  }
  const char* list = std::getenv("OTLP_HEADERS");
  auto listed = push::parse_headers_list(list == nullptr ? "" : list);
  if (!listed) return invalid(listed.error().message, "OTLP_HEADERS");
  std::move(listed->begin(), listed->end(), std::back_inserter(headers));
  return {};
}

Result<std::unique_ptr<CommandLinePush>> CommandLinePush::make(const PushOptions& options) {
  push::CollectorText text = options.collector;
  text.compress = !options.no_gzip;
  for (const auto& header : options.headers) {
    auto parsed = push::parse_header(header);
    if (!parsed) return invalid(parsed.error().message, "--header");
    text.headers.push_back(std::move(*parsed));
  }
  if (auto added = add_secret_headers(options.headers_file, text.headers); !added) return added.error();
  auto collector = push::parse_collector(text);
  if (!collector) return collector.error();
  const auto interval = parse_time(options.interval, "--interval");
  if (!interval) return interval.error();
  const auto give_up = parse_time(options.give_up, "--give-up");
  if (!give_up) return give_up.error();
  std::optional<Duration> history;
  if (!options.history.empty()) {
    const auto parsed = parse_time(options.history, "--history");
    if (!parsed) return parsed.error();
    history = *parsed;
  }
  push::ExporterOptions exporter;
  exporter.collector = std::move(*collector);
  exporter.give_up_after = std::chrono::milliseconds(give_up->milliseconds());
  return std::unique_ptr<CommandLinePush>(new CommandLinePush(std::move(exporter), *interval, history));
}

CommandLinePush::CommandLinePush(push::ExporterOptions options, Duration interval,
                                 std::optional<Duration> history)
    : interval_(interval),
      history_(history),
      work_(context_.get_executor()),
      exporter_({context_.get_executor()}, context_.get_executor(), std::move(options)),
      thread_([this] { context_.run(); }) {}

CommandLinePush::~CommandLinePush() {
  exporter_.stop();
  work_.reset();
  thread_.join();
}

std::shared_ptr<push::Feed> CommandLinePush::open(const std::string& name, otlp::Identity identity,
                                                  SimTime page) {
  otlp::StreamOptions stream;
  stream.identity = std::move(identity);
  stream.metric_interval = interval_;
  if (history_) stream.from = std::max(SimTime{}, page - *history_);
  return exporter_.open(name, std::move(stream), [this](const push::Tally&) {
    const std::lock_guard lock(mutex_);
    ++done_;
    changed_.notify_all();
  });
}

push::Tally CommandLinePush::finish(push::Feed& feed, std::shared_ptr<const telemetry::Telemetry> picture) {
  feed.offer(std::move(picture), true);
  std::unique_lock lock(mutex_);
  ++waited_;
  changed_.wait(lock, [this] { return done_ >= waited_; });
  lock.unlock();
  return feed.tally();
}

}  // namespace incident::app
