#include "push/lane.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/log.h"
#include "net/await.h"
#include "net/gzip.h"

namespace incident::push {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr std::chrono::hours kUntilWoken{24};

Tally of(otlp::Signal signal, const Tally::Items& items) {
  Tally tally;
  tally.items[static_cast<std::size_t>(signal)] = items;
  return tally;
}

}  // namespace

Lane::Lane(asio::any_io_executor executor, asio::any_io_executor cutters, const ExporterOptions& options)
    : executor_(std::move(executor)),
      cutters_(std::move(cutters)),
      options_(options),
      client_(executor_, options.http),
      timer_(executor_),
      backoff_(options.first_wait, options.longest_wait),
      last_success_(steady_clock::now()),
      draws_(std::random_device()()) {}

void Lane::start() {
  asio::co_spawn(
      executor_, [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void Lane::stop() {
  client_.cancel();
  asio::post(executor_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->timer_.cancel();
  });
}

void Lane::offer(const Shared& feed, std::shared_ptr<const telemetry::Telemetry> picture, bool last) {
  asio::post(executor_, [self = shared_from_this(), feed, picture = std::move(picture), last]() mutable {
    if (feed->finished || feed->last) return;
    feed->picture = std::move(picture);
    feed->last = last;
    if (last) feed->ended = steady_clock::now();
    if (self->stopped_) return self->finish(feed);
    if (std::find(self->feeds_.begin(), self->feeds_.end(), feed) == self->feeds_.end())
      self->feeds_.push_back(feed);
    if (self->sleeping_) self->timer_.cancel();
  });
}

net::awaitable<void> Lane::run() {
  const auto self = shared_from_this();
  while (!stopped_) {
    if (feeds_.empty()) {
      sleeping_ = true;
      co_await pause(kUntilWoken);
      sleeping_ = false;
      continue;
    }
    // One cut of each in turn, so that a long history does not keep the others waiting.
    const Shared feed = feeds_.front();
    feeds_.splice(feeds_.end(), feeds_, feeds_.begin());
    co_await serve(feed);
  }
  for (const Shared& feed : feeds_) finish(feed);
  feeds_.clear();
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool Lane::ended_within(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return ended_; });
}

net::awaitable<void> Lane::pause(std::chrono::milliseconds time) {
  boost::system::error_code ignored;
  timer_.expires_after(time);
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// On a cutter: all that takes long.
Lane::Requests Lane::cut(Feed::State& feed, const telemetry::Telemetry& picture, bool last) const {
  Requests requests;
  for (otlp::Batch& batch : feed.stream.cut(picture, last)) {
    net::HttpCall call;
    call.url = *options_.collector.urls[static_cast<std::size_t>(batch.signal)];
    call.headers = options_.collector.headers;
    call.headers.emplace_back("Content-Type", "application/json");
    if (options_.collector.compress) {
      call.headers.emplace_back("Content-Encoding", "gzip");
      call.body = net::gzip(batch.body, net::kGzipFast);
    } else {
      call.body = std::move(batch.body);
    }
    requests.push_back({batch.signal, batch.items, std::move(call)});
  }
  return requests;
}

net::awaitable<void> Lane::serve(const Shared& feed) {
  const auto picture = feed->picture;
  const bool last = feed->last;
  auto work = [self = shared_from_this(), feed, picture, last] { return self->cut(*feed, *picture, last); };
  Requests requests = co_await net::run_on(cutters_, std::move(work));
  if (requests.empty()) {
    if (feed->picture != picture || feed->last != last) co_return;  // there is a newer one
    feeds_.remove(feed);
    feed->picture.reset();
    if (last) finish(feed);
    co_return;
  }
  count_missed(*feed);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (co_await deliver(feed, requests[i])) continue;
    for (std::size_t rest = i; rest < requests.size(); ++rest)
      count(*feed, of(requests[rest].signal, {.given_up = requests[rest].items}));
    co_await drain(feed);
    co_return;
  }
}

// True: its fate is decided, go on. False: it was given up, and so is all that the arena still has.
net::awaitable<bool> Lane::deliver(const Shared& feed, const Request& request) {
  while (!stopped_) {
    const auto answer = co_await client_.send(request.call);
    if (stopped_ && !answer) break;
    std::optional<std::chrono::milliseconds> asked;
    std::string why;
    if (answer) {
      const Verdict verdict = judge(*answer, options_.collector);
      if (verdict.kind != Verdict::Kind::kTryAgain) {
        backoff_.reset();
        last_success_ = steady_clock::now();
        if (tell(*feed, verdict.why))
          log::warn(
              "push", "collector left something out",
              {{"feed", feed->name}, {"signal", otlp::to_string(request.signal)}, {"why", verdict.why}});
        const bool taken = verdict.kind == Verdict::Kind::kTaken;
        const std::uint64_t rejected = std::min<std::uint64_t>(verdict.rejected, request.items);
        Tally more =
            of(request.signal, taken ? Tally::Items{.sent = request.items - rejected, .rejected = rejected}
                                     : Tally::Items{.refused = request.items});
        more.requests = 1;
        count(*feed, more);
        co_return true;
      }
      asked = parse_retry_after(answer->header("retry-after"), std::chrono::system_clock::now());
      why = verdict.why;
    } else {
      why = answer.error().message;
    }
    if (tell(*feed, why))
      log::warn("push", "collector does not take it, trying again",
                {{"feed", feed->name}, {"signal", otlp::to_string(request.signal)}, {"why", why}});
    if (stopped_ || out_of_patience(*feed)) co_return false;
    const auto wait = backoff_.next(static_cast<std::uint32_t>(draws_()), asked);
    co_await pause(wait);
    Tally again;
    again.retries = 1;
    count(*feed, again);
  }
  co_return false;
}

bool Lane::out_of_patience(const Feed::State& feed) const {
  return feed.last && steady_clock::now() - std::max(feed.ended, last_success_) >= options_.give_up_after;
}

// Counts what an arena still has, so that the loss is known to the last line.
net::awaitable<void> Lane::drain(const Shared& feed) {
  while (!stopped_ && feed->picture) {
    auto work = [feed, picture = feed->picture, last = feed->last] {
      return feed->stream.cut(*picture, last);
    };
    const std::vector<otlp::Batch> batches = co_await net::run_on(cutters_, std::move(work));
    for (const otlp::Batch& batch : batches) count(*feed, of(batch.signal, {.given_up = batch.items}));
    if (batches.empty()) feed->picture.reset();
  }
  feeds_.remove(feed);
  finish(feed);
}

void Lane::count(Feed::State& feed, const Tally& more) {
  {
    const std::lock_guard lock(feed.mutex);
    feed.tally.add(more);
  }
  const std::lock_guard lock(mutex_);
  total_.add(more);
}

// What the stream has found gone since the last look.
void Lane::count_missed(Feed::State& feed) {
  const auto missed = feed.stream.missed();
  Tally more;
  for (std::size_t i = 0; i < missed.size(); ++i)
    more.items[i].missed = missed[i] - feed.tally.items[i].missed;
  count(feed, more);
}

Tally Lane::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

// Whether that is news, and no good news.
bool Lane::tell(Feed::State& feed, const std::string& trouble) {
  const std::lock_guard lock(feed.mutex);
  return std::exchange(feed.trouble, trouble) != trouble && !trouble.empty();
}

void Lane::finish(const Shared& feed) {
  if (feed->finished) return;
  feed->finished = true;
  feed->picture.reset();
  Tally tally;
  {
    const std::lock_guard lock(feed->mutex);
    tally = feed->tally;
  }
  if (tally.lost() > 0 || stopped_) {
    log::warn("push", "not all was sent", {{"feed", feed->name}, {"what", tally.text()}});
  } else {
    log::info("push", "all sent", {{"feed", feed->name}, {"what", tally.text()}});
  }
  if (feed->done) std::exchange(feed->done, nullptr)(tally);
}

}  // namespace incident::push
