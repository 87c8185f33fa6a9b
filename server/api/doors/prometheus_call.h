// One request to the Prometheus door: its parameters, from the address and from a posted form, and its arena.
// Each endpoint is a function of it. Inside the api room; lives as long as the request.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/arena_view.h"
#include "api/codec.h"
#include "net/http.h"
#include "promql/engine.h"
#include "telemetry/metric_store.h"

namespace incident::api::prometheus {

using promql::QueryError;
using promql::QueryErrorType;
template <class T>
using Outcome = promql::QueryOutcome<T>;
using Matchers = std::vector<promql::Matcher>;

class Call {
 public:
  Call(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop);

  const ArenaView& view() const { return view_; }
  const telemetry::Telemetry& telemetry() const { return *view_.telemetry; }
  const telemetry::MetricView& metrics() const { return metrics_; }
  std::int64_t now() const { return view_.unix_ms(view_.now); }
  // Also when the request's own `timeout` is over.
  const promql::StopCheck& stop() const { return stop_; }

  // The first of that name, or empty.
  std::string text(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  bool flag(std::string_view name) const;  // true, 1, t ...

  // --- parameters with the errors that Prometheus has for them
  Outcome<std::int64_t> time(const std::string& name, std::optional<std::int64_t> otherwise) const;
  Outcome<std::int64_t> duration(const std::string& name, std::int64_t otherwise) const;  // above zero
  Outcome<std::size_t> limit(const std::string& name = "limit") const;                    // 0: none
  Outcome<std::vector<Matchers>> selectors() const;                                       // of match[]
  // Reads `timeout`, when there is one.
  Outcome<void> take_timeout();

 private:
  const ArenaView& view_;
  telemetry::MetricView metrics_;
  promql::StopCheck stop_;
  net::NameValues parameters_;
};

// --- answers

net::Response failed(const QueryError& error);
net::Response answered(const Json& data, const std::vector<std::string>& warnings = {});
// A whole answer that was written before, with warnings put in.
net::Response answered(std::string json, const std::vector<std::string>& warnings);
// {"status":"error",...} of an error that is none of a query's.
net::Response failed(int status, std::string_view type, std::string_view message);
QueryError bad_parameter(const std::string& name, const std::string& what);
// Cuts to the limit (0: none); true when something was left off.
template <class T>
bool cut(std::vector<T>& list, std::size_t limit) {
  if (limit == 0 || list.size() <= limit) return false;
  list.resize(limit);
  return true;
}
inline constexpr const char* kTruncated = "results truncated due to limit";
std::string value_text(double value);  // as samples are written
Json labels_json(const promql::Labels& labels);

// --- endpoints

net::Response query(Call& call);
net::Response query_range(Call& call);
net::Response format_query(const Call& call);
net::Response query_exemplars(const Call& call);
net::Response series(const Call& call);
net::Response label_names(const Call& call);
net::Response label_values(const Call& call, std::string_view label);
net::Response metadata(const Call& call);
net::Response rules(const Call& call);
net::Response alerts(const Call& call);
net::Response rules_yaml(const Call& call);
net::Response targets(const Call& call);
net::Response build_info(const Call& call);
net::Response runtime_info(const Call& call);
net::Response config(const Call& call);
net::Response flags(const Call& call);
net::Response tsdb(const Call& call);
// The series of match[], or with no parameter all, at the last scrape: text exposition format 0.0.4.
net::Response federate(const Call& call);
net::Response exposition(const Call& call);

}  // namespace incident::api::prometheus
