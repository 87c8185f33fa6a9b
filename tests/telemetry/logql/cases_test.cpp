// Runs every file under cases/, one test a file.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "logql/test_file.h"

namespace incident::logql {
namespace {

std::vector<std::string> case_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(LOGQL_CASES))
    if (entry.path().extension() == ".test") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Cases : public ::testing::TestWithParam<std::string> {};

TEST_P(Cases, AnswerAsExpected) {
  const std::string path = std::string(LOGQL_CASES) + "/" + GetParam() + ".test";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  const TestReport report = run_logql_test(text.str());
  EXPECT_GT(report.evaluations, 0u) << path;
  for (const promql::TestFailure& failure : report.failures)
    ADD_FAILURE() << path << ":" << failure.line << ": " << failure.message;
}

INSTANTIATE_TEST_SUITE_P(Files, Cases, ::testing::ValuesIn(case_files()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace incident::logql
