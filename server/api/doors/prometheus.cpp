// The Prometheus HTTP API, as promtool, Grafana and a federating Prometheus call it. Answers and errors have
// Prometheus' own shapes. Native histograms are none of the match's data.
#include "api/doors/doors.h"
#include "api/doors/prometheus_call.h"

namespace incident::api {
namespace {

using namespace prometheus;

struct Endpoint {
  std::string_view path;
  net::Response (*answer)(Call& call);
};

template <net::Response (*F)(const Call&)>
net::Response reading(Call& call) {
  return F(call);
}

net::Response healthy(Call& call) {
  (void)call;
  return net::text_response(200, "Prometheus Server is Healthy.\n");
}
net::Response ready(Call& call) {
  (void)call;
  return net::text_response(200, "Prometheus Server is Ready.\n");
}
// Alerts go to the players' pager and to no Alertmanager.
net::Response alertmanagers(Call& call) {
  (void)call;
  return answered({{"activeAlertmanagers", Json::array()}, {"droppedAlertmanagers", Json::array()}});
}

constexpr Endpoint kEndpoints[] = {
    {"api/v1/query", query},
    {"api/v1/query_range", query_range},
    {"api/v1/format_query", reading<format_query>},
    {"api/v1/query_exemplars", reading<query_exemplars>},
    {"api/v1/series", reading<series>},
    {"api/v1/labels", reading<label_names>},
    {"api/v1/metadata", reading<metadata>},
    {"api/v1/rules", reading<rules>},
    {"api/v1/alerts", reading<alerts>},
    {"api/v1/alertmanagers", alertmanagers},
    {"api/v1/targets", reading<targets>},
    {"api/v1/status/buildinfo", reading<build_info>},
    {"api/v1/status/runtimeinfo", reading<runtime_info>},
    {"api/v1/status/config", reading<config>},
    {"api/v1/status/flags", reading<flags>},
    {"api/v1/status/tsdb", reading<tsdb>},
    {"rules.yml", reading<rules_yaml>},
    {"federate", reading<federate>},
    {"metrics", reading<exposition>},
    {"-/healthy", healthy},
    {"-/ready", ready},
};

}  // namespace

net::Response prometheus_door(const ArenaView& view, std::string_view path, const net::Request& request,
                              const promql::StopCheck& stop) {
  Call call(view, request, stop);
  for (const Endpoint& endpoint : kEndpoints) {
    if (endpoint.path == path) return endpoint.answer(call);
  }
  constexpr std::string_view kLabel = "api/v1/label/", kValues = "/values";
  if (path.starts_with(kLabel) && path.ends_with(kValues) && path.size() > kLabel.size() + kValues.size()) {
    path.remove_prefix(kLabel.size());
    path.remove_suffix(kValues.size());
    return label_values(call, path);
  }
  std::string known = "This door has label/{name}/values";
  for (const Endpoint& endpoint : kEndpoints) known += ", " + std::string(endpoint.path);
  return failed(404, "not_found", known + ".");
}

}  // namespace incident::api
