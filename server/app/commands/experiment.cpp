// `incident experiment check|plot` and `incident faults`: systems against the course that is expected of
// them.
#include "scenario/experiments/experiment.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/commands.h"
#include "app/config.h"
#include "scenario/experiments/fault_kinds.h"

namespace incident::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> files;
  fs::path to = "build/plots", folder;
  std::string kind;
  bool json = false, markdown = false, check = false;
};

int fail(const Error& error) {
  std::cerr << "incident: " << (error.at.empty() ? "" : error.at + ": ") << error.message << "\n";
  return 1;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return out;
}

int check(const Options& options) {
  bool all_hold = true;
  for (const std::string& file : options.files) {
    const auto experiment = scenario::load_experiment(file);
    if (!experiment) return fail(experiment.error());
    std::cout << (*experiment)->id << ": " << (*experiment)->title << "\n";
    for (int seed = 1; seed <= (*experiment)->seeds; ++seed) {
      const auto run = scenario::run_experiment(**experiment, static_cast<std::uint64_t>(seed));
      for (const std::string& problem : run.problems)
        std::cout << "  seed " << seed << ": " << problem << "\n";
      all_hold = all_hold && run.problems.empty();
      for (const auto& c : scenario::check_expectations(**experiment, run)) {
        all_hold = all_hold && c.holds;
        std::cout << (c.holds ? "  holds  " : "  FAILS  ") << c.text << "   (seed " << seed << ": " << c.left
                  << " against " << c.right << ")\n";
      }
    }
  }
  return all_hold ? 0 : 1;
}

// A page with one picture for each experiment.
int plot(const Options& options) {
  std::error_code ec;
  fs::create_directories(options.to, ec);
  std::ofstream page(options.to / "index.html");
  page << "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Emergence</title>\n"
          "<style>body{font:16px/1.5 sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}"
          "svg{width:100%;height:auto}.fails{color:#b3261e}</style>\n<h1>Emergence</h1>\n"
          "<p>Small systems and the courses that the literature leads one to expect of them, as they were "
          "simulated (seed 1).</p>\n";
  for (const std::string& file : options.files) {
    const auto experiment = scenario::load_experiment(file);
    if (!experiment) return fail(experiment.error());
    const auto run = scenario::run_experiment(**experiment, 1);
    page << "<h2>" << escaped((*experiment)->title) << "</h2>\n<p>" << escaped((*experiment)->about)
         << "</p>\n";
    if (!(*experiment)->source.empty()) page << "<p>After " << escaped((*experiment)->source) << ".</p>\n";
    page << scenario::experiment_svg(**experiment, run) << "<ul>\n";
    for (const auto& c : scenario::check_expectations(**experiment, run)) {
      page << "<li" << (c.holds ? "" : " class=\"fails\"") << ">" << escaped(c.text) << " (" << c.left
           << " against " << c.right << ")" << (c.holds ? "" : ": it does not hold") << "</li>\n";
    }
    page << "</ul>\n";
  }
  if (!page.flush()) return fail(invalid("cannot be written", (options.to / "index.html").string()));
  std::cout << (options.to / "index.html").string() << "\n";
  return 0;
}

int faults(const Options& options) {
  const auto kinds = scenario::load_fault_kinds(
      options.folder.empty() ? home_folder() / "scenarios" / "faults" : options.folder);
  if (!kinds) return fail(kinds.error());
  if (options.check) {
    std::size_t findings = 0, looked_at = 0;
    for (const auto& kind : *kinds) {
      if (!options.kind.empty() && kind.kind != options.kind) continue;
      ++looked_at;
      for (const std::string& finding : scenario::findings_of(kind)) {
        std::cout << finding << "\n";
        ++findings;
      }
    }
    if (looked_at == 0) return fail(not_found("there is no such kind", options.kind));
    std::cout << looked_at << " kinds looked at, " << findings << " findings\n";
    return findings == 0 ? 0 : 1;
  }
  std::cout << (options.json ? scenario::fault_json(*kinds) : scenario::fault_table(*kinds));
  return 0;
}

}  // namespace

void add_experiment(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* parent =
      app.add_subcommand("experiment", "run small systems against the course that is expected of them");
  parent->require_subcommand(1);
  CLI::App* command = parent->add_subcommand("check", "say which expectations hold");
  command->add_option("FILE", options->files, "experiments")->required();
  command->callback([&chosen, options] { chosen = [options] { return check(*options); }; });
  command = parent->add_subcommand("plot", "draw what they chart into one page");
  command->add_option("FILE", options->files, "experiments")->required();
  command->add_option("--to", options->to, "folder for index.html")->capture_default_str();
  command->callback([&chosen, options] { chosen = [options] { return plot(*options); }; });

  command = app.add_subcommand("faults", "every kind of fault, with the part and parameters that express it");
  command->add_option("--folder", options->folder, "other kinds than those that came with the program")
      ->check(CLI::ExistingDirectory);
  auto* as_json = command->add_flag("--json", options->json, "one JSON object a line");
  command->add_flag("--markdown", options->markdown, "a table for people (the default)")->excludes(as_json);
  command->add_flag("--check", options->check, "run each and compare it with its signature");
  command->add_option("--kind", options->kind, "only this one, with --check");
  command->callback([&chosen, options] { chosen = [options] { return faults(*options); }; });
}

}  // namespace incident::app
