#include "sim/parts/guards.h"

#include <algorithm>

namespace incident::sim {
namespace {

bool plain(const World& w, std::size_t edge) {
  const EdgeParameters& p = w.edge_parameters[edge];
  return p.propagate_deadline == 0 && p.hedge_us == 0 && p.bulkhead == 0 && p.rate_limit == 0 &&
         p.wrong_port == 0 && p.forbidden == 0 && p.misroute_permille == 0 && p.repeat == 1 &&
         (w.compiled->routes.empty() || w.compiled->routes[edge].empty());
}

bool unguarded(const World& w) {
  return std::all_of(w.edge_plain.begin(), w.edge_plain.end(), [](std::uint8_t p) { return p != 0; }) &&
         std::all_of(w.service_parameters.begin(), w.service_parameters.end(),
                     [](const ServiceParameters& p) {
                       return p.codel_target_us == 0 && p.concurrency_target_us == 0 && p.rate_limit == 0;
                     }) &&
         std::all_of(w.operation_parameters.begin(), w.operation_parameters.end(),
                     [](const OperationParameters& p) { return p.rate_limit == 0 && p.max_bytes == 0; }) &&
         std::all_of(w.cache_parameters.begin(), w.cache_parameters.end(),
                     [](const CacheParameters& p) { return p.single_flight == 0; });
}

}  // namespace

void refresh_guards(World& w) {
  w.edge_plain.resize(w.edge_parameters.size());
  for (std::size_t e = 0; e < w.edge_parameters.size(); ++e) w.edge_plain[e] = plain(w, e);
  if (w.guarded || unguarded(w)) return;
  w.guarded = true;
  w.client_guards.resize(w.compiled->clients);
  w.admissions.resize(w.instances.size());
  w.buckets.resize(w.services.size() + w.operation_parameters.size() + w.edge_parameters.size());
  w.flight_heads.assign(w.instances.size(), kNone);
}

}  // namespace incident::sim
