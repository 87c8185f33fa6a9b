// What there is: series, labels, and what the metrics are.
#include <algorithm>

#include "api/doors/prometheus_call.h"
#include "promql/json.h"
#include "telemetry/metric_info.h"

namespace incident::api::prometheus {
namespace {

struct Span {
  std::int64_t from = promql::kMinTimeMs, to = 0;
};

Outcome<Span> span_of(const Call& call) {
  const auto from = call.time("start", promql::kMinTimeMs);
  if (!from) return from.error();
  const auto to = call.time("end", call.now());
  if (!to) return to.error();
  return Span{*from, *to};
}

template <class T, class Less, class Same>
void sort_unique(std::vector<T>& list, Less less, Same same) {
  std::sort(list.begin(), list.end(), less);
  list.erase(std::unique(list.begin(), list.end(), same), list.end());
}

template <class Read>
net::Response names(const Call& call, Read read) {
  const auto limit = call.limit();
  if (!limit) return failed(limit.error());
  const auto span = span_of(call);
  if (!span) return failed(span.error());
  const auto selectors = call.selectors();
  if (!selectors) return failed(selectors.error());
  std::vector<std::string> found;
  if (selectors->empty()) found = read(std::span<const promql::Matcher>(), *span);
  for (const auto& matchers : *selectors) {
    auto some = read(std::span<const promql::Matcher>(matchers), *span);
    found.insert(found.end(), some.begin(), some.end());
  }
  sort_unique(found, std::less<>(), std::equal_to<>());
  const bool less = cut(found, *limit);
  return answered(promql::success_json(std::span<const std::string>(found)),
                  less ? std::vector<std::string>{kTruncated} : std::vector<std::string>{});
}

}  // namespace

net::Response series(const Call& call) {
  const auto limit = call.limit();
  if (!limit) return failed(limit.error());
  if (call.all("match[]").empty())
    return failed(QueryError{QueryErrorType::kBadData, "no match[] parameter provided", ""});
  const auto span = span_of(call);
  if (!span) return failed(span.error());
  const auto selectors = call.selectors();
  if (!selectors) return failed(selectors.error());
  std::vector<promql::LabelsPtr> found;
  for (const auto& matchers : *selectors) {
    auto some = call.metrics().series(matchers, span->from, span->to);
    found.insert(found.end(), some.begin(), some.end());
  }
  sort_unique(
      found, [](const auto& a, const auto& b) { return *a < *b; },
      [](const auto& a, const auto& b) { return *a == *b; });
  const bool less = cut(found, *limit);
  return answered(promql::success_json(std::span<const promql::LabelsPtr>(found)),
                  less ? std::vector<std::string>{kTruncated} : std::vector<std::string>{});
}

net::Response label_names(const Call& call) {
  return names(call, [&](std::span<const promql::Matcher> matchers, const Span& span) {
    return call.metrics().label_names(matchers, span.from, span.to);
  });
}

net::Response label_values(const Call& call, std::string_view label) {
  if (!promql::is_label_name(label)) {
    return failed(QueryError{QueryErrorType::kBadData, "invalid label name: " + promql::quote(label), ""});
  }
  return names(call, [&](std::span<const promql::Matcher> matchers, const Span& span) {
    return call.metrics().label_values(label, matchers, span.from, span.to);
  });
}

net::Response metadata(const Call& call) {
  const auto limit = call.limit();
  if (!limit) return failed(limit.error());
  const auto per_metric = call.limit("limit_per_metric");
  if (!per_metric) return failed(per_metric.error());
  const std::string wanted = call.text("metric");
  Json data = Json::object();
  for (const auto& name :
       call.metrics().label_values(promql::kMetricName, {}, promql::kMinTimeMs, call.now())) {
    const auto info = telemetry::metric_info(name);
    if (!info || (!wanted.empty() && wanted != info->family)) continue;
    const std::string family(info->family);
    if (data.contains(family)) continue;
    if (*limit > 0 && data.size() >= *limit) break;
    data[family] = Json::array(
        {{{"type", telemetry::to_string(info->kind)}, {"help", info->help}, {"unit", info->unit}}});
  }
  return answered(data);
}

}  // namespace incident::api::prometheus
