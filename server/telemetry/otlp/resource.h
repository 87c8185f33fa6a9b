// Who a point, a line or a span is about, in the names of OpenTelemetry's conventions, and which match, team
// and incident it belongs to. Plain values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace incident::otlp {

// What is the same for everything that one arena sends. Nothing in it may tell an incident's answer.
struct Identity {
  std::string
      system;  // such as "web_shop": the service.namespace, and the service.name of what customers saw
  std::vector<std::pair<std::string, std::string>> attributes;  // incident.match.id and so on
  std::int64_t epoch_ms = 0;                                    // Unix time of simulated time zero

  std::int64_t unix_ns(SimTime t) const { return epoch_ms * 1'000'000 + t.us * 1'000; }
};

// {"attributes":[...]} of one pod of a service; of the service when `pod` is empty; of the whole system when
// `service` is empty too.
std::string resource_json(const Identity& identity, std::string_view service, std::string_view version,
                          std::string_view pod);

}  // namespace incident::otlp
