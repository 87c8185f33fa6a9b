// Reading gauges off the simulation before a scrape.
#include "telemetry/instruments.h"

namespace incident::telemetry {
namespace {

std::int64_t pod_gauge(const sim::Simulation& sim, const Layout& layout, const GaugeSpec& spec,
                       sim::InstanceId id, const sim::InstanceView& view, bool up, std::int64_t present) {
  switch (spec.kind) {
    case GaugeKind::kUp:
      return up ? 1 : 0;
    case GaugeKind::kReady:
      return view.state == sim::InstanceState::kReady && view.healthy && !view.drained ? 1 : 0;
    case GaugeKind::kRestarts:
      return view.restarts;
    case GaugeKind::kCpuUsage:
    case GaugeKind::kProcessCpu:
      return view.cpu_used.us;
    case GaugeKind::kCpuLimit:
      return sim.parameter(layout.cpu_limit(view.service));
    case GaugeKind::kActiveRequests:
      return view.busy_workers;
    case GaugeKind::kQueueLength:
      return view.queued;
    case GaugeKind::kPoolUsed:
      return sim.pool(sim::PoolId(std::size_t{spec.part}), id).in_use;
    case GaugeKind::kPoolIdle: {
      const sim::PoolView pool = sim.pool(sim::PoolId(std::size_t{spec.part}), id);
      return pool.open > pool.in_use ? pool.open - pool.in_use : 0;
    }
    case GaugeKind::kPoolMax:
      return sim.pool(sim::PoolId(std::size_t{spec.part}), id).size;
    case GaugeKind::kPoolPending:
      return sim.pool(sim::PoolId(std::size_t{spec.part}), id).waiting;
    case GaugeKind::kBreakerState: {
      const sim::BreakerView breaker = sim.breaker(sim::EdgeId(std::size_t{spec.part}), id);
      return breaker.open ? 2 : breaker.half_open ? 1 : 0;
    }
    case GaugeKind::kConnections:
      return view.connections;
    case GaugeKind::kConnectionsMax:
      return sim.parameter(layout.connections_max(view.service));
    case GaugeKind::kPublished:
      return sim.gauge(spec.row, id.index(), spec.lane);
    default:
      return present;
  }
}

std::int64_t service_gauge(const sim::Simulation& sim, const GaugeSpec& spec, std::int64_t available) {
  switch (spec.kind) {
    case GaugeKind::kReplicasAvailable:
      return available;
    case GaugeKind::kLockWaiters:
      return sim.lock_waiters(sim::LockSetId(std::size_t{spec.part}));
    case GaugeKind::kCacheHits:
      return static_cast<std::int64_t>(sim.cache(sim::CacheId(std::size_t{spec.part})).hits);
    case GaugeKind::kCacheMisses:
      return static_cast<std::int64_t>(sim.cache(sim::CacheId(std::size_t{spec.part})).misses);
    case GaugeKind::kCacheEntries:
      return static_cast<std::int64_t>(sim.cache(sim::CacheId(std::size_t{spec.part})).entries);
    case GaugeKind::kCacheEvictions:
      return static_cast<std::int64_t>(sim.cache(sim::CacheId(std::size_t{spec.part})).evictions);
    case GaugeKind::kPublished:
      return sim.gauge(spec.row, spec.part, spec.lane);
    default:
      return 0;
  }
}

// Share of the CPU limit from which a pod's CPU is part of the story whoever made it busy.
constexpr std::int64_t kBusyPermille = 700;

}  // namespace

// A request that a fault made slow elsewhere passes through many pods whose CPU shows nothing of it. So CPU
// shows a cause that changed this service or its traffic, and any other only where CPU is short.
void Instruments::touch_compute(MetricStore& store, Slot& slot, const sim::InstanceView& view,
                                std::int64_t limit) {
  // Microseconds of CPU against millicores times microseconds: a factor of 1000 for each permille.
  const std::int64_t used = view.cpu_used.us - slot.cpu_us;
  slot.cpu_us = view.cpu_used.us;
  if (slot.seen == 0) return;
  const bool busy = view.queued > 0 || used * 1'000'000 > limit * store.interval().us * kBusyPermille;
  const sim::CauseMask direct = direct_.empty() ? 0 : direct_[view.service.index()];
  const sim::CauseMask mask = busy ? slot.seen : slot.seen & direct;
  slot.seen = 0;
  if (mask != 0) store.touch(slot.groups + kComputeGroup, mask);
}

void Instruments::sample(MetricStore& store, const sim::Simulation& sim) {
  std::vector<std::int64_t> available(service_gauges_.size(), 0);
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    Slot& s = slots_[slot];
    if (s.pod == nullptr) continue;
    const sim::InstanceId id(slot);
    const sim::InstanceView view = sim.instance(id);
    available[s.pod->service.index()] +=
        view.state == sim::InstanceState::kReady && view.healthy && !view.drained;
    touch_compute(store, s, view, sim.parameter(layout_->cpu_limit(view.service)));
    const auto& gauges = layout_->service(s.pod->service).pod_gauges;
    for (std::uint32_t g = 0; g < gauges.size(); ++g) {
      if (gauges[g].shown == Shown::kByProcess && !s.up) continue;
      std::int64_t& cell = store.cell(s.gauges + g);
      cell = pod_gauge(sim, *layout_, gauges[g], id, view, s.up, cell);
    }
  }
  for (std::size_t service = 0; service < service_gauges_.size(); ++service) {
    const auto& gauges = layout_->service(sim::ServiceId(service)).service_gauges;
    for (std::uint32_t g = 0; g < gauges.size(); ++g) {
      store.cell(service_gauges_[service] + g) = service_gauge(sim, gauges[g], available[service]);
    }
  }
}

}  // namespace incident::telemetry
