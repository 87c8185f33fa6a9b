#include "telemetry/causes.h"

#include "promql/parser.h"
#include "telemetry/rules.h"
#include "telemetry/telemetry.h"

namespace incident::telemetry {
namespace {

constexpr Duration kBeforeAlert = minutes(1);

// Every selector in the tree, over the time it looks back upon.
sim::CauseMask causes_of_expr(const Telemetry& telemetry, const promql::Expr& expr, SimTime from,
                              SimTime to) {
  if (expr.kind == promql::ExprKind::kVector) {
    const Duration offset = milliseconds(expr.offset_ms);
    return telemetry.metrics().causes(expr.matchers, from - offset, to - offset);
  }
  if (expr.kind == promql::ExprKind::kMatrix || expr.kind == promql::ExprKind::kSubquery) {
    from = from - milliseconds(expr.range_ms);
  }
  if (expr.kind == promql::ExprKind::kSubquery) {
    from = from - milliseconds(expr.offset_ms);
    to = to - milliseconds(expr.offset_ms);
  }
  sim::CauseMask mask = 0;
  for (const promql::ExprPtr& arg : expr.args) {
    if (arg != nullptr) mask |= causes_of_expr(telemetry, *arg, from, to);
  }
  return mask;
}

}  // namespace

sim::CauseMask causes_of_log(const Telemetry& telemetry, std::string_view id) {
  const auto number = parse_log_id(id);
  if (!number) return 0;
  const auto record = telemetry.logs().record(*number);
  return record ? record->cause : 0;
}

sim::CauseMask causes_of_trace(const Telemetry& telemetry, std::string_view id) {
  return telemetry.traces().causes(id).value_or(0);
}

sim::CauseMask causes_of_series(const Telemetry& telemetry, std::span<const promql::Matcher> matchers,
                                SimTime from, SimTime to) {
  return telemetry.metrics().causes(matchers, from, to);
}

sim::CauseMask causes_of_query(const Telemetry& telemetry, std::string_view query, SimTime from, SimTime to) {
  const auto expr = promql::parse_expr(query);
  return expr ? causes_of_expr(telemetry, **expr, from, to) : 0;
}

sim::CauseMask causes_of_alert(const Telemetry& telemetry, std::string_view name) {
  sim::CauseMask mask = 0;
  for (const Alert& alert : telemetry.alerts().all()) {
    if (telemetry.config().rules[alert.rule].name != name) continue;
    mask |=
        causes_of_expr(telemetry, *telemetry.rules().alerts[alert.rule], alert.active_since - kBeforeAlert,
                       alert.resolved_at.value_or(telemetry.metrics().last_scrape()));
  }
  return mask;
}

}  // namespace incident::telemetry
