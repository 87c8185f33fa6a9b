// A system's dashboards as Grafana has them: the same panels, from the same definitions, that our own client
// shows. Deterministic text, so that generated files can be kept and compared. Pure.
#pragma once

#include <string>

#include "scenario/incident.h"

namespace incident::scenario {

// Dashboard JSON (schema version 39, Grafana 10.3 and later) for provisioning or import. Data sources are
// variables of the dashboard: one Prometheus, one Loki and one Jaeger.
std::string grafana_json(const SystemInfo& system, const Dashboard& dashboard);
// "web_shop-customers.json"
std::string grafana_file_name(const SystemInfo& system, const Dashboard& dashboard);

}  // namespace incident::scenario
