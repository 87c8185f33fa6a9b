// promql_test_runner FILE...: runs promqltest files and says what does not hold. Exit status 1 when one
// fails.
#include <cstdio>
#include <fstream>
#include <sstream>

#include "promql/test_file.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE...\n", argv[0]);
    return 2;
  }
  bool failed = false;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i]);
    if (!file) {
      std::fprintf(stderr, "%s: cannot be read\n", argv[i]);
      return 2;
    }
    std::stringstream text;
    text << file.rdbuf();
    const auto report = incident::promql::run_promql_test(text.str());
    for (const auto& failure : report.failures)
      std::printf("%s:%zu: %s\n", argv[i], failure.line, failure.message.c_str());
    std::printf("%s: %zu queries, %zu failed\n", argv[i], report.evaluations, report.failures.size());
    failed |= !report.passed();
  }
  return failed ? 1 : 0;
}
