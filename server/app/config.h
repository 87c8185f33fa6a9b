// The server's settings and where they come from: flags, then environment, then the config file, then
// defaults. Read once at start; a bad value is one clear line and exit status 2.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "push/collector.h"

namespace incident::app {

struct ServeConfig {
  std::uint16_t port = 8080;
  std::string bind = "127.0.0.1";
  std::filesystem::path data_dir = "data";
  std::string log_level = "info";
  std::string metrics = "local";    // who may read /metrics
  std::filesystem::path scenarios;  // empty: the scenarios/ that came with the program
  std::filesystem::path web;        // empty: the web/dist that came with the program
  unsigned io_threads = 0;          // 0: one for each core
  unsigned workers = 0;             // threads for warm-ups, queries and reviews; 0: one for each core
  std::vector<std::string> trusted_proxies, allowed_origins;
  std::string config_file;

  // Where running matches are pushed to, as the flags say it; off without an address. See docs/otlp.md.
  struct Otlp {
    push::CollectorText collector;
    std::string headers_file, interval = "15s", history = "10m";
    bool off() const;
  };
  Otlp otlp;
};

// Adds every option with its name in the environment and its help.
void add_serve_options(CLI::App& command, ServeConfig& config);
// Reads the file that --config names, if one was given: what neither a flag nor the environment has set. Call
// it once the command line is parsed. Throws CLI::ParseError, as parsing does.
void read_config_file(CLI::App& command, const ServeConfig& config);

// The folder that holds scenarios/ and web/: INCIDENT_HOME, or the nearest above the program itself.
std::filesystem::path home_folder();

}  // namespace incident::app
