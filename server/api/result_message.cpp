#include "api/result_message.h"

#include "api/match_messages.h"
#include "scenario/mechanisms.h"

namespace incident::api {
namespace {

// Those who were in the team when the match ended.
std::vector<const match::Player*> members(const match::Match& match, const std::string& team) {
  std::vector<const match::Player*> found;
  for (const auto& player : match.players()) {
    if (player.team == team) found.push_back(&player);
  }
  return found;
}

out::TeamResult team_result(const match::Match& match, const match::Arena& arena,
                            const match::TeamReview& review) {
  out::TeamResult row;
  row.team = review.team;
  row.name = review.name;
  row.state = match::to_string(review.state);
  for (const auto* player : members(match, review.team)) row.handles.push_back(player->handle);
  row.score = review.score.total;
  row.mitigation = review.score.mitigation;
  row.diagnosis = review.score.diagnosis;
  row.conduct = review.score.conduct;
  row.harm = static_cast<double>(review.harm);
  row.seconds = review.finished.seconds();
  for (const auto& line : review.score.lines)
    row.lines.push_back({std::string(match::to_string(line.part)), line.text, line.points, line.of});
  for (const auto& point : review.curve) {
    row.curve.push_back({point.at.seconds(), static_cast<double>(point.nothing),
                         static_cast<double>(point.actual), static_cast<double>(point.par)});
  }
  for (const auto& move : review.moves) {
    const auto& action = arena.actions()[move.action];
    row.moves.push_back({action.begun.seconds(), action.title, match.handle_of(action.by),
                         std::string(match::to_string(move.verdict)), static_cast<double>(move.harm_saved)});
  }
  for (const auto& verdict : review.evidence) {
    for (const auto& pin : arena.pins()) {
      if (pin.id == verdict.pin)
        row.evidence.push_back({pin.id, pin.evidence.label, std::string(match::to_string(verdict.verdict))});
    }
  }
  if (review.knowable) row.knowable = review.knowable->seconds();
  for (const auto& clue : review.clues) {
    row.clues.push_back(
        {clue.at.seconds(), std::string(match::to_string(clue.kind)), clue.ref, clue.label, clue.pinned});
  }
  for (const auto& line : arena.channel()) {
    row.timeline.push_back(channel_line(line));
    row.timeline.back().by = line.by.empty() ? "" : match.handle_of(line.by);
  }
  return row;
}

}  // namespace

out::MatchResult result_message(const std::string& match_id, const match::Match& match,
                                const match::Review& review) {
  const auto& incident = match.incident();
  out::MatchResult result;
  result.match = match_id;
  result.incident = incident.id;
  result.incident_title = incident.title;
  result.mode = match::to_string(match.settings().mode);
  result.ready = true;
  for (const std::size_t i : review.standings)
    result.teams.push_back(team_result(match, match.arenas()[i], review.teams[i]));
  if (match.arenas().empty()) {
    result.note = "This match ended before it began.";
    return result;
  }
  out::Debrief debrief;
  debrief.component = incident.answer.component;
  const auto* mechanism = scenario::find_mechanism(incident.answer.mechanism);
  debrief.mechanism = mechanism != nullptr ? mechanism->name : incident.answer.mechanism;
  debrief.trigger = incident.answer.trigger;
  debrief.what_happened = incident.debrief.what_happened;
  debrief.why_it_misled = incident.debrief.why_it_misled;
  debrief.prevention = incident.debrief.prevention;
  debrief.modelled_on = incident.debrief.modelled_on;
  debrief.write_up = incident.debrief.write_up;
  result.debrief = std::move(debrief);
  return result;
}

std::vector<store::ResultRow> result_rows(const match::Match& match, const match::Review& review) {
  std::vector<store::ResultRow> rows;
  for (const auto& team : review.teams) {
    store::ResultRow row;
    row.team_id = team.team;
    row.team_name = team.name;
    for (const auto* player : members(match, team.team)) {
      row.handles.push_back(player->handle);
      row.player_ids.push_back(player->id);
    }
    row.incident = match.incident().id;
    row.mode = match::to_string(match.settings().mode);
    row.solved = team.state == match::TeamState::kSolved;
    row.score = team.score.total;
    row.mitigation = team.score.mitigation;
    row.diagnosis = team.score.diagnosis;
    row.conduct = team.score.conduct;
    row.harm = team.harm;
    row.seconds = team.finished.seconds();
    row.changes = team.changes;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace incident::api
