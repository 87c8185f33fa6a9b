// Queries over one arena: the Prometheus and Loki HTTP APIs, and the war room's own log and trace searches.
// Synchronous and pure over the view they are given; they may take a while, so they run on the workers.
// Errors are the door's own shape: Prometheus' JSON, Loki's plain text, or problem details.
#pragma once

#include <string_view>

#include "api/arena_view.h"
#include "net/http.h"
#include "promql/budget.h"

namespace incident::api {

// `path` is what follows /t/{arena}/prometheus/, such as "api/v1/query_range".
net::Response prometheus_door(const ArenaView& view, std::string_view path, const net::Request& request,
                              const promql::StopCheck& stop);
// `path` is what follows /t/{arena}/loki/, such as "loki/api/v1/query_range".
net::Response loki_door(const ArenaView& view, std::string_view path, const net::Request& request,
                        const promql::StopCheck& stop);
net::Response logs_door(const ArenaView& view, const net::Request& request);
net::Response traces_door(const ArenaView& view, const net::Request& request);
net::Response trace_door(const ArenaView& view, std::string_view id);
net::Response dashboards_door(const ArenaView& view);

}  // namespace incident::api
