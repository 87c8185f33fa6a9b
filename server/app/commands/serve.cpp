#include "app/serve.h"

#include "app/commands.h"

namespace incident::app {

void add_serve(CLI::App& app, Chosen& chosen) {
  auto config = std::make_shared<ServeConfig>();
  CLI::App* command = app.add_subcommand("serve", "start the game server");
  add_serve_options(*command, *config);
  command->callback([&chosen, command, config] {
    read_config_file(*command, *config);
    chosen = [config] { return serve(*config); };
  });
}

}  // namespace incident::app
