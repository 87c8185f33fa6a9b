// The alert and recording rules of a system as a Prometheus rule file (YAML), which promtool checks and
// Prometheus evaluates to the same alerts. Pure.
//
// Two things that ours do and a file must say in its own way: an alert whose expression tells no service gets
// the rule's (a template in the file), and texts are literal (template braces are escaped). Recorded series
// are shown one scrape later here than in Prometheus.
#pragma once

#include <string>
#include <string_view>

#include "telemetry/telemetry.h"

namespace incident::telemetry {

// `group` names the group of alerts; recordings are a group of their own, `group`-recordings.
std::string rule_file(const TelemetryConfig& config, std::string_view group);

}  // namespace incident::telemetry
