// Queries of the Prometheus door.
#include "api/doors/prometheus_call.h"
#include "api/doors/time_text.h"
#include "promql/json.h"
#include "promql/parser.h"
#include "promql/pretty.h"

namespace incident::api::prometheus {
namespace {

// A lookback of its own and a time limit of its own, which every query may ask for.
Outcome<promql::EngineOptions> options_of(Call& call) {
  if (auto taken = call.take_timeout(); !taken) return taken.error();
  promql::EngineOptions options;
  const auto lookback = call.duration("lookback_delta", options.lookback_ms);
  if (!lookback) return lookback.error();
  options.lookback_ms = *lookback;
  return options;
}

net::Response finished(Outcome<promql::QueryResult> result, std::size_t limit) {
  if (!result) return failed(result.error());
  const bool less = cut(result->series, limit);
  return answered(promql::to_json(*result),
                  less ? std::vector<std::string>{kTruncated} : std::vector<std::string>{});
}

}  // namespace

net::Response query(Call& call) {
  const auto limit = call.limit();
  if (!limit) return failed(limit.error());
  const auto time = call.time("time", call.now());
  if (!time) return failed(time.error());
  const auto options = options_of(call);
  if (!options) return failed(options.error());
  return finished(promql::instant_query(call.metrics(), call.text("query"), *time, *options, call.stop()),
                  *limit);
}

net::Response query_range(Call& call) {
  const auto limit = call.limit();
  if (!limit) return failed(limit.error());
  const auto start = call.time("start", std::nullopt);
  if (!start) return failed(start.error());
  const auto end = call.time("end", std::nullopt);
  if (!end) return failed(end.error());
  if (*end < *start) return failed(bad_parameter("end", "end timestamp must not be before start time"));
  const std::string step_text = call.text("step");
  if (const auto number = parse_number(step_text); number && *number <= 0) {
    return failed(bad_parameter(
        "step", "zero or negative query resolution step widths are not accepted. Try a positive integer"));
  }
  const auto step = parse_step(step_text);
  if (!step) return failed(bad_parameter("step", "cannot parse \"" + step_text + "\" to a valid duration"));
  const auto options = options_of(call);
  if (!options) return failed(options.error());
  return finished(
      promql::range_query(call.metrics(), call.text("query"), *start, *end, *step, *options, call.stop()),
      *limit);
}

net::Response format_query(const Call& call) {
  const auto expr = promql::parse_expr(call.text("query"));
  if (!expr) return failed(bad_parameter("query", expr.error().message));
  return answered(Json(promql::pretty(**expr)));
}

}  // namespace incident::api::prometheus
