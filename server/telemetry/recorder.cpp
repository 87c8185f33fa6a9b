#include "telemetry/recorder.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "telemetry/direct_causes.h"

namespace incident::telemetry {
namespace {

constexpr std::size_t kPointsPerJourney = 3;

std::uint32_t microseconds_of(Duration d) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(d.us, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

Recorder::Recorder(std::shared_ptr<const Names> names_in, std::shared_ptr<const TelemetryConfig> config_in,
                   std::shared_ptr<const RuleSet> rule_set)
    : names(std::move(names_in)),
      config(std::move(config_in)),
      metrics(config->scrape_interval),
      logs(names),
      traces(names),
      rules(config, std::move(rule_set)),
      layout_(std::make_shared<const Layout>(names)),
      instruments_(layout_, metrics),
      writer_(layout_, {config->access_log_permille, config->slow_statement}),
      pods_(layout_->slots()),
      totals_(names->model().journeys.size()) {}

void Recorder::attach(const sim::Simulation& sim) {
  sim_ = &sim;
  writer_.attach(&logs, &builder_);
  if (begun_) return;
  begun_ = true;
  instruments_.set_direct_causes(direct_causes(*layout_, sim.plan()));
  for (std::size_t slot = 0; slot < pods_.size(); ++slot) {
    const sim::InstanceView view = sim.instance(sim::InstanceId(slot));
    if (view.state == sim::InstanceState::kAbsent) continue;
    start_pod(slot, view);
    if (view.state != sim::InstanceState::kStarting) instruments_.process_up(metrics, slot);
  }
}

void Recorder::detach() {
  sim_ = nullptr;
  writer_.attach(nullptr, nullptr);
}

void Recorder::run(sim::Simulation& sim, SimTime end) {
  assert(sim.shared_model().get() == &names->model());
  attach(sim);
  while (sim.now() < end) {
    const SimTime next = metrics.last_scrape() + config->scrape_interval;
    sim.run_until(std::min(next, end), this);
    now_ = sim.now();
    if (now_ == next) scrape();
  }
  detach();
}

Result<sim::ActionId> Recorder::act(sim::Simulation& sim, const sim::Action& action) {
  attach(sim);
  auto result = sim.begin(action, this);
  detach();
  return result;
}

void Recorder::start_pod(std::size_t slot, const sim::InstanceView& view) {
  if (!names->service(view.service).watched) return;
  auto pod = std::make_shared<const PodName>(
      PodName{pod_name(names->model(), view.service, view.revision, view.serial),
              view.revision.valid() ? names->model().revisions[view.revision.index()].version : std::string(),
              view.service});
  const std::uint32_t number = logs.add_pod(pod);
  traces.add_pod(pod);
  pods_[slot] = {number, view.serial};
  instruments_.pod_started(metrics, slot, std::move(pod));
  writer_.pod_started(slot, number);
}

void Recorder::leave(std::size_t slot) {
  if (pods_[slot].number == kNoPod) return;
  pods_[slot].number = kNoPod;
  instruments_.pod_gone(metrics, slot);
  writer_.pod_gone(slot);
}

void Recorder::scrape() {
  for (std::size_t slot = 0; slot < pods_.size(); ++slot) {
    if (pods_[slot].number == kNoPod) continue;
    if (sim_->instance(sim::InstanceId(slot)).state == sim::InstanceState::kAbsent) leave(slot);
  }
  instruments_.sample(metrics, *sim_);
  metrics.scrape();
  for (const Totals& t : totals_) {
    for (const std::uint64_t count : {t.ok, t.slow, t.failed})
      points_.push_back(static_cast<std::uint32_t>(count));
  }
  harm.push_back(harm_now());
  if (now_.us % config->rule_interval.us == 0) rules.evaluate(metrics, alerts);
}

void Recorder::on_call(const sim::CallRecord& r) {
  instruments_.on_call(metrics, r);
  writer_.on_call(*sim_, r);
  if (r.trace == 0) return;
  SpanRecord span;
  span.span = r.span;
  span.parent = r.parent;
  span.start = r.start;
  span.end = r.end;
  span.pod = pod_of(r.caller);
  span.peer = pod_of(r.target);
  span.wait_us = microseconds_of(r.pool_wait);
  span.cause = r.cause;
  span.subject = r.edge.value;
  span.attempt = r.attempt;
  span.kind = SpanKind::kClient;
  span.outcome = r.outcome;
  span.last = r.last;
  builder_.add(r.trace, span);
}

void Recorder::on_task(const sim::TaskRecord& r) {
  instruments_.on_task(metrics, r);
  writer_.on_task(*sim_, r);
  // What never reached a process leaves no span of one; other companies' services send us none.
  if (r.trace == 0 || r.outcome == sim::Outcome::kConnectionRefused || pod_of(r.instance) == kNoPod) return;
  SpanRecord span;
  span.span = r.span;
  span.parent = r.parent;
  span.start = r.arrived;
  span.end = r.end;
  span.pod = pod_of(r.instance);
  span.wait_us = microseconds_of(r.started - r.arrived);
  span.lock_us = microseconds_of(r.lock_wait);
  span.cause = r.cause;
  span.subject = r.operation.value;
  span.kind = SpanKind::kServer;
  span.outcome = r.outcome;
  span.abandoned = r.abandoned;
  builder_.add(r.trace, span);
}

void Recorder::on_user(const sim::UserRecord& r) {
  instruments_.on_user(metrics, r);
  builder_.answered(r.trace, r.outcome, r.slow);
  Totals& totals = totals_[r.journey.index()];
  ++(r.outcome != sim::Outcome::kOk ? totals.failed : r.slow ? totals.slow : totals.ok);
}

void Recorder::on_part(const sim::PartRecord& r) {
  const std::size_t slot = r.instance.valid() ? r.instance.index() : pods_.size();
  if (slot < pods_.size() && r.event == sim::PartEvent::kInstanceStarting) {
    const sim::InstanceView view = sim_->instance(r.instance);
    if (pods_[slot].number == kNoPod || pods_[slot].serial != view.serial) {
      leave(slot);
      start_pod(slot, view);
    }
  }
  instruments_.on_part(metrics, r);
  writer_.on_part(*sim_, r);
  if (slot >= pods_.size()) return;
  if (r.event == sim::PartEvent::kInstanceReady) instruments_.process_up(metrics, slot);
  if (r.event == sim::PartEvent::kInstanceStopped || r.event == sim::PartEvent::kInstanceKilled ||
      r.event == sim::PartEvent::kInstanceLost) {
    instruments_.process_down(metrics, slot);
  }
}

void Recorder::on_change(const sim::ChangeRecord& r) {
  const sim::ChangeView change = sim_->change(r.change);
  const auto& planned = sim_->plan().changes;
  sim::CauseMask cause = 0;
  if (change.planned < planned.size() && planned[change.planned].causal) {
    cause = sim::causes_of(sim_->plan())[change.planned];
  }
  writer_.on_change(*sim_, r, cause);
}

void Recorder::on_trace_end(std::uint64_t trace) {
  // The observer is told no time; windows of seconds need no better than the newest record's.
  builder_.end(trace, sim_->now(), *names, config->keep_permille, traces);
}

std::vector<JourneyHealth> Recorder::journey_health(Duration window) const {
  const std::size_t journeys = totals_.size();
  const SimTime from = now_ - window;
  const std::int64_t scrape =
      std::clamp<std::int64_t>(from.us / config->scrape_interval.us, 0, metrics.scrapes());
  const double span = (now_ - (SimTime{} + config->scrape_interval * scrape)).seconds();
  std::vector<JourneyHealth> health;
  for (std::size_t j = 0; j < journeys; ++j) {
    Totals before;
    if (scrape > 0) {
      const std::uint32_t* point =
          &points_[((static_cast<std::size_t>(scrape) - 1) * journeys + j) * kPointsPerJourney];
      before = {point[0], point[1], point[2]};
    }
    const auto slow = static_cast<double>(totals_[j].slow - before.slow);
    const auto failed = static_cast<double>(totals_[j].failed - before.failed);
    const double all = static_cast<double>(totals_[j].ok - before.ok) + slow + failed;
    JourneyHealth h;
    h.journey = sim::JourneyId(j);
    if (all > 0 && span > 0) {
      h.rate = all * names->model().weight / span;
      h.error_share = failed / all;
      h.slow_share = slow / all;
    }
    health.push_back(h);
  }
  return health;
}

HarmPoint Recorder::harm_now() const {
  HarmPoint point;
  point.at = now_;
  for (const Totals& t : totals_) {
    point.ok += t.ok * names->model().weight;
    point.slow += t.slow * names->model().weight;
    point.failed += t.failed * names->model().weight;
  }
  return point;
}

std::uint64_t Recorder::hash() const {
  Hasher hasher;
  metrics.hash(hasher);
  logs.hash(hasher);
  traces.hash(hasher);
  alerts.hash(hasher);
  builder_.hash(hasher);
  hasher.add(points_);
  hasher.add(now_.us);
  return hasher.digest();
}

std::size_t Recorder::memory_bytes() const {
  return sizeof *this + metrics.memory_bytes() + logs.memory_bytes() + traces.memory_bytes() +
         instruments_.memory_bytes() + writer_.memory_bytes() + builder_.memory_bytes() +
         points_.capacity() * sizeof(std::uint32_t) + harm.capacity() * sizeof(HarmPoint);
}

}  // namespace incident::telemetry
