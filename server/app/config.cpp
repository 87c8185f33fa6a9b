#include "app/config.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace incident::app {

void add_serve_options(CLI::App& command, ServeConfig& config) {
  command.add_option("--port", config.port, "TCP port to listen on; 0 takes any free one")
      ->envname("PORT")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command.add_option("--bind", config.bind, "address to listen on; 0.0.0.0 lets other machines in")
      ->envname("BIND")
      ->check(CLI::ValidIPV4 | CLI::Validator(
                                   [](std::string& text) {
                                     return text.find(':') == std::string::npos ? "not an address" : "";
                                   },
                                   "IPV6"))
      ->capture_default_str();
  command.add_option("--data-dir", config.data_dir, "folder for the database; nothing is written elsewhere")
      ->envname("DATA_DIR")
      ->capture_default_str();
  command.add_option("--log-level", config.log_level, "least level that is logged")
      ->envname("LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  command.add_option("--metrics", config.metrics, "who may read /metrics: local (this machine), all, or off")
      ->envname("METRICS")
      ->check(CLI::IsMember({"local", "all", "off"}))
      ->capture_default_str();
  command.add_option("--scenarios", config.scenarios, "folder with systems/ and incidents/")
      ->envname("SCENARIOS_DIR")
      ->check(CLI::ExistingDirectory);
  command.add_option("--web", config.web, "folder with the built web client")
      ->envname("WEB_DIR")
      ->check(CLI::ExistingDirectory);
  command.add_option("--io-threads", config.io_threads, "threads for connections and rooms; 0: one a core")
      ->envname("IO_THREADS")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command.add_option("--workers", config.workers, "threads for warm-ups, queries and reviews; 0: one a core")
      ->envname("WORKERS")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command
      .add_option("--trusted-proxy", config.trusted_proxies,
                  "address or network whose X-Forwarded-For is believed; may be repeated")
      ->envname("TRUSTED_PROXY");
  command
      .add_option("--allowed-origin", config.allowed_origins,
                  "origin beside the server's own that may open a socket; may be repeated")
      ->envname("ALLOWED_ORIGIN");
  ServeConfig::Otlp& otlp = config.otlp;
  command
      .add_option("--otlp-url", otlp.collector.url,
                  "OpenTelemetry collector that running matches are pushed to, as OTLP over HTTP with JSON")
      ->envname("OTLP_URL");
  command.add_option("--otlp-metrics-url", otlp.collector.metrics_url, "whole address for metrics alone")
      ->envname("OTLP_METRICS_URL");
  command.add_option("--otlp-logs-url", otlp.collector.logs_url, "whole address for logs alone")
      ->envname("OTLP_LOGS_URL");
  command.add_option("--otlp-traces-url", otlp.collector.traces_url, "whole address for traces alone")
      ->envname("OTLP_TRACES_URL");
  command
      .add_option("--otlp-headers-file", otlp.headers_file,
                  "file with a NAME=VALUE on each line, sent with each push; OTLP_HEADERS works too")
      ->envname("OTLP_HEADERS_FILE");
  command
      .add_option("--otlp-signal", otlp.collector.signals,
                  "push only this: metrics, logs or traces; may be repeated")
      ->check(CLI::IsMember({"metrics", "logs", "traces"}));
  command.add_option("--otlp-interval", otlp.interval, "between two points of one series")
      ->envname("OTLP_INTERVAL")
      ->capture_default_str();
  command.add_option("--otlp-history", otlp.history, "how much from before the page is pushed")
      ->envname("OTLP_HISTORY")
      ->capture_default_str();
  command
      .add_option("--config", config.config_file,
                  "config file (TOML): port = 8080 and so on, the names above without dashes before them")
      ->check(CLI::ExistingFile);
}

bool ServeConfig::Otlp::off() const {
  return collector.url.empty() && collector.metrics_url.empty() && collector.logs_url.empty() &&
         collector.traces_url.empty();
}

// CLI11 reads config files for the whole program only, not for one of its subcommands.
void read_config_file(CLI::App& command, const ServeConfig& config) {
  if (config.config_file.empty()) return;
  std::ifstream file(config.config_file);
  for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(file)) {
    if (item.name == "++" || item.name == "--") continue;  // where a section begins and ends
    // `url` below [otlp] is otlp-url.
    std::string name = item.fullname();
    std::replace(name.begin(), name.end(), '.', '-');
    CLI::Option* option = command.get_option_no_throw("--" + name);
    if (option == nullptr || item.name == "config") {
      throw CLI::ConfigError(config.config_file + ": there is no setting \"" + item.fullname() + "\"",
                             CLI::ExitCodes::ConfigError);
    }
    if (option->count() > 0) continue;
    option->add_result(item.inputs);
    option->run_callback();
  }
}

std::filesystem::path home_folder() {
  if (const char* home = std::getenv("INCIDENT_HOME"); home != nullptr && *home != '\0') return home;
  std::error_code ignored;
  auto folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  for (; !folder.empty(); folder = folder.parent_path()) {
    if (std::filesystem::is_directory(folder / "scenarios" / "systems", ignored)) return folder;
    if (folder == folder.root_path()) break;
  }
  return ".";
}

}  // namespace incident::app
