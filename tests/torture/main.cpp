// The random tester: composes cases for as long as it is told, runs each in a child and shrinks what fails to
// a small file, which --replay runs again. Exit status: 0 nothing found, 1 something was, 2 used wrongly.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "check.h"
#include "compose.h"
#include "shrink.h"

namespace incident::torture {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
  std::int64_t seconds = 60, cases = INT64_MAX, shrink_seconds = 120;
  std::uint64_t seed = 1;
  std::vector<fs::path> replay;
  fs::path out = "build/torture";
  fs::path systems = TORTURE_SYSTEMS;
};

int usage() {
  std::cerr << "usage: torture [--seconds N] [--cases N] [--seed S] [--shrink-seconds N] [--out FOLDER]\n"
               "       torture --replay FILE...\n";
  return 2;
}

std::optional<Options> parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--replay") {
      while (i + 1 < argc) o.replay.emplace_back(argv[++i]);
      if (o.replay.empty()) return std::nullopt;
      continue;
    }
    if (i + 1 >= argc) return std::nullopt;
    const char* value = argv[++i];
    char* end = nullptr;
    const auto number = std::strtoll(value, &end, 10);
    const bool is_number = *value != '\0' && *end == '\0' && number >= 0;
    if (name == "--out") {
      o.out = value;
    } else if (!is_number) {
      return std::nullopt;
    } else if (name == "--seconds") {
      o.seconds = number;
    } else if (name == "--cases") {
      o.cases = number;
      o.seconds = INT64_MAX / 4'000'000'000;
    } else if (name == "--seed") {
      o.seed = static_cast<std::uint64_t>(number);
    } else if (name == "--shrink-seconds") {
      o.shrink_seconds = number;
    } else {
      return std::nullopt;
    }
  }
  return o;
}

void write(const fs::path& file, const Json& json) {
  std::error_code ec;
  fs::create_directories(file.parent_path(), ec);
  std::ofstream(file) << json.dump(1) << "\n";
}

int replay(const std::vector<fs::path>& files) {
  int found = 0;
  for (const fs::path& path : files) {
    std::ifstream file(path);
    const Json json = Json::parse(file, nullptr, false);
    if (json.is_discarded()) {
      std::cerr << path.string() << ": is not JSON\n";
      return 2;
    }
    const Finding finding = run_in_child(json);
    std::cout << path.string() << ": " << (finding.what.empty() ? "all holds" : finding.what) << "\n";
    found += finding.what.empty() ? 0 : 1;
  }
  return found > 0 ? 1 : 0;
}

int torture(const Options& o) {
  const auto begin = Clock::now();
  const auto until = begin + std::chrono::seconds(o.seconds);
  std::int64_t cases = 0, found = 0;
  for (std::uint64_t seed = o.seed; cases < o.cases && Clock::now() < until; ++seed, ++cases) {
    const Json json = compose(seed, o.systems);
    const Finding finding = run_in_child(json);
    if (finding.what.empty()) continue;
    ++found;
    const fs::path file = o.out / ("case-" + std::to_string(seed) + ".json");
    std::cout << "seed " << seed << ": " << finding.what << "\n" << std::flush;
    write(file, json);
    if (!finding.loads) continue;
    const auto enough = Clock::now() + std::chrono::seconds(o.shrink_seconds);
    const Json small = shrink(
        json, finding.kind(), [&] { return Clock::now() > enough; },
        [&](const Json& smaller) { write(file, smaller); });
    write(file, small);
    std::cout << "  shrunk from " << json.dump(1).size() << " to " << small.dump(1).size()
              << " bytes: " << file.string() << "\n"
              << std::flush;
  }
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::cout << cases << " cases from seed " << o.seed << " in " << took << " s, " << found << " findings\n";
  return found > 0 ? 1 : 0;
}

}  // namespace
}  // namespace incident::torture

int main(int argc, char** argv) {
  const auto options = incident::torture::parse(argc, argv);
  if (!options) return incident::torture::usage();
  if (!options->replay.empty()) return incident::torture::replay(options->replay);
  return incident::torture::torture(*options);
}
