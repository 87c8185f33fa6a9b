// The Loki HTTP API, as logcli and Grafana call it. Answers have Loki's own shapes; errors are plain text, as
// Loki's are.
#include <algorithm>
#include <charconv>
#include <optional>

#include "api/doors/doors.h"
#include "api/doors/time_text.h"
#include "logql/engine.h"
#include "logql/json.h"
#include "logql/log_store_source.h"
#include "promql/json.h"

namespace incident::api {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kHourNs = 3600 * std::int64_t{1'000'000'000};
constexpr std::int64_t kDefaultPoints = 250;  // of a range query without a step, as in Loki

net::Response failed(const logql::QueryError& error) {
  return net::text_response(logql::http_status(error), error.message);
}
net::Response failed(std::string message) {
  return failed(logql::QueryError{logql::QueryErrorType::kBadRequest, std::move(message)});
}

class Call {
 public:
  Call(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop)
      : view_(view),
        source_(view.telemetry->logs(), view.sim_epoch_ms() * kMs),
        stop_(stop),
        parameters_(request.query) {
    if (request.method == net::Method::kPost) {
      if (auto form = request.form()) parameters_.insert(parameters_.end(), form->begin(), form->end());
    }
    range_.end_ns = now();
    range_.start_ns = range_.end_ns - kHourNs;
  }

  net::Response query() {
    std::int64_t at = now();
    if (!take_time("time", at)) return failed(wrong_);
    return answer(logql::instant_query(source_, text("query"), at, {}, stop_));
  }

  net::Response query_range() {
    if (!take_range() || !take_limit() || !take_step()) return failed(wrong_);
    const std::string direction = text("direction");
    range_.backward = direction != "forward" && direction != "FORWARD";
    return answer(logql::range_query(source_, text("query"), range_, {}, stop_));
  }

  net::Response labels() {
    return names([](const promql::Labels& labels, std::vector<std::string>& out) {
      for (const auto& label : labels) out.push_back(label.name);
    });
  }

  net::Response label_values(std::string_view name) {
    return names([name](const promql::Labels& labels, std::vector<std::string>& out) {
      if (labels.has(name)) out.emplace_back(labels.get(name));
    });
  }

  net::Response series() {
    if (!take_range()) return failed(wrong_);
    std::vector<promql::LabelsPtr> found;
    for (const auto& [name, value] : parameters_) {
      if (name != "match[]" && name != "match") continue;
      const auto matchers = logql::parse_selector(value);
      if (!matchers) return failed(matchers.error().message);
      const auto some = source_.streams(*matchers, range_.start_ns, range_.end_ns);
      found.insert(found.end(), some.begin(), some.end());
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return *a < *b; });
    found.erase(
        std::unique(found.begin(), found.end(), [](const auto& a, const auto& b) { return *a == *b; }),
        found.end());
    return net::json_response(200, promql::success_json(std::span<const promql::LabelsPtr>(found)));
  }

  // What a query over these streams would read.
  net::Response stats() {
    if (!take_range()) return failed(wrong_);
    const auto matchers = logql::parse_selector(text("query"));
    if (!matchers) return failed(matchers.error().message);
    std::uint64_t entries = 0, bytes = 0;
    source_.read({*matchers, range_.start_ns, range_.end_ns, false, true},
                 [&](const promql::LabelsPtr&, std::int64_t, std::string_view line) {
                   ++entries;
                   bytes += line.size();
                   return entries % logql::limits::kCheckIntervalLines != 0 || !stop_ ||
                          stop_() == promql::Stop::kNo;
                 });
    const std::size_t streams = source_.streams(*matchers, range_.start_ns, range_.end_ns).size();
    return net::json_response(
        200, "{\"streams\":" + std::to_string(streams) + ",\"chunks\":" + std::to_string(streams) +
                 ",\"bytes\":" + std::to_string(bytes) + ",\"entries\":" + std::to_string(entries) + "}");
  }

 private:
  static net::Response answer(const logql::QueryOutcome<logql::QueryResult>& result) {
    return result ? net::json_response(200, logql::to_json(*result)) : failed(result.error());
  }

  std::string text(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
      if (key == name) return value;
    }
    return {};
  }

  // One nanosecond more, so that what has just happened is in [start, end).
  std::int64_t now() const { return view_.unix_ms(view_.now) * kMs + kMs; }

  // A whole number of more than ten digits is nanoseconds; all else is as in the Prometheus API.
  bool take_time(const char* name, std::int64_t& ns) {
    const std::string value = text(name);
    if (value.empty()) return true;
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), whole);
    if (value.size() > 10 && error == std::errc() && end == value.data() + value.size()) {
      ns = whole;
      return true;
    }
    const auto ms = parse_unix_ms(value);
    if (ms && !__builtin_mul_overflow(*ms, kMs, &ns)) return true;
    wrong_ = std::string("could not parse '") + name + "' parameter: cannot parse \"" + value +
             "\" as a time: Unix nanoseconds, seconds, or 2006-01-02T15:04:05Z is right";
    return false;
  }

  bool take_range() {
    if (!take_time("end", range_.end_ns)) return false;
    range_.start_ns = range_.end_ns - kHourNs;
    if (const std::string since = text("since"); !since.empty() && text("start").empty()) {
      const auto ms = parse_step(since);
      if (!ms || __builtin_sub_overflow(range_.end_ns, *ms * kMs, &range_.start_ns)) {
        wrong_ = "could not parse 'since' parameter: \"" + since + "\" is no duration such as 15m";
        return false;
      }
    }
    return take_time("start", range_.start_ns);
  }

  bool take_limit() {
    const std::string value = text("limit");
    if (value.empty()) return true;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), range_.limit);
    if (error == std::errc() && end == value.data() + value.size() && range_.limit > 0) return true;
    wrong_ = "limit must be a positive value";
    return false;
  }

  bool take_step() {
    const std::string value = text("step");
    const std::int64_t span_ms = (range_.end_ns / kMs - range_.start_ns / kMs);
    range_.step_ns = std::max<std::int64_t>(span_ms / kDefaultPoints / 1000 * 1000, 1000) * kMs;
    if (value.empty()) return true;
    const auto ms = parse_step(value);
    if (ms && !__builtin_mul_overflow(*ms, kMs, &range_.step_ns)) return true;
    wrong_ = "cannot parse \"" + value + "\" to a valid duration";
    return false;
  }

  template <class Take>
  net::Response names(Take take) {
    if (!take_range()) return failed(wrong_);
    std::vector<promql::Matcher> matchers;
    if (const std::string query = text("query"); !query.empty()) {
      auto parsed = logql::parse_selector(query);
      if (!parsed) return failed(parsed.error().message);
      matchers = std::move(*parsed);
    }
    std::vector<std::string> found;
    for (const auto& stream : source_.streams(matchers, range_.start_ns, range_.end_ns)) take(*stream, found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return net::json_response(200, promql::success_json(std::span<const std::string>(found)));
  }

  const ArenaView& view_;
  logql::LogStoreSource source_;
  const promql::StopCheck& stop_;
  net::NameValues parameters_;
  logql::LogRange range_;
  std::string wrong_;
};

}  // namespace

net::Response loki_door(const ArenaView& view, std::string_view path, const net::Request& request,
                        const promql::StopCheck& stop) {
  Call call(view, request, stop);
  constexpr std::string_view kPrefix = "loki/api/v1/";
  const std::string_view name = path.starts_with(kPrefix) ? path.substr(kPrefix.size()) : std::string_view();
  if (name == "query") return call.query();
  if (name == "query_range") return call.query_range();
  if (name == "labels" || name == "label") return call.labels();
  if (name == "series") return call.series();
  if (name == "index/stats") return call.stats();
  constexpr std::string_view kLabel = "label/", kValues = "/values";
  if (name.starts_with(kLabel) && name.ends_with(kValues) && name.size() > kLabel.size() + kValues.size())
    return call.label_values(name.substr(kLabel.size(), name.size() - kLabel.size() - kValues.size()));
  return net::problem(
      not_found("this door has query, query_range, labels, label/{name}/values, series and index/stats under "
                "loki/api/v1",
                std::string(path)));
}

}  // namespace incident::api
