// Jaeger's query API, as its own screen and Grafana's data source call it. Parameters, answers and errors
// have Jaeger's own shapes and, where people know them, its words.
#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "api/doors/doors.h"
#include "api/doors/jaeger_json.h"
#include "api/doors/time_text.h"
#include "traces/engine.h"

namespace incident::api {
namespace {

constexpr std::size_t kDefaultLimit = 100;
constexpr std::int64_t kDayMs = 24 * 3600 * std::int64_t{1000};

net::Response failed(int status, std::string message) {
  const jaeger::Wrong wrong{status, std::move(message), {}};
  return net::json_response(status, jaeger::structured("null", 0, {&wrong, 1}));
}

net::Response failed(const traces::QueryError& error) {
  switch (error.type) {
    case traces::QueryErrorType::kTimeout:
      return failed(504, error.message);
    case traces::QueryErrorType::kCanceled:
      return failed(499, error.message);
    default:
      return failed(400, error.message);
  }
}

net::Response answer(std::string_view data, std::size_t total) {
  return net::json_response(200, jaeger::structured(data, total));
}

// What is wrong with a request, thrown to the door.
struct BadRequest {
  std::string message;
};

class Call {
 public:
  Call(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop)
      : view_(view), store_(view.telemetry->traces()), request_(request), stop_(stop) {}

  net::Response services() const {
    const auto found = traces::services(store_);
    return answer(jaeger::list(found), found.size());
  }

  // The names alone, as older clients ask.
  net::Response operation_names(std::string_view service) const {
    std::vector<std::string> names;
    for (const auto& operation : traces::operations(store_, service)) names.push_back(operation.name);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return answer(jaeger::list(names), names.size());
  }

  net::Response operations() const {
    const std::string service = text("service"), kind = text("spanKind");
    if (service.empty()) return failed(400, "parameter 'service' is required");
    auto found = traces::operations(store_, service);
    if (!kind.empty()) {
      std::erase_if(found, [&](const traces::Operation& operation) {
        return kind != (operation.kind == traces::SpanKind::kClient ? "client" : "server");
      });
    }
    return answer(jaeger::list(found), found.size());
  }

  net::Response search() const {
    const auto ids = request_.parameters("traceID");
    if (!ids.empty()) return by_ids(ids);
    traces::Search search;
    search.service = text("service");
    search.operation = text("operation");
    const std::int64_t to = integer("end", unix_us(view_.now));
    search.to = sim_time(to);
    search.from = sim_time(integer("start", start_by_lookback(to)));
    take_tags(search.tags);
    const std::int64_t limit = integer("limit", kDefaultLimit);
    search.limit = limit < 0 ? 0 : static_cast<std::size_t>(limit);
    search.min_span = duration("minDuration");
    search.max_span = duration("maxDuration");
    if (search.service.empty()) return failed(400, "parameter 'service' is required");
    if (search.min_span && search.max_span && *search.max_span < *search.min_span)
      return failed(400, "'maxDuration' should be greater than 'minDuration'");
    if (*search.to < *search.from) return answer("[]", 0);
    const auto found = traces::search(store_, search, stop_);
    if (!found) return failed(found.error());
    std::string list = "[";
    for (const auto& place : *found) {
      if (stop_ && stop_() != promql::Stop::kNo) return failed(504, "the search timed out");
      if (list.size() > 1) list += ',';
      list += jaeger::trace(view_, store_.trace(place));
    }
    return answer(list += ']', 0);
  }

  net::Response trace(std::string_view id) const {
    const auto found = store_.find(whole_id(id));
    if (!found) return failed(404, "trace not found");
    return answer('[' + jaeger::trace(view_, *found) + ']', 0);
  }

  net::Response dependencies() const {
    const std::int64_t end_ms = integer("endTs", view_.unix_ms(view_.now));
    const std::int64_t lookback_ms = integer("lookback", kDayMs);
    const std::string service = text("service");
    std::int64_t start_ms = 0;
    if (lookback_ms < 0 || __builtin_sub_overflow(end_ms, lookback_ms, &start_ms))
      return failed(400, "unable to parse param 'lookback': it must be milliseconds, zero or more");
    const SimTime to = std::min(sim_time_of_ms(end_ms), view_.now);
    const SimTime from = std::min(sim_time_of_ms(start_ms), to);
    auto found = traces::dependencies(view_.telemetry->metrics(), store_.names(), from, to, stop_);
    if (!found) return failed(found.error());
    if (!service.empty()) {
      std::erase_if(*found,
                    [&](const traces::Dependency& d) { return d.caller != service && d.callee != service; });
    }
    return answer(jaeger::list(*found), 0);
  }

 private:
  std::string text(std::string_view name) const { return std::string(request_.parameter(name).value_or("")); }

  std::int64_t unix_us(SimTime t) const { return view_.sim_epoch_ms() * 1000 + t.us; }
  SimTime sim_time(std::int64_t unix_us) const {
    std::int64_t us = 0;
    if (__builtin_sub_overflow(unix_us, view_.sim_epoch_ms() * 1000, &us))
      us = unix_us < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return SimTime{us};
  }
  SimTime sim_time_of_ms(std::int64_t unix_ms) const {
    std::int64_t us = 0;
    if (__builtin_mul_overflow(unix_ms, 1000, &us))
      us = unix_ms < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return sim_time(us);
  }

  std::int64_t integer(const char* name, std::int64_t otherwise) const {
    const std::string value = text(name);
    if (value.empty()) return otherwise;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) return number;
    throw BadRequest{
        std::string("unable to parse param '") + name + "': strconv.ParseInt: parsing \"" + value +
        "\": " + (error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax")};
  }

  // Jaeger's screen sends "1h" or "custom" beside start and end; alone it says where to begin.
  std::int64_t start_by_lookback(std::int64_t end_us) const {
    const auto back = parse_go_duration_ns(text("lookback"));
    std::int64_t start = 0;
    if (!back || __builtin_sub_overflow(end_us, *back / 1000, &start)) start = end_us - 2 * kDayMs * 1000;
    return start;
  }

  std::optional<Duration> duration(const char* name) const {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    const auto ns = parse_go_duration_ns(value);
    if (!ns)
      throw BadRequest{std::string("unable to parse param '") + name + "': time: invalid duration \"" +
                       value + "\""};
    if (*ns == 0) return std::nullopt;  // as if it were not there
    return Duration{*ns / 1000};
  }

  void take_tags(std::vector<traces::TagFilter>& tags) const {
    std::map<std::string, std::string> wanted;  // each name once: the last one counts
    for (const std::string_view tag : request_.parameters("tag")) {
      const std::size_t colon = tag.find(':');
      if (colon == std::string_view::npos)
        throw BadRequest{"malformed 'tag' parameter, expecting key:value, received: " + std::string(tag)};
      wanted[std::string(tag.substr(0, colon))] = tag.substr(colon + 1);
    }
    for (const std::string_view json : request_.parameters("tags")) {
      if (json.empty()) continue;
      const auto parsed = nlohmann::json::parse(json, nullptr, false);
      constexpr const char* kMalformed = "malformed 'tags' parameter, cannot unmarshal JSON: ";
      if (!parsed.is_object())
        throw BadRequest{std::string(kMalformed) +
                         "an object of texts is right, such as {\"error\":\"true\"}"};
      for (const auto& [name, value] : parsed.items()) {
        if (!value.is_string())
          throw BadRequest{std::string(kMalformed) + "the value of \"" + name + "\" must be a text"};
        wanted[name] = value.get<std::string>();
      }
    }
    for (auto& [name, value] : wanted) tags.push_back({name, value});
  }

  // As many as 32 hexadecimal digits; zeros in front may be left out.
  static std::string whole_id(std::string_view id) {
    constexpr std::size_t kDigits = 32;
    if (id.size() > kDigits)
      throw BadRequest{"TraceID cannot be longer than 32 hex characters: " + std::string(id)};
    if (id.empty() || id.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
      throw BadRequest{"strconv.ParseUint: parsing \"" + std::string(id) + "\": invalid syntax"};
    return std::string(kDigits - id.size(), '0') + std::string(id);
  }

  net::Response by_ids(const std::vector<std::string_view>& ids) const {
    if (ids.size() > traces::limits::kIdsMax)
      return failed(400,
                    "at most " + std::to_string(traces::limits::kIdsMax) + " traces may be asked for by id");
    std::string list = "[";
    std::vector<jaeger::Wrong> missing;
    for (const std::string_view id : ids) {
      const std::string whole = whole_id(id);
      const auto found = store_.find(whole);
      if (!found) {
        missing.push_back({0, "trace not found", whole});
        continue;
      }
      if (list.size() > 1) list += ',';
      list += jaeger::trace(view_, *found);
    }
    return net::json_response(200, jaeger::structured(list += ']', 0, missing));
  }

  const ArenaView& view_;
  const telemetry::TraceStore& store_;
  const net::Request& request_;
  const promql::StopCheck& stop_;
};

net::Response dispatch(const Call& call, std::string_view path) {
  if (path == "api/services") return call.services();
  if (path == "api/operations") return call.operations();
  if (path == "api/traces") return call.search();
  if (path == "api/dependencies") return call.dependencies();
  constexpr std::string_view kServices = "api/services/", kOperations = "/operations",
                             kTraces = "api/traces/";
  if (path.starts_with(kServices) && path.ends_with(kOperations) &&
      path.size() > kServices.size() + kOperations.size()) {
    path.remove_prefix(kServices.size());
    path.remove_suffix(kOperations.size());
    return call.operation_names(path);
  }
  if (path.starts_with(kTraces) && path.size() > kTraces.size())
    return call.trace(path.substr(kTraces.size()));
  if (path.starts_with("api/metrics/")) return failed(501, "metrics querying is currently disabled");
  return failed(404,
                "this door has api/services, api/services/{service}/operations, api/operations, api/traces, "
                "api/traces/{id} and api/dependencies");
}

}  // namespace

net::Response jaeger_door(const ArenaView& view, std::string_view path, const net::Request& request,
                          const promql::StopCheck& stop) {
  if (request.method != net::Method::kGet && request.method != net::Method::kHead)
    return net::method_not_allowed("GET, HEAD");
  try {
    return dispatch(Call(view, request, stop), path);
  } catch (const BadRequest& wrong) {
    return failed(400, wrong.message);
  }
}

}  // namespace incident::api
