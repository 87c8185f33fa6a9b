#include <iostream>

#include "app/commands.h"

int main(int argc, char** argv) {
  using namespace incident::app;
  CLI::App app("The Incident Challenge: a game server for incident response.", "incident");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of every subcommand");
  Chosen chosen;
  add_serve(app, chosen);
  add_simulate(app, chosen);
  add_scenario(app, chosen);
  add_experiment(app, chosen);
  add_match(app, chosen);
  add_promql(app, chosen);
  add_backup(app, chosen);
  add_typescript(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    std::cerr << "incident: " << e.what() << "\n";
    return 2;
  }
  return chosen();
}
