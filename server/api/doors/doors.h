// Queries over one arena: the Prometheus, Loki and Jaeger HTTP APIs, and the war room's own log and trace
// searches.
// Synchronous and pure over the view they are given; they may take a while, so they run on the workers.
// Errors are the door's own shape: Prometheus' JSON, Jaeger's JSON, Loki's plain text, or problem details.
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
// `path` is what follows /t/{arena}/jaeger/, such as "api/traces".
net::Response jaeger_door(const ArenaView& view, std::string_view path, const net::Request& request,
                          const promql::StopCheck& stop);
net::Response logs_door(const ArenaView& view, const net::Request& request);
net::Response traces_door(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop);
net::Response trace_door(const ArenaView& view, std::string_view id);
net::Response dashboards_door(const ArenaView& view);

// `path` is what follows /t/{arena}/. Asks the door that it names.
net::Response ask_door(const ArenaView& view, const std::string& path, const net::Request& request,
                       const promql::StopCheck& stop);
// A door that stays shut, in the shape of its API; 401 says how to open it.
net::Response shut_door(std::string_view path, const Error& error);
// What a browser asks before it lets a page of another origin (Grafana with access from the browser) call a
// door. Only tokens come that way: credentials that a browser adds by itself are not allowed.
net::Response preflight(const net::Request& request);
// Lets a page of another origin read the answer to a request that showed a token.
void share_with_origins(net::Response& response);
// Says what time it is in the match and how it runs, in header fields.
void tell_clock(const ArenaView& view, net::Response& response);

}  // namespace incident::api
