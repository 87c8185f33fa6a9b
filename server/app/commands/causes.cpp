// `incident scenario causes`: how well the causal ids tell what the author marked.
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/config.h"
#include "match/measured_causes.h"
#include "scenario/library.h"

namespace incident::app {
namespace {

struct Options {
  std::vector<std::string> names;
  int seeds = 2;
  bool json = false, unmarked = false;
};

int fail(const Error& error) {
  std::cerr << "incident: " << (error.at.empty() ? "" : error.at + ": ") << error.message << "\n";
  return 1;
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%5.1f %%", share * 100);
  return text;
}

void print_counts(const match::Confusion& c) {
  char line[160];
  const auto& p = c.pieces;
  std::snprintf(line, sizeof line, "    %6zu %6zu %6zu   %6zu %6zu %6zu   %6zu %6zu %6zu  ", p[0][0], p[0][1],
                p[0][2], p[1][0], p[1][1], p[1][2], p[2][0], p[2][1], p[2][2]);
  std::cout << line;
}

nlohmann::ordered_json json_of(const match::Confusion& c) {
  return {{"pieces", c.pieces},
          {"precision", c.precision()},
          {"recall", c.recall()},
          {"precision_of_trouble", c.precision_of_trouble()},
          {"recall_of_trouble", c.recall_of_trouble()}};
}

void print(const std::string& id, std::uint64_t seed, const match::MeasuredCauses& m,
           const Options& options) {
  if (options.json) {
    nlohmann::ordered_json line = {{"incident", id}, {"seed", seed}, {"total", json_of(m.total)}};
    line["marks"] = nlohmann::ordered_json::array();
    for (const auto& mark : m.marks)
      line["marks"].push_back({{"mark", mark.mark}, {"pieces", mark.confusion.pieces}});
    std::cout << line.dump() << "\n";
    return;
  }
  std::cout
      << id << ", seed " << seed << ": causal precision " << percent(m.total.precision()) << ", recall "
      << percent(m.total.recall()) << "; trouble precision " << percent(m.total.precision_of_trouble())
      << ", recall " << percent(m.total.recall_of_trouble()) << "\n"
      << "    marked causal, judged   marked collateral       marked unrelated      (causal, collateral, "
         "unrelated each)\n";
  for (const auto& mark : m.marks) {
    print_counts(mark.confusion);
    std::cout << mark.mark << "\n";
  }
  print_counts(m.total);
  std::cout << "all, changes without a mark included\n";
  if (!options.unmarked) return;
  for (const std::string& shape : m.unmarked) std::cout << "    no mark: " << shape << "\n";
}

int causes(const Options& options) {
  const auto library = scenario::load_library(home_folder() / "scenarios");
  if (!library) return fail(library.error());
  bool found = options.names.empty();
  for (const auto& incident : library->incidents()) {
    if (!options.names.empty() &&
        std::find(options.names.begin(), options.names.end(), incident->id) == options.names.end())
      continue;
    found = true;
    for (int seed = 1; seed <= options.seeds; ++seed) {
      const auto start = scenario::warm_up(*incident, static_cast<std::uint64_t>(seed));
      if (!start) return fail(start.error());
      print(incident->id, static_cast<std::uint64_t>(seed), match::measure_causes(incident, *start), options);
    }
  }
  return found ? 0 : fail(not_found("there is no such incident", options.names.front()));
}

}  // namespace

void add_scenario_causes(CLI::App& scenario, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = scenario.add_subcommand(
      "causes", "precision and recall of the causal ids against the evidence that authors marked");
  command->add_option("INCIDENT", options->names, "ids; none: all that came with the program");
  command->add_option("--seeds", options->seeds, "how many")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one JSON object a line");
  command->add_flag("--unmarked", options->unmarked, "also the kinds of log lines that no mark fits");
  command->callback([&chosen, options] { chosen = [options] { return causes(*options); }; });
}

}  // namespace incident::app
