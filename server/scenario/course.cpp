#include "scenario/course.h"

#include <algorithm>
#include <memory>

#include "base/random.h"
#include "scenario/action_names.h"

namespace incident::scenario {
namespace {

constexpr Duration kMinute = minutes(1);
constexpr Duration kFirstLook{minutes(2)};       // people read before they act
constexpr std::int64_t kMinutesBetweenActs = 2;  // and look at what became of it
constexpr int kDrawsMax = 50;

double share(const sim::UserTotals& from, const sim::UserTotals& to) {
  const std::uint64_t all = to.all() - from.all();
  return all == 0 ? 0 : static_cast<double>(to.harmed() - from.harmed()) / static_cast<double>(all);
}

// Counts as it goes: `advance` to ever later moments, `finish` at the end.
class Measured {
 public:
  explicit Measured(sim::Simulation sim)
      : sim_(std::move(sim)), page_(sim_.now()), first_(sim_.user_totals()), last_(first_) {}

  void advance(Duration to) {
    while (Duration{next_} <= to) {
      sim_.run_until(page_ + Duration{next_});
      const sim::UserTotals now = sim_.user_totals();
      course_.minutes.push_back({Duration{next_}, share(last_, now)});
      last_ = now;
      next_ += kMinute.us;
    }
    sim_.run_until(page_ + to);
  }
  void act(const sim::Action& action) {
    if (!sim_.begin(action)) ++course_.refused;
  }
  Course finish() {
    course_.harmed = (sim_.user_totals().harmed() - first_.harmed()) * sim_.model().weight;
    return std::move(course_);
  }
  const sim::Simulation& sim() const { return sim_; }

 private:
  sim::Simulation sim_;
  SimTime page_;
  sim::UserTotals first_, last_;
  std::int64_t next_ = kMinute.us;
  Course course_;
};

sim::Action random_action(const sim::Simulation& sim, Random& random) {
  const sim::Model& model = sim.model();
  sim::Action action;
  action.kind = static_cast<sim::ActionKind>(random.below(sim::kActionKinds));
  const auto pick = [&](std::size_t count) {
    action.target = static_cast<std::uint32_t>(random.below(std::max<std::size_t>(count, 1)));
  };
  switch (action.kind) {
    case sim::ActionKind::kRestartInstance:
    case sim::ActionKind::kDrainInstance:
      pick(sim.instance_slots());
      action.value = action.kind == sim::ActionKind::kDrainInstance ? 1 : 0;
      break;
    case sim::ActionKind::kSetFlag:
      pick(model.flags.size());
      action.value = static_cast<std::int64_t>(random.below(2));
      break;
    case sim::ActionKind::kSetConfig: {
      pick(model.config_keys.size());
      if (model.config_keys.empty()) break;
      // Half of what it is or twice as much, as people try.
      const std::int64_t present = sim.config_value(sim::ConfigKeyId(action.target));
      const sim::ConfigKeySpec& key = model.config_keys[action.target];
      action.value = std::clamp(random.below(2) == 0 ? present / 2 : present * 2, key.min, key.max);
      break;
    }
    case sim::ActionKind::kRevertChange:
      pick(sim.change_count());
      break;
    case sim::ActionKind::kPurgeCache:
      pick(model.caches.size());
      break;
    case sim::ActionKind::kScale:
      pick(model.services.size());
      action.value = 1 + static_cast<std::int64_t>(random.below(8));
      break;
    case sim::ActionKind::kShedTraffic:
      pick(model.services.size());
      action.value = 100 * (1 + static_cast<std::int64_t>(random.below(5)));
      break;
    case sim::ActionKind::kKillQueries:
      pick(model.services.size());
      action.value = 1000;
      break;
    default: {
      const ActionInfo& info = action_info(action.kind);
      const auto part = target_part(info.target_kind);
      pick(part ? sim::part_count(model, *part) : 1);
      if (!info.has_value) break;
      const auto values = static_cast<std::uint64_t>(info.value_max - info.value_min + 1);
      action.value = (info.value_min + static_cast<std::int64_t>(random.below(values))) * info.unit;
      break;
    }
  }
  return action;
}

bool acts_now(Duration since_page) {
  return since_page >= kFirstLook && (since_page.us / kMinute.us) % kMinutesBetweenActs == 0;
}

}  // namespace

std::optional<Duration> Course::well_after() const {
  Duration after{0};
  for (const HarmMinute& m : minutes) {
    if (m.share >= kWellShare) after = m.until;
  }
  if (minutes.empty() || after == minutes.back().until) return std::nullopt;
  return after;
}

double Course::share_at_end(std::size_t minutes_looked_at) const {
  const std::size_t count = std::min(minutes_looked_at, minutes.size());
  double sum = 0;
  for (std::size_t i = minutes.size() - count; i < minutes.size(); ++i) sum += minutes[i].share;
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

Course run_commands(const Incident& incident, sim::Simulation sim,
                    const std::vector<TimedCommand>& commands) {
  Measured measured(std::move(sim));
  for (const TimedCommand& command : commands) {
    measured.advance(command.at);
    measured.act(resolve(measured.sim(), command.action));
  }
  measured.advance(incident.time_limit);
  return measured.finish();
}

Course run_actor(const Incident& incident, sim::Simulation sim, const Actor& actor) {
  Measured measured(std::move(sim));
  for (Duration at{0}; at < incident.time_limit; at += kMinute) {
    measured.advance(at);
    for (const sim::Action& action : actor(measured.sim(), at)) measured.act(action);
  }
  measured.advance(incident.time_limit);
  return measured.finish();
}

Actor random_actor(std::uint64_t seed) {
  const auto random = std::make_shared<Random>(Random::stream(seed, "random actor", 0));
  return [random](const sim::Simulation& sim, Duration at) -> std::vector<sim::Action> {
    if (!acts_now(at)) return {};
    for (int i = 0; i < kDrawsMax; ++i) {
      const sim::Action action = random_action(sim, *random);
      if (sim.preview(action)) return {action};
    }
    return {};
  };
}

Actor roll_everything_back() {
  struct State {
    bool begun = false;
    std::vector<sim::ChangeId> left;  // the newest last
  };
  const auto state = std::make_shared<State>();
  return [state](const sim::Simulation& sim, Duration at) -> std::vector<sim::Action> {
    if (!acts_now(at)) return {};
    if (!state->begun) {
      state->begun = true;
      for (std::size_t i = 0; i < sim.change_count(); ++i) {
        if (sim.change(sim::ChangeId(i)).visible) state->left.push_back(sim::ChangeId(i));
      }
    }
    while (!state->left.empty()) {
      sim::Action action;
      action.kind = sim::ActionKind::kRevertChange;
      action.target = state->left.back().value;
      state->left.pop_back();
      if (sim.preview(action)) return {action};
    }
    return {};
  };
}

}  // namespace incident::scenario
