// What a call meets between its caller and its callee, in this order: the name (parts/dns.h), the port, links
// (parts/links.h), the certificate (parts/certificates.h), and at the callee the deadline, the client's rate,
// the credentials (parts/secrets.h), the route and the size of the request. Only calls of edges that are not
// plain (parts/guards.h) come here.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// The request leaves; `fresh`: over a new connection. Adds to `delay`. False: it will not arrive, and how the
// attempt ends is arranged.
bool set_out(World& w, std::uint32_t call, bool fresh, std::int64_t& delay);
// The answer travels back. False: it will not arrive.
bool come_back(World& w, std::uint32_t call, std::int64_t& delay);
// The request that was made for the call learns its deadline, and how the callee will answer it.
void brief(World& w, std::uint32_t call, std::uint32_t task, bool fresh);

// A process has started: it knows no names and has loaded what is there.
void load_process(World& w, std::uint16_t instance);
void load_all(World& w);

// Where per-client state of a name or secret stands: a column for each instance, and one for all customers.
inline std::size_t client_column(const World& w, std::size_t part, std::uint16_t owner) {
  return part * (w.instances.size() + 1) + (owner == kNone16 ? w.instances.size() : owner);
}
inline std::int64_t clock_drift(const World& w, std::uint16_t instance) {
  return instance == kNone16 ? 0 : w.instance_parameters[instance].clock_drift_us;
}

}  // namespace incident::sim
