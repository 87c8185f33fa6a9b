#include "match/course.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "scenario/action_names.h"

namespace incident::match {
namespace {

std::int64_t weighted(const sim::Simulation& world, std::uint64_t requests) {
  return static_cast<std::int64_t>(requests) * world.model().weight;
}

// The change in `world` that stands for change `id` of the actual course: planned ones are known by their
// place in the plan, own ones by the action that made them. None: it never came about.
std::optional<sim::ChangeId> same_change(const sim::Simulation& world, const sim::Simulation& actual,
                                         sim::ChangeId id,
                                         std::span<const std::optional<sim::ActionId>> action_ids) {
  if (id.index() >= actual.change_count()) {
    return std::nullopt;
  }
  const sim::ChangeView wanted = actual.change(id);
  std::optional<sim::ActionId> made_by;
  if (wanted.action.valid()) {
    made_by = wanted.action.index() < action_ids.size() ? action_ids[wanted.action.index()] : std::nullopt;
    if (!made_by) {
      return std::nullopt;
    }
  }
  for (std::size_t i = 0; i < world.change_count(); ++i) {
    const sim::ChangeView change = world.change(sim::ChangeId(i));
    const bool same =
        made_by ? change.action == *made_by : !change.action.valid() && change.planned == wanted.planned;
    if (same) {
      return sim::ChangeId(i);
    }
  }
  return std::nullopt;
}

}  // namespace

Course run_course(sim::Simulation world, SimTime page, Duration window, std::span<const TimedAction> actions,
                  const std::function<void(std::size_t, const sim::Simulation&)>& before) {
  const sim::UserTotals at_page = world.user_totals();
  const auto harm = [&] { return weighted(world, world.user_totals().harmed() - at_page.harmed()); };
  Course course;
  course.harm.push_back(0);
  std::size_t next = 0;
  for (Duration step{0}; step < window;) {
    step = std::min(step + kCurveStep, window);
    for (; next < actions.size() && actions[next].at <= step; ++next) {
      world.run_until(page + actions[next].at);
      if (before) {
        before(next, world);
      }
      const sim::Action& action = actions[next].action;
      (void)world.begin(actions[next].from_file ? scenario::resolve(world, action) : action);
    }
    world.run_until(page + step);
    course.harm.push_back(harm());
  }
  course.total = harm();
  course.requests = weighted(world, world.user_totals().all() - at_page.all());
  return course;
}

std::int64_t harm_without(sim::Simulation world, SimTime page, Duration window,
                          std::span<const TimedAction> actions, std::size_t left_out,
                          const sim::Simulation& actual, std::uint64_t harmed_at_page) {
  // Ids of actions in this world, by their place in the actual course.
  std::vector<std::optional<sim::ActionId>> ids;
  for (std::size_t i = 0; i < left_out; ++i) {
    ids.emplace_back(sim::ActionId(i));
  }
  ids.emplace_back(std::nullopt);
  for (std::size_t i = left_out + 1; i < actions.size(); ++i) {
    world.run_until(page + actions[i].at);
    sim::Action action = actions[i].action;
    if (action.kind == sim::ActionKind::kRevertChange) {
      const auto change = same_change(world, actual, sim::ChangeId(action.target), ids);
      if (!change) {
        ids.emplace_back(std::nullopt);
        continue;
      }
      action.target = change->value;
    }
    const auto begun = world.begin(action);
    ids.push_back(begun ? std::optional(*begun) : std::nullopt);
  }
  world.run_until(page + window);
  return weighted(world, world.user_totals().harmed() - harmed_at_page);
}

}  // namespace incident::match
