// `incident match push`: what a stored match emitted, sent to a collector.
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "api/match_messages.h"
#include "app/commands.h"
#include "app/commands/push_options.h"
#include "app/commands/say.h"
#include "app/commands/stored_match.h"
#include "base/log.h"
#include "match/replay.h"

namespace incident::app {
namespace {

struct Options {
  std::string match, team;
  Folders folders{"data", {}};
  PushOptions push;
  bool ending_now = false, json = false;
};

int push_match(const Options& options) {
  log::set_level(log::Level::kWarn);
  auto pusher = CommandLinePush::make(options.push);
  if (!pusher) {
    fail(pusher.error());
    return 2;
  }
  const auto record = load_match(options.folders, options.match);
  if (!record) return fail(record.error());
  auto start = warm(*record);
  if (!start) return fail(start.error());
  auto match = match::replay(record->incident, *start, record->settings, record->entries);
  if (!match) return fail(match.error());
  match->advance(std::min(record->clock, match->time_limit()));

  bool found = false, lost = false;
  for (std::size_t i = 0; i < match->arenas().size(); ++i) {
    const auto& team = match->teams()[i];
    if (!options.team.empty() && team.id != options.team && team.name != options.team) continue;
    found = true;
    const match::Arena& arena = match->arenas()[i];
    otlp::Identity identity;
    identity.system = record->incident->info->id;
    identity.attributes = {{"incident.id", record->incident->id},
                           {"incident.match.id", options.match},
                           {"incident.team.id", team.id},
                           {"incident.team.name", team.name}};
    identity.epoch_ms = options.ending_now
                            ? unix_now_ms() - arena.sim().now().milliseconds()
                            : api::wall_epoch_ms(record->row.created_ms) - arena.page().milliseconds();
    const auto feed = (*pusher)->open(options.match + "/" + team.id, std::move(identity), arena.page());
    const auto picture = std::make_shared<const telemetry::Telemetry>(arena.telemetry());
    const push::Tally tally = (*pusher)->finish(*feed, picture);
    report(team.name, tally, feed->trouble(), options.json);
    lost = lost || tally.lost() > 0;
  }
  if (!found) {
    return fail(options.team.empty()
                    ? Error{ErrorCode::kFailedPrecondition, "this match ended before it began", options.match}
                    : not_found("there is no such team in this match", options.team));
  }
  return lost ? 1 : 0;
}

}  // namespace

void add_match_push(CLI::App& parent, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("push", "send what a match emitted to an OpenTelemetry collector");
  command->add_option("MATCH", options->match, "its id, as in the address of its page")->required();
  add_push_options(*command, options->push, "--to", true);
  command->add_option("--team", options->team, "id or name of one team; without it all");
  command->add_flag("--ending-now", options->ending_now,
                    "move all times so that the match ends now, for collectors that take nothing old");
  command->add_option("--data-dir", options->folders.data, "the server's folder; it may be running")
      ->envname("DATA_DIR")
      ->capture_default_str();
  command->add_option("--scenarios", options->folders.scenarios, "folder with systems/ and incidents/")
      ->envname("SCENARIOS_DIR")
      ->check(CLI::ExistingDirectory);
  command->add_flag("--json", options->json, "one JSON object for each team");
  command->callback([&chosen, options] { chosen = [options] { return push_match(*options); }; });
}

}  // namespace incident::app
