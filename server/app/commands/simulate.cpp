#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/commands/push_options.h"
#include "app/commands/say.h"
#include "app/config.h"
#include "promql/number.h"
#include "scenario/action_names.h"
#include "scenario/library.h"
#include "scenario/warm_up.h"

namespace incident::app {
namespace {

struct Options {
  std::string incident, until = "20m", commands;
  std::uint64_t seed = 1;
  bool hash = false, json = false;
  PushOptions push;
};

struct Command {
  Duration at{0};
  std::string kind, target;
  std::int64_t value = 0;
};

// Lines such as "2m30s set_config catalog.client.timeout_ms 800"; '#' begins a comment.
Result<std::vector<Command>> read_commands(const std::string& path) {
  std::vector<Command> commands;
  if (path.empty()) return commands;
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string at;
    Command command;
    if (!(words >> at)) continue;
    const auto ms = promql::parse_duration_ms(at);
    if (!ms || !(words >> command.kind >> command.target))
      return invalid("expected TIME KIND TARGET [VALUE], such as: 2m30s scale catalog 6",
                     path + ":" + std::to_string(number));
    words >> command.value;
    command.at = milliseconds(*ms);
    commands.push_back(std::move(command));
  }
  return commands;
}

void print(const Options& options, const scenario::Start& world, const sim::UserTotals& at_page) {
  const sim::UserTotals totals = world.sim.user_totals();
  const std::uint64_t weight = world.sim.model().weight;
  const std::uint64_t harm = (totals.harmed() - at_page.harmed()) * weight;
  const std::uint64_t requests = (totals.all() - at_page.all()) * weight;
  const double minutes = (world.sim.now() - world.page).seconds() / 60;
  if (options.json) {
    nlohmann::json line = {
        {"minutes", minutes}, {"requests", requests}, {"harm", harm}, {"events", world.sim.events_handled()}};
    if (options.hash) {
      line["sim_hash"] = hex(world.sim.hash());
      line["telemetry_hash"] = hex(world.telemetry.hash());
    }
    std::cout << line.dump() << "\n";
    return;
  }
  std::cout << "T+" << minutes << " min  requests " << requests << "  harm " << harm;
  if (options.hash)
    std::cout << "  sim " << hex(world.sim.hash()) << "  telemetry " << hex(world.telemetry.hash());
  std::cout << "\n";
}

int simulate(const Options& options) {
  const auto until = promql::parse_duration_ms(options.until);
  if (!until) {
    std::cerr << "incident: --until must be a time such as 20m\n";
    return 2;
  }
  const auto library = scenario::load_library(home_folder() / "scenarios");
  if (!library) return fail(library.error());
  const auto incident = library->find(options.incident);
  if (!incident) return fail(not_found("there is no such incident", options.incident));
  const auto commands = read_commands(options.commands);
  if (!commands) return fail(commands.error());
  std::unique_ptr<CommandLinePush> pusher;
  std::shared_ptr<push::Feed> feed;
  if (!options.push.collector.url.empty()) {
    auto made = CommandLinePush::make(options.push);
    if (!made) {
      fail(made.error());
      return 2;
    }
    pusher = std::move(*made);
  }
  auto world = scenario::warm_up(*incident, options.seed);
  if (!world) return fail(world.error());

  const sim::UserTotals at_page = world->sim.user_totals();
  print(options, *world, at_page);
  const SimTime end = world->page + milliseconds(*until);
  if (pusher) {
    otlp::Identity identity;
    identity.system = incident->info->id;
    identity.attributes = {{"incident.id", incident->id}};
    identity.epoch_ms = unix_now_ms() - end.milliseconds();  // as if it had just ended
    feed = pusher->open(incident->id, std::move(identity), world->page);
  }
  const auto picture = [&] { return std::make_shared<const telemetry::Telemetry>(world->telemetry); };
  auto next = commands->begin();
  for (SimTime t = world->page; t < end;) {
    t = std::min(t + minutes(1), end);
    for (; next != commands->end() && world->page + next->at <= t; ++next) {
      world->telemetry.run(world->sim, std::max(world->sim.now(), world->page + next->at));
      const auto action = scenario::parse_action(world->sim, next->kind, next->target, next->value);
      if (!action) return fail(action.error());
      if (auto begun = world->telemetry.act(world->sim, *action); !begun)
        std::cerr << next->kind << " " << next->target << ": " << begun.error().message << "\n";
    }
    world->telemetry.run(world->sim, t);
    print(options, *world, at_page);
    if (feed && t < end) feed->offer(picture(), false);
  }
  if (!feed) return 0;
  const push::Tally tally = pusher->finish(*feed, picture());
  report(incident->id, tally, feed->trouble(), options.json);
  return tally.lost() == 0 ? 0 : 1;
}

}  // namespace

void add_simulate(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("simulate", "run an incident without a match, minute by minute");
  command->add_option("INCIDENT", options->incident, "its id")->required();
  command->add_option("--seed", options->seed, "the same seed gives the same course")->capture_default_str();
  command->add_option("--until", options->until, "how long after the page")->capture_default_str();
  command->add_option("--commands", options->commands, "file of TIME KIND TARGET [VALUE] lines")
      ->check(CLI::ExistingFile);
  add_push_options(*command, options->push, "--push", false);
  command->add_flag("--hash", options->hash, "print state hashes");
  command->add_flag("--json", options->json, "one JSON object a line");
  command->callback([&chosen, options] { chosen = [options] { return simulate(*options); }; });
}

}  // namespace incident::app
