// An experiment as a picture: what was charted, one line for each variant.
#include <algorithm>
#include <sstream>

#include "scenario/action_names.h"
#include "scenario/chart_svg.h"
#include "scenario/experiments/experiment.h"

namespace incident::scenario {
namespace {

constexpr Duration kStep = seconds(5);

std::string value_text(const sim::ParameterInfo& info, std::int64_t value) {
  std::ostringstream out;
  switch (info.unit) {
    case sim::Unit::kMicroseconds:
      out << static_cast<double>(value) / 1000 << " ms";
      break;
    case sim::Unit::kPermille:
      out << static_cast<double>(value) / 10 << " %";
      break;
    case sim::Unit::kMillicores:
      out << static_cast<double>(value) / 1000 << " cores";
      break;
    case sim::Unit::kPerKilosecond:
      out << static_cast<double>(value) / 1000 << "/s";
      break;
    default:
      out << value;
  }
  return out.str();
}

std::string change_text(const sim::Model& model, const sim::PlannedChange& change) {
  std::string text;
  if (change.revision.valid()) text = "deploy " + model.revisions[change.revision.index()].version;
  for (const sim::Setting& s : change.settings) {
    const sim::ParameterInfo& info = sim::parameters()[s.target.parameter];
    text += (text.empty() ? "" : ", ") + std::string(sim::to_string(info.part)) + " " +
            std::string(info.name) + " = " + value_text(info, s.value);
  }
  if (change.lasts.us > 0) text += " for " + std::to_string(change.lasts.us / 1'000'000) + " s";
  return text;
}

std::vector<SvgMark> marks_of(const Experiment& experiment, const Variant& variant) {
  std::vector<SvgMark> marks;
  for (const sim::PlannedChange& change : variant.plan->changes)
    marks.push_back({change.at - SimTime{}, change_text(*experiment.model, change), true});
  for (const TimedCommand& command : variant.actions) {
    std::string text(to_string(command.action.kind));
    if (command.action.value != 0) text += " " + std::to_string(command.action.value);
    marks.push_back({command.at, text, true});
  }
  return marks;
}

// What all variants share is said once.
std::vector<SvgMark> all_marks(const Experiment& experiment) {
  std::vector<std::vector<SvgMark>> of;
  for (const Variant& variant : experiment.variants) of.push_back(marks_of(experiment, variant));
  const auto has = [](const std::vector<SvgMark>& marks, const SvgMark& mark) {
    return std::any_of(marks.begin(), marks.end(),
                       [&](const SvgMark& m) { return m.at == mark.at && m.text == mark.text; });
  };
  std::vector<SvgMark> out;
  for (std::size_t v = 0; v < of.size(); ++v) {
    for (const SvgMark& mark : of[v]) {
      const bool shared =
          std::all_of(of.begin(), of.end(), [&](const auto& marks) { return has(marks, mark); });
      if (shared && v > 0) continue;
      out.push_back({mark.at, shared ? mark.text : experiment.variants[v].name + ": " + mark.text, true});
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return out;
}

}  // namespace

std::string experiment_svg(const Experiment& experiment, const ExperimentRun& run) {
  SvgPage page{experiment.title, Duration{0}, kStep, {}, {}};
  for (const Chart& chart : experiment.charts) {
    SvgChart drawn{chart.title, chart.series.unit, {}};
    for (std::size_t v = 0; v < run.variants.size(); ++v) {
      const std::string name = experiment.variants.size() > 1 ? experiment.variants[v].name : "";
      drawn.lines.push_back(
          {name, points_of(chart.series, run.variants[v], SimTime{}, SimTime{} + experiment.length, kStep)});
    }
    page.charts.push_back(std::move(drawn));
  }
  page.marks = all_marks(experiment);
  std::ostringstream out;
  write_svg(page, out);
  return out.str();
}

}  // namespace incident::scenario
