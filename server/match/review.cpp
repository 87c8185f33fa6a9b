#include "match/review.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <functional>
#include <numeric>
#include <thread>

#include "match/course.h"

namespace incident::match {
namespace {

using Task = std::function<void()>;

// Each task writes to a place of its own, so the order in which threads take them cannot matter.
void run_all(const std::vector<Task>& tasks, unsigned threads) {
  if (threads == 0) {
    threads = std::max(1U, std::thread::hardware_concurrency());
  }
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) {
      tasks[i]();
    }
  };
  std::vector<std::thread> helpers;
  for (std::size_t i = 1; i < std::min<std::size_t>(threads, tasks.size()); ++i) {
    helpers.emplace_back(work);
  }
  work();
  for (std::thread& helper : helpers) {
    helper.join();
  }
}

std::vector<TimedAction> actions_of(const Arena& arena) {
  std::vector<TimedAction> actions;
  for (const ActionRecord& record : arena.actions()) {
    actions.push_back({record.begun, record.action, false});
  }
  return actions;
}

std::vector<TimedAction> reference_actions(const scenario::Incident& incident) {
  std::vector<TimedAction> actions;
  for (const scenario::TimedCommand& command : incident.reference.commands) {
    actions.push_back({command.at, command.action, true});
  }
  std::stable_sort(actions.begin(), actions.end(),
                   [](const TimedAction& a, const TimedAction& b) { return a.at < b.at; });
  return actions;
}

// A team's course, and the same without each of its actions.
struct TeamCourses {
  Course actual;
  std::vector<std::int64_t> without;  // total harm, by action
};

TeamCourses run_team(const Match& match, const Arena& arena, unsigned threads) {
  const scenario::Start& start = *match.start();
  const Duration window = match.time_limit();
  const std::vector<TimedAction> actions = actions_of(arena);
  const std::size_t judged = std::min(actions.size(), kMovesJudgedMax);
  TeamCourses courses;
  std::vector<sim::Simulation> before;
  before.reserve(judged);
  courses.actual =
      run_course(start.sim, start.page, window, actions, [&](std::size_t i, const sim::Simulation& world) {
        if (i < judged) {
          before.push_back(world);
        }
      });
  courses.without.resize(judged);
  const std::uint64_t harmed_at_page = start.sim.user_totals().harmed();
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < judged; ++i) {
    tasks.emplace_back([&, i] {
      courses.without[i] =
          harm_without(std::move(before[i]), start.page, window, actions, i, arena.sim(), harmed_at_page);
    });
  }
  run_all(tasks, threads);
  return courses;
}

MoveVerdict verdict_of(std::int64_t saved, std::int64_t at_stake) {
  const double permille = 1000.0 * static_cast<double>(saved) / static_cast<double>(at_stake);
  if (permille >= kGreatPermille) {
    return MoveVerdict::kGreat;
  }
  if (permille >= kGoodPermille) {
    return MoveVerdict::kGood;
  }
  if (permille > kInaccuracyPermille) {
    return MoveVerdict::kInaccuracy;
  }
  return permille > kMistakePermille ? MoveVerdict::kMistake : MoveVerdict::kBlunder;
}

// The right declaration, or else the one that came nearest; of equals the last.
const DeclarationRecord* best_declaration(const Arena& arena) {
  const DeclarationRecord* best = nullptr;
  const auto worth = [](const DeclarationRecord& d) {
    return (d.component_right ? 2 : 0) + (d.mechanism_right ? 2 : 0) + (d.trigger_right ? 1 : 0);
  };
  for (const DeclarationRecord& declaration : arena.declarations()) {
    if (best == nullptr || worth(declaration) >= worth(*best)) {
      best = &declaration;
    }
  }
  return best;
}

void count_diagnosis(const Arena& arena, ScoreFacts& facts) {
  for (const DeclarationRecord& declaration : arena.declarations()) {
    facts.wrong_declarations += declaration.right ? 0 : 1;
  }
  const DeclarationRecord* best = best_declaration(arena);
  if (best == nullptr) {
    return;
  }
  facts.declared_right = best->right;
  facts.component_right = best->component_right;
  facts.mechanism_right = best->mechanism_right;
  facts.trigger_right = best->trigger_right;
  for (const std::int64_t id : best->pins) {
    const PinRecord& pin = arena.pins()[static_cast<std::size_t>(id - 1)];
    if (const auto verdict = judge(arena, pin.evidence)) {
      facts.cited.push_back(*verdict);
    }
  }
}

// Stretches of time that each want one update: those that were over before the team finished.
void count_updates(const Arena& arena, Duration finished, ScoreFacts& facts) {
  Duration from{0}, to = kFirstUpdateWithin;
  while (to <= finished) {
    ++facts.updates_due;
    const bool made = std::any_of(
        arena.status_updates().begin(), arena.status_updates().end(),
        [&](const StatusRecord& s) { return s.at <= to && (s.at > from || (from.us == 0 && s.at.us == 0)); });
    facts.updates_made += made ? 1 : 0;
    from = to;
    to = to + kUpdateEvery;
  }
}

void count_conduct(const Arena& arena, const TeamCourses& courses, Duration finished, ScoreFacts& facts) {
  const std::int64_t noise = stake(facts) * kNoisePermille / 1000;
  for (const std::int64_t without : courses.without) {
    const std::int64_t caused = courses.actual.total - without;
    facts.own_harm += caused > noise ? caused : 0;
  }
  facts.changes = static_cast<int>(arena.actions().size());
  facts.grounded_changes = static_cast<int>(std::count_if(arena.actions().begin(), arena.actions().end(),
                                                          [](const ActionRecord& a) { return a.grounded; }));
  facts.hints = static_cast<int>(arena.hints().size());
  for (const HintRecord& hint : arena.hints()) {
    facts.hints_price += hint.price;
  }
  count_updates(arena, finished, facts);
}

std::vector<CurvePoint> curve_of(const Course& nothing, const Course& actual, const Course& par,
                                 Duration window) {
  std::vector<CurvePoint> curve;
  for (std::size_t i = 0; i < actual.harm.size(); ++i) {
    const Duration at = std::min(kCurveStep * static_cast<std::int64_t>(i), window);
    curve.push_back({at, nothing.harm[i], actual.harm[i], par.harm[i]});
  }
  return curve;
}

TeamReview review_team(const Match& match, std::size_t team, const Course& nothing, const Course& par,
                       unsigned threads) {
  const Arena& arena = match.arenas()[team];
  const TeamCourses courses = run_team(match, arena, threads);
  TeamReview result;
  result.team = match.teams()[team].id;
  result.name = match.teams()[team].name;
  result.state = arena.state();
  result.finished = arena.ended().value_or(arena.time());
  result.harm = courses.actual.total;
  result.changes = static_cast<int>(arena.actions().size());

  ScoreFacts& facts = result.facts;
  facts.harm_nothing = nothing.total;
  facts.harm_par = par.total;
  facts.harm_actual = courses.actual.total;
  facts.requests = nothing.requests;
  count_diagnosis(arena, facts);
  count_conduct(arena, courses, result.finished, facts);
  result.score = score(facts);

  result.curve = curve_of(nothing, courses.actual, par, match.time_limit());
  for (std::size_t i = 0; i < courses.without.size(); ++i) {
    const std::int64_t saved = courses.without[i] - courses.actual.total;
    result.moves.push_back({i, verdict_of(saved, stake(facts)), saved});
  }
  for (const PinRecord& pin : arena.pins()) {
    if (const auto verdict = judge(arena, pin.evidence)) {
      result.evidence.push_back({pin.id, *verdict});
    }
  }
  result.clues = find_clues(arena);
  result.knowable = first_knowable(result.clues);
  return result;
}

}  // namespace

std::string_view to_string(MoveVerdict verdict) {
  switch (verdict) {
    case MoveVerdict::kGreat:
      return "great";
    case MoveVerdict::kGood:
      return "good";
    case MoveVerdict::kInaccuracy:
      return "inaccuracy";
    case MoveVerdict::kMistake:
      return "mistake";
    case MoveVerdict::kBlunder:
      return "blunder";
  }
  return "";
}

Review review(const Match& match, const ReviewOptions& options) {
  assert(match.phase() == Phase::kEnded && match.start() != nullptr);
  const scenario::Start& start = *match.start();
  const std::vector<TimedAction> reference = reference_actions(match.incident());
  Course nothing, par;
  run_all({[&] { nothing = run_course(start.sim, start.page, match.time_limit(), {}); },
           [&] { par = run_course(start.sim, start.page, match.time_limit(), reference); }},
          options.threads);
  Review result;
  for (std::size_t team = 0; team < match.arenas().size(); ++team) {
    result.teams.push_back(review_team(match, team, nothing, par, options.threads));
  }
  result.standings.resize(result.teams.size());
  std::iota(result.standings.begin(), result.standings.end(), std::size_t{0});
  const auto standing = [&](std::size_t i) {
    const TeamReview& t = result.teams[i];
    return Standing{t.score.total, t.harm, t.changes, t.finished};
  };
  std::stable_sort(result.standings.begin(), result.standings.end(),
                   [&](std::size_t a, std::size_t b) { return before(standing(a), standing(b)); });
  return result;
}

}  // namespace incident::match
