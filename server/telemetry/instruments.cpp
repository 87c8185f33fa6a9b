#include "telemetry/instruments.h"

#include <algorithm>

namespace incident::telemetry {
namespace {

using sim::Outcome;

constexpr std::size_t kUserOutcomes = 3;
constexpr const char* kUserOutcomeNames[kUserOutcomes] = {"ok", "slow", "failed"};

bool is_store(sim::ServiceKind kind) {
  return kind == sim::ServiceKind::kDatabase || kind == sim::ServiceKind::kCache;
}

// Outcomes that a server's metrics do not tell apart share one: the first with the same status.
Outcome server_variant(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPoolTimeout:
    case Outcome::kTooManyConnections:
    case Outcome::kLockTimeout:
    case Outcome::kDependency:
    case Outcome::kPortsExhausted:
    case Outcome::kTooManyFiles:
    case Outcome::kDeadlock:
    case Outcome::kReadOnly:
    case Outcome::kDiskFull:
    case Outcome::kKeyOverflow:
      return Outcome::kError;
    case Outcome::kShed:
    case Outcome::kNoInstance:
    case Outcome::kCircuitOpen:
    case Outcome::kBulkheadFull:
    case Outcome::kDnsFailure:
    case Outcome::kTlsFailure:
    case Outcome::kUnreachable:
      return Outcome::kQueueFull;
    case Outcome::kDeadlineExceeded:
      return Outcome::kTimeout;
    case Outcome::kConnectionRefused:
      return Outcome::kConnectionReset;
    default:
      return outcome;
  }
}

Outcome client_variant(Outcome outcome) {
  if (outcome == Outcome::kDependency) return Outcome::kError;
  return outcome == Outcome::kShed ? Outcome::kQueueFull : outcome;
}

// A task that never came to a process leaves nothing in that process' metrics.
bool reached_process(Outcome outcome) {
  return outcome != Outcome::kConnectionRefused && outcome != Outcome::kTooManyConnections &&
         outcome != Outcome::kUnreachable && outcome != Outcome::kTlsFailure;
}

}  // namespace

Instruments::Instruments(std::shared_ptr<const Layout> layout, MetricStore& store)
    : layout_(std::move(layout)) {
  const sim::Model& model = layout_->names().model();
  slots_.resize(layout_->slots());
  std::size_t total = 0;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    slots_[slot].histograms = static_cast<std::uint32_t>(total);
    total += rows(slot) * kOutcomes;
  }
  histograms_.resize(total);
  users_.resize(model.journeys.size() * model.edges.size() * kUserOutcomes);
  journeys_.resize(model.journeys.size());
  for (std::size_t s = 0; s < model.services.size(); ++s) {
    const sim::ServiceId id(s);
    const ServiceLayout& service = layout_->service(id);
    service_group_.push_back(store.add_group());
    service_gauges_.push_back(store.add_cells(service.service_gauges.size()));
    // Customers have no pods and no metrics of their own, but what belongs to no service is listed with them.
    const bool watched = layout_->names().service(id).watched;
    for (std::size_t g = 0; g < service.service_gauges.size(); ++g) {
      const GaugeSpec& spec = service.service_gauges[g];
      if (!watched && spec.kind != GaugeKind::kPublished) continue;
      std::vector<promql::Label> labels{{"__name__", spec.metric}};
      if (watched) labels.push_back({"service", layout_->names().service(id).name});
      for (const auto& [name, value] : spec.labels) labels.push_back({name, value});
      Series series;
      series.labels = std::make_shared<const promql::Labels>(promql::Labels::from(std::move(labels)));
      series.cell = service_gauges_[s] + static_cast<std::uint32_t>(g);
      series.multiplier = spec.weighted ? model.weight : 1;
      series.divisor = spec.divisor;
      series.group = service_group_[s];
      store.add_series(std::move(series));
    }
  }
}

std::size_t Instruments::rows(std::size_t slot) const {
  const ServiceLayout& service = layout_->service(layout_->service_of(slot));
  return service.operations.size() + service.clients.size();
}

std::vector<promql::Label> Instruments::pod_labels(const PodName& pod) const {
  return {
      {"service", layout_->names().service(pod.service).name}, {"pod", pod.name}, {"version", pod.version}};
}

void Instruments::pod_started(MetricStore& store, std::size_t slot, PodNamePtr pod) {
  Slot& s = slots_[slot];
  const sim::ServiceId id = layout_->service_of(slot);
  const ServiceLayout& service = layout_->service(id);
  if (s.gauges == kNone) {
    s.gauges = store.add_cells(service.pod_gauges.size());
    s.groups = store.add_group();
    for (std::uint16_t g = 1; g < service.groups; ++g) store.add_group();
  }
  for (std::uint32_t g = 0; g < service.pod_gauges.size(); ++g) store.cell(s.gauges + g) = 0;
  s.pod = std::move(pod);
  s.series = kNone;
  s.up = false;
  s.seen = 0;
  s.cpu_us = 0;
  if (store.full()) return;
  s.series = static_cast<std::uint32_t>(store.series_count());
  for (std::uint32_t g = 0; g < service.pod_gauges.size(); ++g) {
    const GaugeSpec& spec = service.pod_gauges[g];
    std::vector<promql::Label> labels = pod_labels(*s.pod);
    labels.push_back({"__name__", spec.metric});
    for (const auto& [name, value] : spec.labels) labels.push_back({name, value});
    Series series;
    series.labels = std::make_shared<const promql::Labels>(promql::Labels::from(std::move(labels)));
    series.cell = s.gauges + g;
    series.multiplier = spec.weighted ? layout_->names().model().weight : 1;
    series.divisor = spec.divisor;
    series.group = s.groups + spec.group;
    const std::uint32_t index = store.add_series(std::move(series));
    if (spec.shown == Shown::kByProcess) store.end_series(index);
  }
}

void Instruments::show_gauges(MetricStore& store, std::size_t slot, Shown shown, bool show) {
  const Slot& s = slots_[slot];
  if (s.series == kNone) return;
  const auto& gauges = layout_->service(layout_->service_of(slot)).pod_gauges;
  for (std::uint32_t g = 0; g < gauges.size(); ++g) {
    if (gauges[g].shown != shown) continue;
    if (show) {
      store.reopen_series(s.series + g);
    } else {
      store.end_series(s.series + g);
    }
  }
}

void Instruments::process_up(MetricStore& store, std::size_t slot) {
  if (slots_[slot].pod == nullptr || slots_[slot].up) return;
  slots_[slot].up = true;
  show_gauges(store, slot, Shown::kByProcess, true);
}

void Instruments::process_down(MetricStore& store, std::size_t slot) {
  Slot& s = slots_[slot];
  if (s.pod == nullptr) return;
  s.up = false;
  show_gauges(store, slot, Shown::kByProcess, false);
  const auto& gauges = layout_->service(layout_->service_of(slot)).pod_gauges;
  for (std::uint32_t g = 0; g < gauges.size(); ++g) {
    if (gauges[g].shown == Shown::kByProcess) store.cell(s.gauges + g) = 0;
  }
  const std::size_t operations = layout_->service(layout_->service_of(slot)).operations.size();
  for (std::size_t i = 0; i < rows(slot) * kOutcomes; ++i) {
    Histogram& h = histograms_[s.histograms + i];
    if (h.cell == kNone || !h.open) continue;
    h.open = false;
    const Bounds& bounds = bounds_of(slot, i / kOutcomes, i / kOutcomes < operations);
    for (std::uint32_t c = 0; c < bounds.cells(); ++c) store.cell(h.cell + c) = 0;
    for (std::uint32_t k = 0; k < bounds.labels.size() + 2; ++k) store.end_series(h.series + k);
  }
}

void Instruments::pod_gone(MetricStore& store, std::size_t slot) {
  Slot& s = slots_[slot];
  if (s.pod == nullptr) return;
  process_down(store, slot);
  const ServiceLayout& service = layout_->service(layout_->service_of(slot));
  if (s.series != kNone) {
    for (std::uint32_t g = 0; g < service.pod_gauges.size(); ++g) store.retire_series(s.series + g);
  }
  for (std::size_t i = 0; i < rows(slot) * kOutcomes; ++i) {
    Histogram& h = histograms_[s.histograms + i];
    if (h.series == kNone) continue;
    const std::size_t row = i / kOutcomes;
    const Bounds& bounds = bounds_of(slot, row, row < service.operations.size());
    for (std::uint32_t k = 0; k < bounds.labels.size() + 2; ++k) store.retire_series(h.series + k);
    h.series = kNone;
  }
  s.pod = nullptr;
  s.series = kNone;
}

const Bounds& Instruments::bounds_of(std::size_t slot, std::size_t row, bool server) const {
  const sim::ServiceId id = layout_->service_of(slot);
  const ServiceLayout& service = layout_->service(id);
  const bool store = server ? is_store(layout_->names().service(id).kind)
                            : service.clients[row - service.operations.size()].statement.valid();
  return store ? kStoreBounds : kHttpBounds;
}

void Instruments::add_histogram_series(MetricStore& store, Histogram& h, const Bounds& bounds,
                                       const std::string& metric, const std::vector<promql::Label>& labels) {
  const std::uint32_t weight = layout_->names().model().weight;
  h.series = static_cast<std::uint32_t>(store.series_count());
  const auto add = [&](const char* suffix, std::string_view le, std::uint32_t first, std::size_t cells,
                       std::uint32_t divisor) {
    std::vector<promql::Label> all = labels;
    all.push_back({"__name__", metric + suffix});
    if (!le.empty()) all.push_back({std::string(promql::kBucketLabel), std::string(le)});
    Series series;
    series.labels = std::make_shared<const promql::Labels>(promql::Labels::from(std::move(all)));
    series.cell = first;
    series.cells = static_cast<std::uint16_t>(cells);
    series.multiplier = weight;
    series.divisor = divisor;
    series.group = h.group;
    store.add_series(std::move(series));
  };
  for (std::size_t b = 0; b < bounds.labels.size(); ++b) add("_bucket", bounds.labels[b], h.cell, b + 1, 1);
  const auto sum = static_cast<std::uint32_t>(bounds.us.size() + 1);
  add("_sum", {}, h.cell + sum, 1, 1'000'000);
  add("_count", {}, h.cell, bounds.us.size() + 1, 1);
}

void Instruments::open_histogram(MetricStore& store, std::size_t slot, std::size_t row, Outcome variant,
                                 bool server, Histogram& h) {
  const Slot& s = slots_[slot];
  const sim::ServiceId id = layout_->service_of(slot);
  const ServiceLayout& service = layout_->service(id);
  const Names& names = layout_->names();
  const Bounds& bounds = bounds_of(slot, row, server);
  if (h.cell == kNone) {
    h.cell = store.add_cells(bounds.cells());
    h.group = store.add_group();
  }
  h.open = true;
  if (h.series != kNone) {
    for (std::uint32_t k = 0; k < bounds.labels.size() + 2; ++k) store.reopen_series(h.series + k);
    return;
  }
  std::vector<promql::Label> labels = pod_labels(*s.pod);
  std::string metric;
  if (server) {
    const OperationNames& operation = names.operation(service.operations[row]);
    if (is_store(names.service(id).kind)) {
      metric = "db_server_statement_duration_seconds";
      labels.push_back({"db_operation_name", operation.name});
      if (variant != Outcome::kOk) labels.push_back({"error_type", sim::to_string(variant)});
    } else {
      metric = "http_server_request_duration_seconds";
      labels.push_back({"http_request_method", operation.method});
      labels.push_back({"http_route", operation.route});
      labels.push_back({"http_response_status_code", std::to_string(http_status(variant))});
    }
  } else {
    const ClientSpec& client = service.clients[row - service.operations.size()];
    labels.push_back({"server_address", names.service(client.callee).name});
    if (client.statement.valid()) {
      metric = "db_client_operation_duration_seconds";
      labels.push_back({"db_operation_name", names.operation(client.statement).name});
      if (variant != Outcome::kOk) labels.push_back({"error_type", sim::to_string(variant)});
    } else {
      metric = "http_client_request_duration_seconds";
      const ClientStatus status = client_status(variant);
      if (status.http != 0) labels.push_back({"http_response_status_code", std::to_string(status.http)});
      labels.push_back({"error_type", status.error_type});
    }
  }
  add_histogram_series(store, h, bounds, metric, labels);
}

Instruments::Histogram* Instruments::histogram_of(MetricStore& store, std::size_t slot, std::size_t row,
                                                  Outcome variant, bool server) {
  const Slot& s = slots_[slot];
  if (s.pod == nullptr || !s.up) return nullptr;
  Histogram& h = histograms_[s.histograms + row * kOutcomes + static_cast<std::size_t>(variant)];
  if (!h.open) {
    if (store.full()) return nullptr;
    open_histogram(store, slot, row, variant, server, h);
  }
  return &h;
}

void Instruments::on_call(MetricStore& store, const sim::CallRecord& r) {
  if (!r.caller.valid()) return;
  const std::size_t slot = r.caller.index();
  const Slot& s = slots_[slot];
  if (s.pod == nullptr || !s.up) return;
  const sim::ServiceId id = layout_->service_of(slot);
  const ServiceLayout& service = layout_->service(id);
  const std::uint16_t place = layout_->client_place(r.edge);
  const std::size_t row = service.operations.size() + place;
  Histogram* h = histogram_of(store, slot, row, client_variant(r.outcome), false);
  if (h == nullptr) return;
  observe(store, *h, bounds_of(slot, row, false), (r.end - r.start).us);
  if (r.attempt > 1) ++store.cell(s.gauges + layout_->retries_place(r.edge));
  const sim::PoolId pool = layout_->names().model().edges[r.edge.index()].pool;
  if (r.outcome == Outcome::kPoolTimeout && pool.valid()) {
    ++store.cell(s.gauges + layout_->pool_timeouts_place(pool));
  }
  if (r.cause == 0) return;
  store.touch(h->group, r.cause);
  store.touch(s.groups + service.clients[place].group, r.cause);
  if (pool.valid()) store.touch(s.groups + layout_->pool_group(pool), r.cause);
}

void Instruments::on_task(MetricStore& store, const sim::TaskRecord& r) {
  const std::size_t slot = r.instance.index();
  if (r.cause != 0 && slots_[slot].pod != nullptr) {
    store.touch(slots_[slot].groups + kLoadGroup, r.cause);
    slots_[slot].seen |= r.cause;
    const sim::ServiceId id = layout_->service_of(slot);
    if (is_store(layout_->names().service(id).kind)) store.touch(service_group_[id.index()], r.cause);
  }
  if (!reached_process(r.outcome)) return;
  const bool store_kind = is_store(layout_->names().service(layout_->service_of(slot)).kind);
  const std::size_t row = layout_->operation_place(r.operation);
  const Outcome variant = store_kind ? r.outcome : server_variant(r.outcome);
  Histogram* h = histogram_of(store, slot, row, variant, true);
  if (h == nullptr) return;
  observe(store, *h, store_kind ? kStoreBounds : kHttpBounds, (r.end - r.arrived).us);
  if (r.cause != 0) store.touch(h->group, r.cause);
}

void Instruments::on_user(MetricStore& store, const sim::UserRecord& r) {
  const Names& names = layout_->names();
  const sim::Model& model = names.model();
  const std::size_t outcome = r.outcome != Outcome::kOk ? 2 : r.slow ? 1 : 0;
  const std::string& customers =
      names.service(model.operations[model.journeys[r.journey.index()].operation.index()].service).name;
  Counter& counter =
      users_[(r.journey.index() * model.edges.size() + r.edge.index()) * kUserOutcomes + outcome];
  if (counter.cell == kNone) {
    counter.cell = store.add_cells(1);
    counter.group = store.add_group();
    Series series;
    series.labels = std::make_shared<const promql::Labels>(
        promql::Labels{{"__name__", "user_requests_total"},
                       {"service", customers},
                       {"journey", model.journeys[r.journey.index()].name},
                       {"step", names.operation(names.operation_of(r.edge)).name},
                       {"outcome", kUserOutcomeNames[outcome]}});
    series.cell = counter.cell;
    series.multiplier = model.weight;
    series.group = counter.group;
    store.add_series(std::move(series));
  }
  ++store.cell(counter.cell);
  Histogram& h = journeys_[r.journey.index()];
  if (!h.open) {
    h.cell = store.add_cells(kHttpBounds.cells());
    h.group = store.add_group();
    h.open = true;
    add_histogram_series(store, h, kHttpBounds, "user_request_duration_seconds",
                         {{"service", customers}, {"journey", model.journeys[r.journey.index()].name}});
  }
  observe(store, h, kHttpBounds, (r.end - r.start).us);
  if (r.cause == 0) return;
  store.touch(counter.group, r.cause);
  store.touch(h.group, r.cause);
}

void Instruments::on_part(MetricStore& store, const sim::PartRecord& r) {
  if (r.cause == 0) return;
  if (r.service.valid()) store.touch(service_group_[r.service.index()], r.cause);
  if (!r.instance.valid() || slots_[r.instance.index()].pod == nullptr) return;
  const Slot& s = slots_[r.instance.index()];
  store.touch(s.groups + kLifeGroup, r.cause);
  const ServiceLayout& service = layout_->service(layout_->service_of(r.instance.index()));
  switch (r.event) {
    case sim::PartEvent::kPoolExhausted:
      store.touch(s.groups + layout_->pool_group(sim::PoolId(std::size_t{r.other})), r.cause);
      break;
    case sim::PartEvent::kBreakerOpened:
    case sim::PartEvent::kBreakerHalfOpen:
    case sim::PartEvent::kBreakerClosed:
      store.touch(s.groups + service.clients[layout_->client_place(sim::EdgeId(std::size_t{r.other}))].group,
                  r.cause);
      break;
    default:
      break;
  }
}

std::size_t Instruments::memory_bytes() const {
  return slots_.capacity() * sizeof(Slot) + histograms_.capacity() * sizeof(Histogram) +
         users_.capacity() * sizeof(Counter) + journeys_.capacity() * sizeof(Histogram);
}

}  // namespace incident::telemetry
