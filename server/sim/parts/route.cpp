#include "sim/parts/route.h"

#include "sim/engine/draw.h"
#include "sim/limits.h"
#include "sim/parts/admission.h"
#include "sim/parts/call_policy.h"
#include "sim/parts/certificates.h"
#include "sim/parts/dns.h"
#include "sim/parts/guards.h"
#include "sim/parts/links.h"
#include "sim/parts/secrets.h"

namespace incident::sim {
namespace {

constexpr CompiledRoute kNowhere;

const CompiledRoute& route_of(const World& w, std::uint16_t edge) {
  return w.compiled->routes.empty() ? kNowhere : w.compiled->routes[edge];
}

bool fails(World& w, std::uint32_t call, Outcome outcome, std::int64_t after) {
  fail_soon(w, call, outcome, after);
  return false;
}

// Nothing comes back: the caller's timeout ends it, or TCP's patience.
bool lost(World& w, std::uint32_t call) {
  if (w.calls[call].has_deadline == 0) fail_soon(w, call, Outcome::kTimeout, kLostWithoutTimeoutUs);
  return false;
}

std::int64_t round_trip(const World& w, const Call& c) {
  return 2 * w.edge_parameters[c.edge].network_us;
}

// What only a new connection meets.
bool connect(World& w, std::uint32_t call, const CompiledRoute& route, std::int64_t& delay) {
  Call& c = w.calls[call];
  if (route.name != kNone16) {
    const LookUp found = look_up_name(w, c, route.name, delay);
    if (found == LookUp::kFailed) return fails(w, call, Outcome::kDnsFailure, delay);
    if (found == LookUp::kNowhere) return lost(w, call);
  }
  if (w.edge_parameters[c.edge].wrong_port != 0)
    return fails(w, call, Outcome::kConnectionRefused, delay + round_trip(w, c));
  return true;
}

Outcome verdict(World& w, Call& c, std::uint16_t operation, bool fresh) {
  const EdgeParameters& p = w.edge_parameters[c.edge];
  const CompiledRoute& route = route_of(w, c.edge);
  const CompiledEdge& edge = w.compiled->edges[c.edge];
  if (!within_client_rate(w, c.edge, c.cause)) return Outcome::kRateLimited;
  // A database knows who is at the other end of a connection.
  if (route.secret != kNone16 && (fresh || !w.compiled->services[edge.to_service].database)) {
    const Outcome answer = check_secret(w, c, route.secret);
    if (answer != Outcome::kOk) return answer;
  }
  if (p.forbidden != 0) return Outcome::kForbidden;
  if (p.misroute_permille > 0 && draw_permille(c.stream, p.misroute_permille)) return Outcome::kNotFound;
  const std::int64_t largest = w.operation_parameters[operation].max_bytes;
  if (largest > 0 && p.request_bytes > largest) {
    c.cause |= w.cause(PartKind::kOperation, operation);
    return Outcome::kTooLarge;
  }
  return Outcome::kOk;
}

}  // namespace

bool set_out(World& w, std::uint32_t call, bool fresh, std::int64_t& delay) {
  const CompiledRoute& route = route_of(w, w.calls[call].edge);
  if (fresh && !connect(w, call, route, delay)) return false;
  Call& c = w.calls[call];
  const auto& links = w.compiled->route_links;
  for (std::uint32_t n = route.first_link; n < route.first_link + route.links; ++n) {
    if (refuses(w, c, links[n])) return fails(w, call, Outcome::kUnreachable, delay + round_trip(w, c));
    if (!cross(w, c, links[n], false, w.edge_parameters[c.edge].request_bytes, delay)) return lost(w, call);
  }
  if (fresh && route.certificate != kNone16 && !accepts_certificate(w, c, route.certificate))
    return fails(w, call, Outcome::kTlsFailure, delay + 2 * round_trip(w, c));
  return true;
}

bool come_back(World& w, std::uint32_t call, std::int64_t& delay) {
  Call& c = w.calls[call];
  const CompiledRoute& route = route_of(w, c.edge);
  for (std::uint32_t n = route.first_link; n < route.first_link + route.links; ++n) {
    if (cross(w, c, w.compiled->route_links[n], true, w.edge_parameters[c.edge].response_bytes, delay))
      continue;
    c.state = CallState::kSent;
    return lost(w, call);
  }
  return true;
}

void brief(World& w, std::uint32_t call, std::uint32_t task, bool fresh) {
  Call& c = w.calls[call];
  if (w.edge_parameters[c.edge].propagate_deadline != 0 && c.has_deadline != 0)
    guard_of(w, task).deadline = c.deadline;
  const Outcome answer = verdict(w, c, w.tasks[task].operation, fresh);
  if (answer == Outcome::kOk) return;
  guard_of(w, task).verdict = answer;
  w.tasks[task].cause |= c.cause;
}

void load_process(World& w, std::uint16_t instance) {
  load_certificates(w, instance);
  load_secrets(w, instance);
  forget_names(w, instance);
}

void load_all(World& w) {
  const Model& m = *w.model;
  const std::size_t columns = w.instances.size() + 1;
  w.links.resize(m.links.size() * 2);
  w.name_caches.resize(m.dns_names.size() * columns);
  w.resolvers.resize(m.resolvers.size());
  w.loaded_certificates.resize(m.certificates.size() * w.instances.size());
  w.loaded_secrets.resize(m.secrets.size() * columns);
  for (std::uint16_t i = 0; i < w.instances.size(); ++i) load_process(w, i);
  for (std::uint16_t n = 0; n < m.secrets.size(); ++n) sync_secret(w, n);
}

}  // namespace incident::sim
