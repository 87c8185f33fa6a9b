#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>
#include <optional>

#include "app/commands.h"
#include "app/commands/say.h"
#include "app/config.h"
#include "scenario/grafana.h"
#include "scenario/library.h"
#include "scenario/preview.h"
#include "scenario/prove.h"
#include "scenario/schema.h"
#include "scenario/system_file.h"
#include "telemetry/rule_file.h"

namespace incident::app {
namespace {

using SharedIncident = std::shared_ptr<const scenario::Incident>;

// A file, or the id of an incident that came with the program.
Result<SharedIncident> open_incident(const std::string& name) {
  if (std::filesystem::exists(name)) return scenario::load_incident(name);
  return scenario::load_incident(home_folder() / "scenarios" / "incidents" / (name + ".json"));
}

// The named ones; with no name all that came with the program.
Result<std::vector<SharedIncident>> open_all(const std::vector<std::string>& names) {
  if (names.empty()) {
    const auto library = scenario::load_library(home_folder() / "scenarios");
    if (!library) return library.error();
    return library->incidents();
  }
  std::vector<SharedIncident> incidents;
  for (const auto& name : names) {
    auto incident = open_incident(name);
    if (!incident) return incident.error();
    incidents.push_back(std::move(*incident));
  }
  return incidents;
}

int lint(const std::vector<std::string>& names) {
  const auto incidents = open_all(names);
  if (!incidents) return fail(incidents.error());
  std::size_t findings = 0;
  for (const auto& incident : *incidents) {
    const auto telling = scenario::telling_texts(*incident);
    for (const auto& finding : telling) std::cout << incident->id << ": " << finding.what << "\n";
    if (telling.empty()) std::cout << incident->id << ": fine\n";
    findings += telling.size();
  }
  return findings == 0 ? 0 : 1;
}

int prove(const std::vector<std::string>& names, int seed_count, bool json) {
  const auto incidents = open_all(names);
  if (!incidents) return fail(incidents.error());
  std::vector<std::uint64_t> seeds(static_cast<std::size_t>(seed_count));
  std::iota(seeds.begin(), seeds.end(), std::uint64_t{1});
  bool all_hold = true;
  for (const auto& incident : *incidents) {
    const scenario::Proof proof = scenario::prove(*incident, seeds);
    if (json) {
      std::cout << proof.json() << "\n";
    } else {
      proof.print(std::cout);
    }
    all_hold = all_hold && proof.holds();
  }
  return all_hold ? 0 : 1;
}

int preview(const std::string& name, std::uint64_t seed, const std::string& svg) {
  const auto incident = open_incident(name);
  if (!incident) return fail(incident.error());
  const auto shown = scenario::preview(**incident, seed);
  if (!shown) return fail(shown.error());
  if (svg.empty()) {
    scenario::write_text(*shown, std::cout);
    return 0;
  }
  std::ofstream file(svg);
  scenario::write_svg(*shown, file);
  if (!file.flush()) return fail(invalid("cannot be written", svg));
  return 0;
}

// Of a system's file or id.
int rules(const std::string& name) {
  const auto system = scenario::load_system(std::filesystem::exists(name)
                                                ? std::filesystem::path(name)
                                                : home_folder() / "scenarios" / "systems" / (name + ".json"));
  if (!system) return fail(system.error());
  std::cout << "# Alert rules of \"" << system->info.title
            << "\", for Prometheus. Written by `incident scenario rules " << system->info.id << "`.\n"
            << telemetry::rule_file(system->telemetry, system->info.id);
  return 0;
}

// A file, or the id of a system that came with the program.
int dashboards(const std::string& name, bool grafana, const std::string& out) {
  const bool is_file = std::filesystem::exists(name);
  const auto system = scenario::load_system(
      is_file ? std::filesystem::path(name) : home_folder() / "scenarios" / "systems" / (name + ".json"));
  if (!system) return fail(system.error());
  for (const auto& dashboard : system->info.dashboards) {
    if (!grafana) {
      std::cout << dashboard.title << "\n";
      for (const auto& panel : dashboard.panels)
        std::cout << "  " << panel.title << " (" << panel.unit << ")\n    " << panel.query << "\n";
      continue;
    }
    if (out.empty()) {
      std::cout << scenario::grafana_json(system->info, dashboard);
      continue;
    }
    const auto path = std::filesystem::path(out) / scenario::grafana_file_name(system->info, dashboard);
    std::ofstream file(path, std::ios::binary);
    file << scenario::grafana_json(system->info, dashboard);
    if (!file.flush()) return fail(invalid("cannot be written", path.string()));
    std::cout << path.string() << "\n";
  }
  return 0;
}

}  // namespace

void add_scenario(CLI::App& app, Chosen& chosen) {
  CLI::App* scenario = app.add_subcommand("scenario", "check, prove and look at incidents");
  scenario->require_subcommand(1);
  struct Options {
    std::vector<std::string> names;
    std::string name, svg, out, what = "incident";
    int seeds = 5;
    std::uint64_t seed = 1;
    bool json = false, grafana = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = scenario->add_subcommand("lint", "check files and texts, without a simulation");
  command->add_option("INCIDENT", options->names, "files or ids; none: all that came with the program");
  command->callback([&chosen, options] { chosen = [options] { return lint(options->names); }; });

  command = scenario->add_subcommand("prove", "show that it can be solved, and not by luck");
  command->add_option("INCIDENT", options->names, "files or ids; none: all that came with the program");
  command->add_option("--seeds", options->seeds, "how many")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON object a line");
  command->callback([&chosen, options] {
    chosen = [options] { return prove(options->names, options->seeds, options->json); };
  });

  command = scenario->add_subcommand("preview",
                                     "draw what customers and people on call would see; tells the answer");
  command->add_option("INCIDENT", options->name, "file or id")->required();
  command->add_option("--seed", options->seed, "the same seed gives the same course")->capture_default_str();
  command->add_option("--svg", options->svg, "write a picture to this file instead");
  command->callback([&chosen, options] {
    chosen = [options] { return preview(options->name, options->seed, options->svg); };
  });

  command = scenario->add_subcommand("rules", "print a system's alert rules as a Prometheus rule file");
  command->add_option("SYSTEM", options->name, "file or id")->required();
  command->callback([&chosen, options] { chosen = [options] { return rules(options->name); }; });

  command = scenario->add_subcommand("dashboards", "print a system's dashboards, or write them for Grafana");
  command->add_option("SYSTEM", options->name, "file or id")->required();
  command->add_flag("--grafana", options->grafana, "as Grafana's dashboard JSON");
  command
      ->add_option("--out", options->out, "write one file for each into this folder instead of printing them")
      ->check(CLI::ExistingDirectory);
  command->callback([&chosen, options] {
    chosen = [options] { return dashboards(options->name, options->grafana, options->out); };
  });

  add_scenario_causes(*scenario, chosen);

  command = scenario->add_subcommand("schema", "print the JSON Schema of a kind of file");
  command->add_option("KIND", options->what, "incident or system")
      ->check(CLI::IsMember({"incident", "system"}))
      ->capture_default_str();
  command->callback([&chosen, options] {
    chosen = [options] {
      std::cout << (options->what == "system" ? scenario::json_schema_system()
                                              : scenario::json_schema_incident());
      return 0;
    };
  });
}

}  // namespace incident::app
