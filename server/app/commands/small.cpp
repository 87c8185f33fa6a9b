// The subcommands that are one call: typescript, promql test, backup, restore.
#include <fstream>
#include <iostream>
#include <sstream>

#include "api/typescript.h"
#include "app/commands.h"
#include "promql/test_file.h"
#include "store/sqlite/sqlite_store.h"

namespace incident::app {
namespace {

int test_promql(const std::vector<std::string>& files) {
  std::size_t failed = 0;
  for (const auto& name : files) {
    std::ifstream file(name);
    std::stringstream text;
    text << file.rdbuf();
    const promql::TestReport report = promql::run_promql_test(text.str());
    std::cout << name << ": " << report.evaluations << " evaluated, " << report.failures.size()
              << " failed\n";
    for (const auto& failure : report.failures)
      std::cout << name << ":" << failure.line << ": " << failure.message << "\n";
    failed += report.failures.size();
  }
  return failed == 0 ? 0 : 1;
}

int report(const Result<void>& result, const std::string& what) {
  if (result) return 0;
  std::cerr << "incident: " << what << ": " << result.error().message << "\n";
  return 1;
}

}  // namespace

void add_typescript(CLI::App& app, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("typescript", "print the client's types of all messages");
  command->callback([&chosen] {
    chosen = [] {
      std::cout << api::typescript();
      return 0;
    };
  });
}

void add_promql(CLI::App& app, Chosen& chosen) {
  CLI::App* promql = app.add_subcommand("promql", "the query language");
  promql->require_subcommand(1);
  CLI::App* test = promql->add_subcommand("test", "run files of queries with their expected answers");
  auto files = std::make_shared<std::vector<std::string>>();
  test->add_option("FILE", *files, "files in Prometheus' test language")
      ->required()
      ->check(CLI::ExistingFile);
  test->callback([&chosen, files] { chosen = [files] { return test_promql(*files); }; });
}

void add_backup(CLI::App& app, Chosen& chosen) {
  struct Paths {
    std::string data_dir = "data", file;
  };
  const auto add = [&](const char* name, const char* help, auto run) {
    auto paths = std::make_shared<Paths>();
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--data-dir", paths->data_dir, "the server's folder")
        ->envname("DATA_DIR")
        ->capture_default_str();
    command->add_option("FILE", paths->file, "the backup")->required();
    command->callback([&chosen, paths, run] { chosen = [paths, run] { return run(*paths); }; });
  };
  add("backup", "copy the database into a new file, also while a server uses it",
      [](const Paths& p) { return report(store::backup_sqlite(p.data_dir, p.file), "backup"); });
  add("restore", "put a backup in the database's place; no server may run",
      [](const Paths& p) { return report(store::restore_sqlite(p.data_dir, p.file), "restore"); });
}

}  // namespace incident::app
