// Which causes a piece of evidence shows. For judging pins and for reviews only: nothing of this may be sent
// to a client. Unknown ids and queries that do not parse show no cause.
#pragma once

#include <span>
#include <string_view>

#include "base/time.h"
#include "promql/matcher.h"
#include "sim/ids.h"

namespace incident::telemetry {

class Telemetry;

sim::CauseMask causes_of_log(const Telemetry& telemetry, std::string_view id);
sim::CauseMask causes_of_trace(const Telemetry& telemetry, std::string_view id);
sim::CauseMask causes_of_series(const Telemetry& telemetry, std::span<const promql::Matcher> matchers,
                                SimTime from, SimTime to);
// Of all series that a PromQL query reads.
sim::CauseMask causes_of_query(const Telemetry& telemetry, std::string_view query, SimTime from, SimTime to);
// Of the series that an alert's rule reads, over the time from shortly before it became active.
sim::CauseMask causes_of_alert(const Telemetry& telemetry, std::string_view name);

}  // namespace incident::telemetry
