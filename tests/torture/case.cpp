#include "case.h"

#include <algorithm>
#include <cstdio>

namespace incident::torture {
namespace {

using scenario::JsonText;
using scenario::Node;
using scenario::Problem;

// The readers want their own JSON type, whose objects are sorted.
JsonText text_of(const Json& json) {
  return {"case", nlohmann::json::parse(json.dump()), {}};
}

std::string decimal(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

// Nobody comes after the case's length, so that the system runs empty.
void add_end_of_traffic(const sim::Model& model, Duration length, sim::Plan& plan) {
  const auto* multiplier = sim::find_parameter(sim::PartKind::kJourney, "multiplier");
  sim::PlannedChange end;
  end.at = SimTime{} + length + microseconds(1);
  end.visible = false;
  for (std::size_t j = 0; j < model.journeys.size(); ++j) {
    const sim::ParameterRef ref{static_cast<std::uint16_t>(multiplier - sim::parameters().data()),
                                static_cast<std::uint16_t>(j)};
    end.settings.push_back({ref, 0, 0});
  }
  plan.changes.push_back(std::move(end));
}

Case read(const Node& root) {
  Case out;
  scenario::System system = scenario::read_system_of(root.at("system"), {});
  sim::Plan plan;
  out.length = root.at("length").duration();
  root.each("changes", [&](const Node& node) {
    plan.changes.push_back(scenario::read_short_change(system.model, node, node.at("at").duration()));
    plan.changes.back().causal = node.boolean("causal", true);
  });
  add_end_of_traffic(system.model, out.length, plan);
  scenario::sort_by_time(plan.changes);
  root.each("actions", [&](const Node& node) {
    out.actions.push_back(scenario::read_short_action(system.model, node, node.at("at").duration()));
  });
  std::stable_sort(out.actions.begin(), out.actions.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  out.seed = static_cast<std::uint64_t>(root.at("seed").whole(0, INT64_MAX));
  out.slices = static_cast<std::uint64_t>(root.whole("slices", 1, 0, INT64_MAX));
  if (root.has("each_event")) {
    std::vector<Duration> times;
    root.at("each_event").each([&](const Node& node) { times.push_back(node.duration()); });
    if (times.size() != 2) root.at("each_event").fail("must be from and to");
    out.each_event = {times[0], times[1]};
  }
  out.model = std::make_shared<const sim::Model>(std::move(system.model));
  out.plan = std::make_shared<const sim::Plan>(std::move(plan));
  if (root.boolean("telemetry", false))
    out.telemetry = std::make_shared<const telemetry::TelemetryConfig>(std::move(system.telemetry));
  return out;
}

}  // namespace

Result<Case> read_case(const Json& json) {
  const JsonText text = text_of(json);
  try {
    return read(Node(text, text.root, ""));
  } catch (const Problem& problem) {
    return problem.error;
  }
}

Result<sim::Model> read_model(const Json& system) {
  const JsonText text = text_of(system);
  try {
    return scenario::read_system_of(Node(text, text.root, ""), {}).model;
  } catch (const Problem& problem) {
    return problem.error;
  }
}

bool is_action(const sim::Model& model, const Json& action) {
  const JsonText text = text_of(action);
  try {
    scenario::read_short_action(model, Node(text, text.root, ""), Duration{0});
    return true;
  } catch (const Problem&) {
    return false;
  }
}

std::string duration_text(std::int64_t us) {
  return us % 1000 == 0 ? std::to_string(us / 1000) + "ms" : std::to_string(us) + "us";
}

Json quantity_json(sim::Unit unit, std::int64_t value) {
  switch (unit) {
    case sim::Unit::kMicroseconds:
      return duration_text(value);
    case sim::Unit::kPermille:
      return decimal(static_cast<double>(value) / 10) + "%";
    case sim::Unit::kMillicores:
      return static_cast<double>(value) / 1000;
    case sim::Unit::kPerKilosecond:
      return decimal(static_cast<double>(value) / 1000) + "/s";
    case sim::Unit::kBoolean:
      return value != 0;
    case sim::Unit::kCount:
      return value;
    default:
      break;
  }
  // A unit that came later: the first spelling that reads back as the same value.
  for (const char* suffix : {"B", "KiB", "MiB"}) {
    const std::int64_t factor = suffix[0] == 'B' ? 1 : suffix[0] == 'K' ? 1024 : 1024 * 1024;
    const JsonText text{"value", std::to_string(std::max<std::int64_t>(value / factor, 1)) + suffix, {}};
    try {
      Node(text, text.root, "").quantity(unit);
      return text.root.get<std::string>();
    } catch (const Problem&) {
      continue;
    }
  }
  return value;
}

}  // namespace incident::torture
