#include "api/tail.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/doors/loki_call.h"
#include "api/doors/time_text.h"
#include "api/limits.h"
#include "promql/json.h"

namespace incident::api {
namespace {

struct Asked {
  std::string query;
  SimTime from;           // the first line that is wanted
  std::size_t limit = 0;  // of lines that are there already
  Duration delay{0};      // how far behind now to stay
};

Asked parse(const net::Request& request, const ArenaView& view) {
  const promql::StopCheck never;
  const LokiCall call(view, request, never);
  const auto wrong = [](std::string what) -> LokiFault {
    return {{logql::QueryErrorType::kBadRequest, std::move(what)}};
  };
  Asked asked;
  asked.query = call.text("query");
  const auto query = logql::parse_query(asked.query);
  if (!query) throw wrong(query.error().message);
  if (!query->log) throw wrong("only log queries can be followed; this one counts or adds up");
  asked.limit = std::min(call.count("limit", logql::limits::kEntriesDefault), kTailLinesMax);
  const std::int64_t start = call.range().start_ns;
  const std::int64_t epoch_ns = view.sim_epoch_ms() * kNsInMs;
  const std::int64_t since = std::clamp<std::int64_t>(start, epoch_ns, call.now()) - epoch_ns;
  asked.from = SimTime{since / 1000};
  if (const std::string delay = call.text("delay_for"); !delay.empty()) {
    const auto given = parse_number(delay);
    if (!given || *given < 0) throw wrong("delay_for must be a number of seconds, zero or more");
    if (*given > kTailDelaySecondsMax)
      throw wrong("delay_for can't be greater than " + std::to_string(kTailDelaySecondsMax));
    asked.delay = Duration{static_cast<std::int64_t>(*given * 1e6)};
  }
  return asked;
}

struct Line {
  std::int64_t t_ns = 0;
  const promql::LabelsPtr* labels = nullptr;
  const std::string* text = nullptr;
};

// The frame for these lines, by time: the newest that fit, and word of those that do not.
std::string frame_of(const std::vector<Line>& lines, std::size_t limit, bool tell_dropped) {
  std::size_t first = lines.size(), bytes = 0;
  while (first > 0 && lines.size() - first < limit) {
    bytes += lines[first - 1].text->size();
    if (bytes > kTailFrameBytesMax) break;
    --first;
  }
  std::string out = R"({"streams":[)";
  std::map<const promql::LabelsPtr*, std::string> values;
  for (std::size_t i = first; i < lines.size(); ++i) {
    std::string& list = values[lines[i].labels];
    list += (list.empty() ? "[\"" : ",[\"") + std::to_string(lines[i].t_ns) + "\",";
    promql::append_json_string(list, *lines[i].text);
    list += ']';
  }
  for (const auto& [labels, list] : values) {
    if (out.back() != '[') out += ',';
    out += R"({"stream":)";
    promql::append_json(out, **labels);
    out += R"(,"values":[)" + list + "]}";
  }
  out += ']';
  if (tell_dropped && first > 0) {
    out += R"(,"dropped_entries":[)";
    for (std::size_t i = first > kTailDroppedMax ? first - kTailDroppedMax : 0; i < first; ++i) {
      if (out.back() != '[') out += ',';
      out += R"({"labels":)";
      promql::append_json(out, **lines[i].labels);
      out += R"(,"timestamp":")" + std::to_string(lines[i].t_ns) + "\"}";
    }
    out += ']';
  }
  return out += '}';
}

class Follower {
 public:
  Follower(Asked asked, Tails::Look look, std::shared_ptr<net::Socket> socket, std::shared_ptr<void> ticket)
      : asked_(std::move(asked)),
        look_(std::move(look)),
        socket_(std::move(socket)),
        ticket_(std::move(ticket)),
        next_(asked_.from) {}

  net::awaitable<void> run(boost::asio::any_io_executor executor) {
    boost::asio::steady_timer timer(executor);
    while (socket_->is_open()) {
      if (socket_->queued_bytes() <= kTailQueuedBytesMax) {
        auto looking = look_();
        const Result<TailLook> look = co_await std::move(looking);
        if (!look) {
          // While a match is being recovered there is nothing to see, for a moment.
          if (look.error().code != ErrorCode::kUnavailable)
            co_return socket_->close(net::kClosePolicy, look.error().message);
        } else if (!send(*look)) {
          co_return;
        } else if (look->ended) {
          co_return socket_->close(net::kCloseNormal, "the match has ended");
        }
      }
      timer.expires_after(kTailInterval);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  }

 private:
  // Lines at the very moment of the look may still be followed by others of the same moment, so they wait for
  // the next look; after the end there is none.
  bool send(const TailLook& look) {
    const ArenaView& view = look.view;
    const SimTime to = look.ended ? view.now + microseconds(1) : view.now - asked_.delay;
    if (to <= next_) return true;
    const std::int64_t epoch_ns = view.sim_epoch_ms() * kNsInMs;
    logql::LogRange range;
    range.start_ns = epoch_ns + next_.us * 1000;
    range.end_ns = epoch_ns + to.us * 1000;
    const std::size_t limit = first_ ? asked_.limit : kTailLinesMax;
    range.limit = first_ ? limit : kTailLinesMax + kTailDroppedMax;
    range.backward = true;
    const logql::LogStoreSource source(view.telemetry->logs(), epoch_ns);
    const auto deadline = std::chrono::steady_clock::now() + kQueryTimeMax;
    const auto found = logql::range_query(source, asked_.query, range, {}, [&] {
      if (!socket_->is_open()) return promql::Stop::kCanceled;
      return std::chrono::steady_clock::now() > deadline ? promql::Stop::kTimeout : promql::Stop::kNo;
    });
    if (!found) {
      socket_->close(net::kClosePolicy, found.error().message);
      return false;
    }
    std::vector<Line> lines;
    for (const auto& stream : found->streams) {
      for (auto entry = stream.entries.rbegin(); entry != stream.entries.rend(); ++entry)
        lines.push_back({entry->t_ns, &stream.labels, &entry->line});
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.t_ns < b.t_ns; });
    if (!lines.empty()) socket_->send(frame_of(lines, limit, !first_));
    first_ = false;
    next_ = to;
    return true;
  }

  const Asked asked_;
  const Tails::Look look_;
  const std::shared_ptr<net::Socket> socket_;
  const std::shared_ptr<void> ticket_;
  SimTime next_;
  bool first_ = true;
};

}  // namespace

// One place among the followers, given back when the last copy goes.
class Tails::Ticket {
 public:
  Ticket(std::shared_ptr<Counts> counts, std::string who)
      : counts_(std::move(counts)), who_(std::move(who)) {}
  ~Ticket() {
    const std::lock_guard lock(counts_->mutex);
    --counts_->all;
    const auto mine = counts_->by_who.find(who_);
    if (--mine->second == 0) counts_->by_who.erase(mine);
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

 private:
  std::shared_ptr<Counts> counts_;
  std::string who_;
};

Tails::Tails() : counts_(std::make_shared<Counts>()) {}

std::variant<net::Response, net::Upgrade> Tails::open(boost::asio::any_io_executor executor,
                                                      const net::Request& request, const ArenaView& first,
                                                      const std::string& who, Look look) {
  Asked asked;
  try {
    asked = parse(request, first);
  } catch (const LokiFault& fault) {
    return loki_failed(fault.error);
  }
  std::shared_ptr<Ticket> ticket;
  {
    const std::lock_guard lock(counts_->mutex);
    std::size_t& mine = counts_->by_who[who];
    if (mine >= kTailsPerPlayerMax || counts_->all >= kTailsMax) {
      const bool own = mine >= kTailsPerPlayerMax;
      const std::size_t max = own ? kTailsPerPlayerMax : kTailsMax;
      if (mine == 0) counts_->by_who.erase(who);
      return net::text_response(429, "max concurrent tail requests limit exceeded, count > limit (" +
                                         std::to_string(max + 1) + " > " + std::to_string(max) + ")");
    }
    ++mine;
    ++counts_->all;
    ticket = std::make_shared<Ticket>(counts_, who);
  }
  net::Upgrade upgrade;
  upgrade.limits.queued_bytes_max = kTailQueuedBytesMax + 2 * kTailFrameBytesMax + kTailFrameOverheadMax;
  upgrade.open = [executor, asked = std::move(asked), look = std::move(look),
                  ticket = std::move(ticket)](const std::shared_ptr<net::Socket>& socket) {
    auto follower = std::make_shared<Follower>(asked, look, socket, ticket);
    boost::asio::co_spawn(
        executor, [follower, executor] { return follower->run(executor); },
        [socket](const std::exception_ptr& failed) {
          if (failed) socket->close(net::kCloseTryAgain, "following the lines failed; please try again");
        });
    return net::SocketEvents{[](std::string_view) {}, [] {}, [] {}};
  };
  return upgrade;
}

}  // namespace incident::api
