#include "transcript.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace incident::match {
namespace {

std::vector<std::string> transcripts() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(TRANSCRIPTS_DIR)) {
    if (file.path().extension() == ".txt") {
      names.push_back(file.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Transcript : public ::testing::TestWithParam<std::string> {};

TEST_P(Transcript, IsPlayedAsWritten) {
  const std::string problem =
      testing::play_transcript(std::string(TRANSCRIPTS_DIR) + "/" + GetParam() + ".txt");
  EXPECT_TRUE(problem.empty()) << problem;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  return info.param;
}

INSTANTIATE_TEST_SUITE_P(Matches, Transcript, ::testing::ValuesIn(transcripts()), test_name);

}  // namespace
}  // namespace incident::match
