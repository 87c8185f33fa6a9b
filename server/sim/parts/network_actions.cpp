#include "sim/parts/network_actions.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/certificates.h"
#include "sim/parts/changes.h"
#include "sim/parts/dns.h"
#include "sim/parts/instance.h"
#include "sim/parts/secrets.h"

namespace incident::sim {
namespace {

using Preview = Simulation::ActionPreview;

Result<Preview> preview_certificate(const World& w, const Action& a) {
  if (a.target >= w.certificate_parameters.size()) return no_such("certificate", a.target);
  return Preview{{a.kind == ActionKind::kRenewCertificate ? kRenewUs : kReloadUs}, 0};
}

Result<Preview> preview_secret(const World& w, const Action& a) {
  if (a.target >= w.secret_parameters.size()) return no_such("secret", a.target);
  return Preview{{a.kind == ActionKind::kRotateSecret ? kRotateUs : kSyncSecretUs}, 0};
}

Result<Preview> preview_name(const World& w, const Action& a) {
  if (a.target >= w.dns_name_parameters.size()) return no_such("name", a.target);
  if (a.kind == ActionKind::kFlushDns) return Preview{{kFlushDnsUs}, 0};
  const DnsNameParameters& p = w.dns_name_parameters[a.target];
  if (p.deleted == 0 && p.stale == 0) return refused("the record is there and points to the service");
  return Preview{{kRestoreRecordUs}, 0};
}

Result<Preview> preview_link(const World& w, const Action& a) {
  if (a.target >= w.link_parameters.size()) return no_such("link", a.target);
  if (a.value != 0 && a.value != 1) return out_of_range("allowed", 0, 1);
  const LinkParameters& p = w.link_parameters[a.target];
  const bool open = p.refused == 0 && p.blocked == 0 && p.blocked_back == 0;
  if (open == (a.value == 1))
    return refused(open ? "its policies let everything pass" : "it is closed already");
  return Preview{{kPolicyPushUs}, 0};
}

Result<Preview> preview_rate(const World& w, const Action& a) {
  const auto service = service_target(w, a.target);
  if (!service) return service.error();
  if (a.value < 0 || a.value > kRateLimitMax) return out_of_range("requests a second", 0, kRateLimitMax);
  if (a.value * 1000 == w.service_parameters[*service].rate_limit)
    return refused("it has this limit already");
  return Preview{{kShedPushUs}, 0};
}

Result<Preview> preview_breaker(const World& w, const Action& a) {
  if (a.target >= w.edge_parameters.size()) return no_such("client", a.target);
  if (a.value != 0 && a.value != 1) return out_of_range("open", 0, 1);
  if (w.edge_parameters[a.target].breaker_failure_permille == 0)
    return refused("this client has no circuit breaker");
  return Preview{{kFlagPushUs}, 0};
}

Result<Preview> preview_clock(const World& w, const Action& a) {
  if (a.target >= w.instances.size() || w.instances[a.target].state == InstanceState::kAbsent)
    return no_such("instance", a.target);
  return Preview{{kSyncClockUs}, 0};
}

std::uint16_t service_of_action(const World& w, const Action& a, PartKind kind) {
  switch (kind) {
    case PartKind::kCertificate:
      return w.model->certificates[a.target].service.value;
    case PartKind::kSecret:
      return w.model->secrets[a.target].service.value;
    case PartKind::kDnsName:
      return w.model->dns_names[a.target].service.value;
    default:
      return kNone16;
  }
}

// The entry in the feed of an action that is about a part's state and not about a setting.
void note(World& w, std::uint32_t id, PartKind kind) {
  const Action a = w.actions[id].action;
  w.actions[id].cause |= w.cause(kind, a.target);
  add_action_change(w, id, ChangeKind::kInfrastructure, service_of_action(w, a, kind));
}

void put(World& w, std::uint32_t change, PartKind kind, std::string_view name, std::uint32_t part,
         std::int64_t value) {
  const ParameterRef ref = ref_of(kind, name, part);
  if (parameter_value(w, ref) != value) apply_setting(w, change, ref, value);
}

std::uint32_t change_of(World& w, std::uint32_t id, ChangeKind kind, std::uint16_t service) {
  return add_action_change(w, id, kind, service);
}

}  // namespace

Result<Simulation::ActionPreview> preview_network(const World& w, const Action& a) {
  switch (a.kind) {
    case ActionKind::kRenewCertificate:
    case ActionKind::kReloadCertificate:
      return preview_certificate(w, a);
    case ActionKind::kRotateSecret:
    case ActionKind::kSyncSecret:
      return preview_secret(w, a);
    case ActionKind::kFlushDns:
    case ActionKind::kRestoreRecord:
      return preview_name(w, a);
    case ActionKind::kSetLinkPolicy:
      return preview_link(w, a);
    case ActionKind::kSetRateLimit:
      return preview_rate(w, a);
    case ActionKind::kSetBreaker:
      return preview_breaker(w, a);
    default:
      return preview_clock(w, a);
  }
}

// A new certificate for the right name, with a chain that everybody knows. Processes that do not reload by
// themselves still hold the old one.
bool renew_certificate(World& w, std::uint32_t id) {
  const std::uint32_t n = w.actions[id].action.target;
  w.actions[id].cause |= w.cause(PartKind::kCertificate, n);
  const std::uint32_t change = change_of(w, id, ChangeKind::kInfrastructure,
                                         service_of_action(w, w.actions[id].action, PartKind::kCertificate));
  put(w, change, PartKind::kCertificate, "not_before", n, w.now);
  put(w, change, PartKind::kCertificate, "not_after", n, w.now + kInTheFarFuture);
  put(w, change, PartKind::kCertificate, "wrong_name", n, 0);
  // The same issuer signs it: a chain whose root has expired for old clients stays what it is.
  return true;
}

bool reload_certificate(World& w, std::uint32_t id) {
  const std::uint32_t n = w.actions[id].action.target;
  note(w, id, PartKind::kCertificate);
  const CompiledService& s = w.compiled->services[w.model->certificates[n].service.index()];
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) load_certificates(w, i);
  return true;
}

// Clients that do not load the new version are refused from now on.
bool rotate_secret(World& w, std::uint32_t id) {
  const std::uint32_t n = w.actions[id].action.target;
  w.actions[id].cause |= w.cause(PartKind::kSecret, n);
  const std::uint32_t change =
      change_of(w, id, ChangeKind::kConfig, service_of_action(w, w.actions[id].action, PartKind::kSecret));
  const SecretParameters& p = w.secret_parameters[n];
  const std::int64_t next = std::max(p.version, p.accepted_from) + 1;
  put(w, change, PartKind::kSecret, "version", n, next);
  put(w, change, PartKind::kSecret, "accepted_from", n, next);
  if (p.accepted_to < next) put(w, change, PartKind::kSecret, "accepted_to", n, next);
  return true;
}

// The store gets a version that the server takes, and every client loads it.
bool sync_secret_action(World& w, std::uint32_t id) {
  const std::uint32_t n = w.actions[id].action.target;
  w.actions[id].cause |= w.cause(PartKind::kSecret, n);
  const std::uint32_t change =
      change_of(w, id, ChangeKind::kConfig, service_of_action(w, w.actions[id].action, PartKind::kSecret));
  const SecretParameters& p = w.secret_parameters[n];
  put(w, change, PartKind::kSecret, "version", n, std::clamp(p.version, p.accepted_from, p.accepted_to));
  sync_secret(w, static_cast<std::uint16_t>(n));
  return true;
}

bool flush_dns(World& w, std::uint32_t id) {
  note(w, id, PartKind::kDnsName);
  forget_name(w, static_cast<std::uint16_t>(w.actions[id].action.target));
  return true;
}

// The record points to the service again; who has kept the old answer goes on with it.
bool restore_record(World& w, std::uint32_t id) {
  const std::uint32_t n = w.actions[id].action.target;
  w.actions[id].cause |= w.cause(PartKind::kDnsName, n);
  const std::uint32_t change = change_of(w, id, ChangeKind::kInfrastructure,
                                         service_of_action(w, w.actions[id].action, PartKind::kDnsName));
  put(w, change, PartKind::kDnsName, "deleted", n, 0);
  put(w, change, PartKind::kDnsName, "stale", n, 0);
  return true;
}

bool set_link_policy(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  w.actions[id].cause |= w.cause(PartKind::kLink, a.target);
  // A link is nobody's: the feed shows it with who is behind it.
  const LinkSpec& link = w.model->links[a.target];
  const auto& group = link.to.empty() ? link.from : link.to;
  const std::uint32_t change =
      change_of(w, id, ChangeKind::kInfrastructure, group.empty() ? kNone16 : group.front().value);
  put(w, change, PartKind::kLink, "refused", a.target, a.value == 1 ? 0 : 1);
  if (a.value == 1) {
    put(w, change, PartKind::kLink, "blocked", a.target, 0);
    put(w, change, PartKind::kLink, "blocked_back", a.target, 0);
  }
  return true;
}

bool set_rate_limit(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  set_by_action(w, id, ChangeKind::kConfig, static_cast<std::uint16_t>(a.target),
                ref_of(PartKind::kService, "rate_limit", a.target), a.value * 1000);
  return true;
}

// Open: no call leaves for breaker_open; closed: it forgets what it has seen.
bool set_breaker(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  const CompiledEdge& edge = w.compiled->edges[a.target];
  w.actions[id].cause |= w.cause(PartKind::kEdge, a.target);
  add_action_change(w, id, ChangeKind::kConfig, edge.from);
  for (std::uint32_t n = edge.client; n < edge.client + w.compiled->services[edge.from].slots; ++n) {
    Client& client = w.clients[n];
    client.window = 0;
    client.calls = 0;
    client.breaker = a.value == 1 ? BreakerState::kOpen : BreakerState::kClosed;
    client.open_until = a.value == 1 ? w.now + w.edge_parameters[a.target].breaker_open_us : 0;
  }
  return true;
}

bool sync_clock(World& w, std::uint32_t id) {
  const Action a = w.actions[id].action;
  set_by_action(w, id, ChangeKind::kInfrastructure, w.service_of(static_cast<std::uint16_t>(a.target)),
                ref_of(PartKind::kInstance, "clock_drift", a.target), 0);
  return true;
}

}  // namespace incident::sim
