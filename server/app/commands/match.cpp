// `incident match verify|replay|push`: a stored match run again from its log, beside a running server too.
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/commands/say.h"
#include "app/commands/stored_match.h"
#include "app/config.h"
#include "match/replay.h"
#include "promql/number.h"

namespace incident::app {
namespace {

struct Options {
  std::string match, until;
  std::filesystem::path data_dir = "data", scenarios;
  bool json = false;
};

// Replays in pieces of this length beside the one in whole: how often a server looks must not matter.
constexpr Duration kPiece = milliseconds(7300);

// From a world of its own to the match's last moment; with a piece above zero, in pieces.
Result<match::Match> run(const StoredMatch& record, Duration piece) {
  auto start = warm(record);
  if (!start) return start.error();
  const Duration end = record.clock;
  if (piece.us <= 0) {
    auto match = match::replay(record.incident, *start, record.settings, record.entries);
    if (match) match->advance(std::min(end, match->time_limit()));
    return match;
  }
  match::Match match(record.incident, record.settings);
  match.begin(*start);
  const auto walk_to = [&](Duration goal) {
    for (Duration t = match.time() + piece; t < goal; t = t + piece) match.advance(t);
    match.advance(goal);
  };
  for (const auto& entry : record.entries) {
    walk_to(entry.at);
    const match::Applied applied = match.apply(entry);
    if (applied.refused && match.last_entry() != entry.number)
      return Error{applied.refused->code, applied.refused->message, "entry " + std::to_string(entry.number)};
  }
  walk_to(std::min(end, match.time_limit()));
  return match;
}

int verify(const Options& options) {
  const auto record = load_match({options.data_dir, options.scenarios}, options.match);
  if (!record) return fail(record.error());
  const auto whole = run(*record, Duration{0});
  if (!whole) return fail(whole.error());
  const auto again = run(*record, Duration{0});
  if (!again) return fail(again.error());
  const auto pieces = run(*record, kPiece);
  if (!pieces) return fail(pieces.error());
  const bool twice = whole->hash() == again->hash();
  const bool split = whole->hash() == pieces->hash();
  if (options.json) {
    std::cout << nlohmann::json{{"match", options.match},
                                {"incident", record->row.incident},
                                {"phase", match::to_string(whole->phase())},
                                {"entries", record->entries.size()},
                                {"time", whole->time().seconds()},
                                {"hash", hex(whole->hash())},
                                {"agrees_with_itself", twice},
                                {"agrees_in_pieces", split}}
                     .dump()
              << "\n";
  } else {
    std::cout << options.match << ": " << record->row.incident << ", " << match::to_string(whole->phase())
              << ", " << record->entries.size() << " entries, T+" << whole->time().seconds() << " s, state "
              << hex(whole->hash()) << "\n";
    std::cout << (twice ? "replayed twice: the same state\n" : "replayed twice: the states differ, ")
              << (twice ? "" : hex(again->hash()) + "\n");
    std::cout << (split ? "replayed in pieces: the same state\n" : "replayed in pieces: the states differ, ")
              << (split ? "" : hex(pieces->hash()) + "\n");
  }
  return twice && split ? 0 : 1;
}

nlohmann::json team_json(const match::Match& match, std::size_t team) {
  nlohmann::json row = {{"team", match.teams()[team].id},
                        {"name", match.teams()[team].name},
                        {"state", match::to_string(match.team_state(team))},
                        {"timeline", nlohmann::json::array()}};
  if (team >= match.arenas().size()) return row;
  const match::Arena& arena = match.arenas()[team];
  row["harm"] = arena.harm();
  for (const auto& line : arena.channel()) {
    row["timeline"].push_back({{"at", line.at.seconds()},
                               {"kind", match::to_string(line.kind)},
                               {"by", line.by.empty() ? "" : match.handle_of(line.by)},
                               {"text", line.text}});
  }
  return row;
}

void print_team(const nlohmann::json& row) {
  std::cout << "\n" << row["name"].get<std::string>() << " (" << row["state"].get<std::string>() << ")";
  if (row.contains("harm")) std::cout << ", harm " << row["harm"];
  std::cout << "\n";
  for (const auto& line : row["timeline"]) {
    char time[32];
    const auto at = static_cast<long long>(line["at"].get<double>());
    std::snprintf(time, sizeof time, "%4lld:%02lld", at / 60, at % 60);
    const std::string by = line["by"];
    std::cout << time << "  " << (by.empty() ? "" : by + ": ") << line["text"].get<std::string>() << "\n";
  }
}

int replay(const Options& options) {
  std::optional<Duration> until;
  if (!options.until.empty()) {
    const auto ms = promql::parse_duration_ms(options.until);
    if (!ms) {
      std::cerr << "incident: --until must be a time after the page such as 12m30s\n";
      return 2;
    }
    until = milliseconds(*ms);
  }
  const auto record = load_match({options.data_dir, options.scenarios}, options.match);
  if (!record) return fail(record.error());
  auto start = warm(*record);
  if (!start) return fail(start.error());
  match::Replay course(record->incident, *start, record->settings, record->entries);
  const auto match = course.at(std::min(until.value_or(record->clock), record->clock));
  if (!match) return fail(match.error());

  nlohmann::json out = {{"match", options.match},
                        {"incident", record->row.incident},
                        {"phase", match::to_string((*match)->phase())},
                        {"time", (*match)->time().seconds()},
                        {"teams", nlohmann::json::array()}};
  for (std::size_t i = 0; i < (*match)->teams().size(); ++i) out["teams"].push_back(team_json(**match, i));
  if (options.json) {
    std::cout << out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return 0;
  }
  std::cout << options.match << ": " << record->row.incident << ", " << match::to_string((*match)->phase())
            << ", T+" << (*match)->time().seconds() << " s\n";
  for (const auto& team : out["teams"]) print_team(team);
  return 0;
}

}  // namespace

void add_match(CLI::App& app, Chosen& chosen) {
  CLI::App* parent = app.add_subcommand("match", "run stored matches again from their logs");
  parent->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*work)(const Options&)) {
    auto options = std::make_shared<Options>();
    CLI::App* command = parent->add_subcommand(name, help);
    command->add_option("MATCH", options->match, "its id, as in the address of its page")->required();
    command->add_option("--data-dir", options->data_dir, "the server's folder; it may be running")
        ->envname("DATA_DIR")
        ->capture_default_str();
    command->add_option("--scenarios", options->scenarios, "folder with systems/ and incidents/")
        ->envname("SCENARIOS_DIR")
        ->check(CLI::ExistingDirectory);
    command->add_flag("--json", options->json, "one JSON object");
    command->callback([&chosen, options, work] { chosen = [options, work] { return work(*options); }; });
    return std::pair{command, options};
  };
  add("verify", "replay twice, whole and in pieces, and compare the states", verify);
  const auto [command, options] = add("replay", "print the timeline and the harm of each team", replay);
  add_match_push(*parent, chosen);
  command->add_option("--until", options->until, "how far after the page; without it: to the end");
}

}  // namespace incident::app
