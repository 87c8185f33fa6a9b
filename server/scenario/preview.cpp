#include "scenario/preview.h"

#include <algorithm>
#include <limits>

#include "promql/engine.h"
#include "scenario/action_names.h"
#include "scenario/warm_up.h"

namespace incident::scenario {
namespace {

constexpr Duration kStep = seconds(15);
constexpr Duration kBefore = minutes(10);  // how much of the past before the page is drawn

struct Query {
  std::string title, unit, text;
};

std::vector<Query> queries(const std::string& component) {
  const std::string of = "{service=\"" + component + "\"}";
  return {
      {"customers harmed", "percent",
       "100 * (sum(rate(user_requests_total{outcome!=\"ok\"}[1m])) or vector(0)) / "
       "sum(rate(user_requests_total[1m]))"},
      {"customer requests", "req/s", "sum(rate(user_requests_total[1m]))"},
      {"what the slowest 1 % of customers wait", "s",
       "histogram_quantile(0.99, sum by (le) (rate(user_request_duration_seconds_bucket[1m])))"},
      {"CPU of " + component + ", of its limit", "percent",
       "100 * sum(rate(container_cpu_usage_seconds_total" + of +
           "[1m])) / sum(container_spec_cpu_limit_cores" + of + ")"},
  };
}

std::vector<double> points(const telemetry::Telemetry& telemetry, const std::string& query, SimTime from,
                           SimTime to) {
  const auto count = static_cast<std::size_t>((to - from).us / kStep.us) + 1;
  std::vector<double> out(count, std::numeric_limits<double>::quiet_NaN());
  const telemetry::MetricView view(telemetry.metrics(), 0);
  const auto result =
      promql::range_query(view, query, from.milliseconds(), to.milliseconds(), kStep.milliseconds());
  if (!result || result->series.empty()) return out;
  for (const promql::Sample& sample : result->series.front().points) {
    const std::int64_t at = (sample.t_ms - from.milliseconds()) / kStep.milliseconds();
    if (at >= 0 && static_cast<std::size_t>(at) < count) out[static_cast<std::size_t>(at)] = sample.v;
  }
  return out;
}

void run(Start& world, const std::vector<TimedCommand>& commands, SimTime end) {
  for (const TimedCommand& command : commands) {
    world.telemetry.run(world.sim, world.page + command.at);
    // (What the system refuses has no effect; `prove` tells.)
    (void)world.telemetry.act(world.sim, resolve(world.sim, command.action));
  }
  world.telemetry.run(world.sim, end);
}

std::vector<PreviewMark> marks_of(const Incident& incident, const Start& start) {
  std::vector<PreviewMark> marks = {{Duration{0}, "paged", false}};
  for (const auto& change : incident.plan->changes)
    marks.push_back({change.at - start.page, change.title, change.causal});
  for (const TimedCommand& command : incident.reference.commands) {
    std::string text = "reference: " + std::string(to_string(command.action.kind));
    if (command.action.kind == sim::ActionKind::kRevertChange) {
      text += " \"" + incident.plan->changes[command.action.target].title + "\"";
    } else {
      text += " " + target_name(start.sim, command.action);
      if (command.action.value != 0) text += " " + std::to_string(command.action.value);
    }
    marks.push_back({command.at, text, false});
  }
  std::stable_sort(marks.begin(), marks.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return marks;
}

}  // namespace

Result<Preview> preview(const Incident& incident, std::uint64_t seed) {
  auto start = warm_up(incident, seed);
  if (!start) return start.error();
  const SimTime from{std::max<std::int64_t>((start->page - kBefore).us, 0)};
  const SimTime to = start->page + incident.time_limit;
  Preview out;
  out.title = incident.title + " (" + incident.id + ", seed " + std::to_string(seed) + ")";
  out.from = from - start->page;
  out.step = kStep;
  out.marks = marks_of(incident, *start);
  Start reference = *start;
  run(*start, {}, to);
  run(reference, incident.reference.commands, to);
  for (const Query& query : queries(incident.answer.component)) {
    out.charts.push_back({query.title, query.unit, points(start->telemetry, query.text, from, to),
                          points(reference.telemetry, query.text, from, to)});
  }
  return Result<Preview>(boost::system::in_place_value, std::move(out));
}

}  // namespace incident::scenario
