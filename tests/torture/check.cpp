#include "check.h"

#include "base/random.h"
#include "ledger.h"
#include "scenario/action_names.h"

namespace incident::torture {
namespace {

constexpr Duration kMark = seconds(5);  // how often courses are compared
constexpr Duration kSliceMax = milliseconds(1500);
constexpr Duration kQuiet = minutes(30);         // by when everything has ended once nobody comes any more
constexpr std::uint64_t kEventsMax = 1'500'000;  // a case ends early rather than take minutes
constexpr std::int64_t kPatienceMax = 60'000'000;

class Run {
 public:
  explicit Run(const Case& c)
      : c_(c),
        once_(c.model, c.plan, c.seed),
        pieces_(once_),
        random_(Random::stream(c.slices, "slices", 0)) {
    if (c.telemetry) {
      recorded_.emplace(c.model, c.telemetry, c.seed);
      recorded_once_.emplace(c.model, c.telemetry, c.seed);
    }
  }

  std::string all() {
    std::size_t next = 0;
    while (once_.now() < SimTime{} + c_.length && once_.events_handled() < kEventsMax) {
      SimTime end = std::min(SimTime{} + c_.length, once_.now() + kMark);
      const bool acts = next < c_.actions.size() && SimTime{} + c_.actions[next].at <= end;
      if (acts) end = std::max(once_.now(), SimTime{} + c_.actions[next].at);
      if (!run_to(end)) return failure_;
      if (acts && !act(c_.actions[next++].action)) return failure_;
    }
    if (recorded_ && recorded_->hash() != recorded_once_->hash())
      return "recording: depends on how the run was sliced, at " + time();
    return drain();
  }

 private:
  std::string time() const { return std::to_string(once_.now().us) + " us"; }
  bool fail(const std::string& what) {
    failure_ = what + ", at " + std::to_string(pieces_.now().us) + " us";
    return false;
  }

  bool run_to(SimTime end) {
    sim::Simulation copy = pieces_;
    if (recorded_once_) {
      recorded_once_->run(once_, end);
    } else {
      once_.run_until(end);
    }
    while (pieces_.now() < end) {
      const Duration slice{
          static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(kSliceMax.us)))};
      if (!slice_to(std::min(end, pieces_.now() + slice))) return false;
    }
    copy.run_until(end);
    if (once_.hash() != pieces_.hash()) return fail("slices: another course than the run in one piece");
    if (once_.hash() != copy.hash()) return fail("copy: another course than what it was copied from");
    if (pieces_.user_totals().all() != ledger_.users && !recorded_)
      return fail("ledger: customers' totals are not the requests told of");
    return true;
  }

  bool slice_to(SimTime end) {
    const bool each_event =
        pieces_.now() >= SimTime{} + c_.each_event.from && end <= SimTime{} + c_.each_event.to;
    if (recorded_) {
      recorded_->run(pieces_, end);
    } else if (each_event) {
      if (std::string broken = pieces_.run_checked(end, &ledger_); !broken.empty())
        return fail("invariant: " + broken);
    } else {
      pieces_.run_until(end, &ledger_);
    }
    if (std::string broken = pieces_.broken_invariant(); !broken.empty()) return fail("invariant: " + broken);
    if (!ledger_.broken.empty()) return fail("ledger: " + ledger_.broken);
    return true;
  }

  bool act(const sim::Action& planned) {
    const sim::Action action = scenario::resolve(once_, planned);
    const bool allowed = once_.preview(action).has_value();
    const bool begun =
        recorded_once_ ? recorded_once_->act(once_, action).has_value() : once_.begin(action).has_value();
    const bool again =
        recorded_ ? recorded_->act(pieces_, action).has_value() : pieces_.begin(action, &ledger_).has_value();
    if (begun != allowed) return fail("action: preview and begin do not agree");
    if (begun != again || once_.hash() != pieces_.hash())
      return fail("action: has another effect when watched");
    if (std::string broken = pieces_.broken_invariant(); !broken.empty()) return fail("invariant: " + broken);
    return true;
  }

  // Nobody comes any more: whoever was patient for a time only is answered in the end.
  std::string drain() {
    if (!everybody_gives_up() || once_.events_handled() >= kEventsMax) return {};
    sim::Simulation& s = pieces_;
    const SimTime end = s.now() + kQuiet;
    while (s.now() < end && s.requests_open() > 0 && s.events_handled() < 2 * kEventsMax) {
      s.run_until(s.now() + seconds(30));
      if (std::string broken = s.broken_invariant(); !broken.empty()) {
        fail("invariant: " + broken + " (while it ran empty)");
        return failure_;
      }
    }
    if (s.requests_open() > 0 && nobody_comes() && s.events_handled() < 2 * kEventsMax)
      fail("drain: " + std::to_string(s.requests_open()) + " requests never ended");
    return failure_;
  }

  // (An action that ended late may have put the traffic back.)
  bool nobody_comes() const {
    const auto* multiplier = sim::find_parameter(sim::PartKind::kJourney, "multiplier");
    const auto index = static_cast<std::uint16_t>(multiplier - sim::parameters().data());
    for (std::size_t j = 0; j < c_.model->journeys.size(); ++j) {
      if (pieces_.parameter({index, static_cast<std::uint16_t>(j)}) != 0) return false;
    }
    return true;
  }

  // Calls without a timeout may wait for ever, rightly: for a row that nobody gives back.
  bool everybody_gives_up() const {
    const auto* timeout = sim::find_parameter(sim::PartKind::kEdge, "timeout");
    const auto index = static_cast<std::uint16_t>(timeout - sim::parameters().data());
    const auto patient = [](std::int64_t us) { return us <= 0 || us > kPatienceMax; };
    for (const auto& change : c_.plan->changes) {
      for (const auto& s : change.settings) {
        if (s.target.parameter == index && patient(s.value)) return false;
      }
    }
    for (const auto& command : c_.actions) {
      if (command.action.kind == sim::ActionKind::kSetConfig) return false;
    }
    for (const auto& edge : c_.model->edges) {
      if (patient(edge.initial.timeout_us)) return false;
    }
    return true;
  }

  const Case& c_;
  sim::Simulation once_, pieces_;
  std::optional<telemetry::Telemetry> recorded_, recorded_once_;
  Ledger ledger_;
  Random random_;
  std::string failure_;
};

}  // namespace

std::string check(const Case& c) {
  return Run(c).all();
}

}  // namespace incident::torture
