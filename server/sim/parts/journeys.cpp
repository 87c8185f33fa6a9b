#include "sim/parts/journeys.h"

#include "sim/parts/await.h"
#include "sim/parts/instance.h"
#include "sim/parts/steps.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kForever = INT64_MAX / 4;

std::int64_t time_of_day(const World& w) {
  return (w.model->day_start.us + w.now) % kDayUs;
}

std::int64_t day_step_us(const World& w) {
  return kDayUs / static_cast<std::int64_t>(w.model->day_shape_permille.size());
}

double rate_per_us(const World& w, std::uint32_t journey) {
  const JourneyParameters& p = w.journey_parameters[journey];
  double rate =
      static_cast<double>(p.rate_per_kilosecond) * 1e-9 * static_cast<double>(p.multiplier_permille) * 1e-3;
  const auto& shape = w.model->day_shape_permille;
  if (!shape.empty()) {
    const auto step = static_cast<std::size_t>(time_of_day(w) / day_step_us(w)) % shape.size();
    rate *= static_cast<double>(shape[step]) * 1e-3;
  }
  return rate;
}

double draw_gap(JourneyState& journey) {
  std::uint64_t stream = journey.random.next();
  return draw_exponential(stream);
}

void arm_arrival(World& w, std::uint32_t journey) {
  const JourneyState& j = w.journeys[journey];
  const std::uint32_t timer = w.compiled->timer_journey + journey;
  if (j.per_us <= 0) return w.timers.stop(timer);
  const double wait = j.remaining / j.per_us;
  if (wait > static_cast<double>(kForever)) return w.timers.stop(timer);
  w.arm(timer, w.now + to_microseconds(wait));
}

void arm_day(World& w) {
  if (w.model->day_shape_permille.empty()) return;
  const std::int64_t step = day_step_us(w);
  w.arm(w.compiled->timer_day, w.now + step - time_of_day(w) % step);
}

}  // namespace

void start_journeys(World& w) {
  for (std::uint32_t j = 0; j < w.journeys.size(); ++j) {
    JourneyState& journey = w.journeys[j];
    journey.random = Random::stream(w.seed, "arrivals", j);
    journey.remaining = draw_gap(journey);
    journey.per_us = rate_per_us(w, j);
    arm_arrival(w, j);
  }
  arm_day(w);
}

void update_rate(World& w, std::uint32_t j) {
  JourneyState& journey = w.journeys[j];
  journey.remaining -= journey.per_us * static_cast<double>(w.now - journey.since);
  if (journey.remaining < 0) journey.remaining = 0;
  journey.since = w.now;
  journey.per_us = rate_per_us(w, j);
  arm_arrival(w, j);
}

void on_day_step(World& w) {
  for (std::uint32_t j = 0; j < w.journeys.size(); ++j) update_rate(w, j);
  arm_day(w);
}

void on_arrival(World& w, std::uint32_t j) {
  JourneyState& journey = w.journeys[j];
  journey.remaining = draw_gap(journey);
  journey.since = w.now;
  const std::uint64_t stream = journey.random.next();
  arm_arrival(w, j);
  const std::uint32_t task = w.tasks.acquire();
  Task& t = w.tasks[task];
  t.operation = w.model->journeys[j].operation.value;
  t.journey = static_cast<std::uint16_t>(j);
  t.stream = stream;
  t.arrived = t.started = w.now;
  t.state = TaskState::kRunning;
  t.cause = t.inherited = w.cause(PartKind::kJourney, j);
  run_steps(w, task);
}

void end_user(World& w, std::uint32_t task) {
  w.tasks.release(task);
}

void begin_customer_request(World& w, Call& c, Task& user) {
  c.trace = w.traces.acquire();
  Trace& trace = w.traces[c.trace];
  trace.number = ++w.next_trace;
  trace.references = 1;
  c.cause |= user.inherited;
  if (w.compiled->awaits) remember_user(w, c.trace, c.caller.slot);
  ++w.requests_begun;
}

void customer_request_ended(World& w, const Call& c) {
  ++w.requests_ended;
  const std::uint16_t j = w.tasks[c.caller.slot].journey;
  const bool slow = w.now - c.first_start > w.model->journeys[j].slow_us;
  UserTotals& totals = w.journeys[j].totals;
  ++(c.outcome != Outcome::kOk ? totals.failed : slow ? totals.slow : totals.ok);
  if (w.observer != nullptr) {
    w.observer->on_user({w.traces[c.trace].number, JourneyId(j), EdgeId(c.edge), c.outcome, slow,
                         SimTime{c.first_start}, SimTime{w.now}, c.cause});
  }
  release_trace(w, c.trace);
}

}  // namespace incident::sim
