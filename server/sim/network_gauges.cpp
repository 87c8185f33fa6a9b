#include "sim/network_gauges.h"

#include <algorithm>

#include "sim/engine/world.h"
#include "sim/parts/certificates.h"

namespace incident::sim {
namespace {

// Which services show a thing: those whose model uses it at the start, or lets players use it.
bool can_set(const Model& m, PartKind kind, std::string_view name, std::size_t part) {
  return std::any_of(m.config_keys.begin(), m.config_keys.end(), [&](const ConfigKeySpec& key) {
    const ParameterInfo& info = parameters()[key.target.parameter];
    return info.part == kind && info.name == name && key.target.part == part;
  });
}
template <class Uses>
std::uint32_t any_client(const Model& m, std::size_t service, std::string_view name, Uses uses) {
  for (std::size_t e = 0; e < m.edges.size(); ++e) {
    if (m.edges[e].from.index() != service) continue;
    if (uses(m.edges[e].initial) || can_set(m, PartKind::kEdge, name, e)) return 1;
  }
  return 0;
}
std::uint32_t hedges(const Model& m, std::size_t service) {
  return any_client(m, service, "hedge", [](const EdgeParameters& p) { return p.hedge_us > 0; });
}
std::uint32_t has_bulkhead(const Model& m, std::size_t service) {
  return any_client(m, service, "bulkhead", [](const EdgeParameters& p) { return p.bulkhead > 0; });
}
std::uint32_t limits_concurrency(const Model& m, std::size_t s) {
  return m.services[s].initial.concurrency_target_us > 0 ||
                 can_set(m, PartKind::kService, "concurrency_target", s)
             ? 1
             : 0;
}
std::uint32_t has_codel(const Model& m, std::size_t s) {
  return m.services[s].initial.codel_target_us > 0 || can_set(m, PartKind::kService, "codel_target", s) ? 1
                                                                                                        : 0;
}
std::uint32_t one(const Model&, std::size_t) {
  return 1;
}

template <class Field>
std::int64_t over_clients(const World& w, std::size_t i, Field field) {
  if (!w.guarded) return 0;
  const std::uint16_t service = w.instances[i].service;
  std::int64_t sum = 0;
  for (const CompiledEdge& e : w.compiled->edges) {
    if (e.from == service)
      sum += w.client_guards[e.client + (i - w.compiled->services[service].first)].*field;
  }
  return sum;
}
std::int64_t read_hedges(const World& w, std::size_t i, std::uint32_t) {
  return over_clients(w, i, &ClientGuard::hedges);
}
std::int64_t read_hedges_won(const World& w, std::size_t i, std::uint32_t) {
  return over_clients(w, i, &ClientGuard::hedges_won);
}
std::int64_t read_in_progress(const World& w, std::size_t i, std::uint32_t) {
  return over_clients(w, i, &ClientGuard::in_progress);
}
std::int64_t read_bulkhead_refused(const World& w, std::size_t i, std::uint32_t) {
  return over_clients(w, i, &ClientGuard::refused);
}
std::int64_t read_limit(const World& w, std::size_t i, std::uint32_t) {
  if (!w.guarded || w.admissions[i].limit == 0) return w.instances[i].workers;
  return w.admissions[i].limit / 1000;
}
std::int64_t read_over_limit(const World& w, std::size_t i, std::uint32_t) {
  return w.guarded ? w.admissions[i].over_limit : 0;
}
std::int64_t read_late(const World& w, std::size_t i, std::uint32_t) {
  return w.guarded ? w.admissions[i].late : 0;
}

std::int64_t read_expiry(const World& w, std::size_t certificate, std::uint32_t) {
  return earliest_expiry(w, certificate);
}
std::int64_t read_no_error(const World& w, std::size_t r, std::uint32_t) {
  return static_cast<std::int64_t>(w.resolvers[r].no_error);
}
std::int64_t read_no_domain(const World& w, std::size_t r, std::uint32_t) {
  return static_cast<std::int64_t>(w.resolvers[r].no_domain);
}
std::int64_t read_server_failures(const World& w, std::size_t r, std::uint32_t) {
  return static_cast<std::int64_t>(w.resolvers[r].server_failures);
}
std::int64_t read_dropped(const World& w, std::size_t r, std::uint32_t) {
  return static_cast<std::int64_t>(w.resolvers[r].dropped);
}
std::int64_t read_sent(const World& w, std::size_t link, std::uint32_t) {
  return w.links[link * 2].bytes;
}
std::int64_t read_back(const World& w, std::size_t link, std::uint32_t) {
  return w.links[link * 2 + 1].bytes;
}
std::int64_t read_sent_drops(const World& w, std::size_t link, std::uint32_t) {
  return w.links[link * 2].drops;
}
std::int64_t read_back_drops(const World& w, std::size_t link, std::uint32_t) {
  return w.links[link * 2 + 1].drops;
}
std::int64_t read_resent(const World& w, std::size_t link, std::uint32_t) {
  return std::int64_t{w.links[link * 2].resent} + w.links[link * 2 + 1].resent;
}

using Read = std::int64_t (*)(const World&, std::size_t, std::uint32_t);
using Lanes = std::uint32_t (*)(const Model&, std::size_t);

GaugeInfo pod_row(std::string_view metric, std::string_view help, Lanes lanes, Read read,
                  bool counts = true) {
  GaugeInfo row;
  row.metric = metric;
  row.help = help;
  row.counter = row.weighted = counts;
  row.lanes = lanes;
  row.read = read;
  return row;
}
GaugeInfo part_row(std::string_view metric, std::string_view help, PartKind kind, std::string_view label,
                   Read read, bool weighted = true) {
  GaugeInfo row;
  row.metric = metric;
  row.help = help;
  row.counter = true;
  row.weighted = weighted;
  row.kind = kind;
  row.pods = false;
  row.label = label;
  row.lanes = one;
  row.read = read;
  return row;
}

}  // namespace

void add_network_gauges(std::vector<GaugeInfo>& rows) {
  rows.push_back(pod_row("http_client_hedged_total", "Second attempts made beside a slow first one.", hedges,
                         read_hedges));
  rows.push_back(pod_row("http_client_hedges_won_total", "Second attempts that answered first.", hedges,
                         read_hedges_won));
  rows.push_back(pod_row("resilience4j_bulkhead_concurrent_calls",
                         "Calls in progress that count for a bulkhead.", has_bulkhead, read_in_progress,
                         false));
  rows.push_back(pod_row("resilience4j_bulkhead_rejected_calls_total", "Calls that a bulkhead refused.",
                         has_bulkhead, read_bulkhead_refused));
  rows.push_back(pod_row("concurrency_limiter_limit", "Requests that the adaptive limit lets in at once.",
                         limits_concurrency, read_limit, false));
  rows.push_back(pod_row("concurrency_limiter_rejected_total", "Requests refused by the adaptive limit.",
                         limits_concurrency, read_over_limit));
  rows.push_back(
      pod_row("codel_dropped_total", "Requests refused for having waited too long.", has_codel, read_late));

  GaugeInfo expiry = part_row("probe_ssl_earliest_cert_expiry",
                              "When the first certificate that is presented expires, in seconds.",
                              PartKind::kCertificate, "instance", read_expiry, false);
  expiry.counter = false;
  expiry.divisor = 1'000'000;
  rows.push_back(expiry);

  const auto responses = [&](std::string_view rcode, Read read) {
    GaugeInfo row = part_row("coredns_dns_responses_total", "Answers of the resolver, by response code.",
                             PartKind::kResolver, "server", read);
    row.fixed_label = "rcode";
    row.fixed_value = rcode;
    rows.push_back(row);
  };
  responses("NOERROR", read_no_error);
  responses("NXDOMAIN", read_no_domain);
  responses("SERVFAIL", read_server_failures);
  rows.push_back(part_row("coredns_dns_requests_dropped_total", "Questions that got no answer.",
                          PartKind::kResolver, "server", read_dropped));

  rows.push_back(
      part_row("ifHCOutOctets", "Bytes sent over the link.", PartKind::kLink, "ifName", read_sent, false));
  rows.push_back(part_row("ifHCInOctets", "Bytes that came back over the link.", PartKind::kLink, "ifName",
                          read_back, false));
  rows.push_back(part_row("ifOutDiscards", "Messages sent that the link dropped.", PartKind::kLink, "ifName",
                          read_sent_drops));
  rows.push_back(
      part_row("ifInDiscards", "Answers that the link dropped.", PartKind::kLink, "ifName", read_back_drops));
  rows.push_back(part_row("node_netstat_Tcp_RetransSegs", "Messages that had to be sent again.",
                          PartKind::kLink, "ifName", read_resent));
}

}  // namespace incident::sim
