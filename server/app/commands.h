// The subcommands of `incident`. Each function adds one to the command line; its work runs when it was chosen
// and returns the exit status: 0 it is so, 1 it ran and found fault, 2 it was used wrongly.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace incident::app {

using Chosen = std::function<int()>;

// `chosen` is set by the subcommand that the user named.
void add_serve(CLI::App& app, Chosen& chosen);
void add_simulate(CLI::App& app, Chosen& chosen);
void add_scenario(CLI::App& app, Chosen& chosen);
void add_scenario_causes(CLI::App& scenario, Chosen& chosen);
void add_experiment(CLI::App& app, Chosen& chosen);  // and faults
void add_match(CLI::App& app, Chosen& chosen);
void add_match_push(CLI::App& match, Chosen& chosen);  // below `match`
void add_promql(CLI::App& app, Chosen& chosen);
void add_backup(CLI::App& app, Chosen& chosen);
void add_typescript(CLI::App& app, Chosen& chosen);

}  // namespace incident::app
