// Experiments against the course they expect: emergent behaviour (tests/sim/emergence/) and the signature of
// every kind of fault (scenarios/faults/), one test a file or kind; and what a wrong file is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "scenario/experiments/experiment.h"
#include "scenario/experiments/fault_kinds.h"

namespace incident::scenario {
namespace {

namespace fs = std::filesystem;

std::string test_name(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return text;
}

std::vector<std::string> emergence_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(EMERGENCE)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Emergence : public ::testing::TestWithParam<std::string> {};

TEST_P(Emergence, TakesTheExpectedCourse) {
  const auto experiment = load_experiment(GetParam());
  ASSERT_TRUE(experiment) << experiment.error().at << ": " << experiment.error().message;
  for (const std::string& finding : findings_of(**experiment)) ADD_FAILURE() << finding;
}

INSTANTIATE_TEST_SUITE_P(Files, Emergence, ::testing::ValuesIn(emergence_files()),
                         [](const auto& info) { return test_name(fs::path(info.param).stem().string()); });

const std::vector<FaultKind>& fault_kinds() {
  static const std::vector<FaultKind> kKinds = [] {
    auto kinds = load_fault_kinds(fs::path(INCIDENT_SCENARIOS) / "faults");
    if (kinds) return std::move(*kinds);
    std::fprintf(stderr, "%s: %s\n", kinds.error().at.c_str(), kinds.error().message.c_str());
    return std::vector<FaultKind>();
  }();
  return kKinds;
}

std::vector<std::size_t> indices_of_kinds() {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < fault_kinds().size(); ++i) indices.push_back(i);
  return indices;
}

class FaultKinds : public ::testing::TestWithParam<std::size_t> {};

TEST_P(FaultKinds, HasItsSignature) {
  for (const std::string& finding : findings_of(fault_kinds()[GetParam()])) ADD_FAILURE() << finding;
}

INSTANTIATE_TEST_SUITE_P(Kinds, FaultKinds, ::testing::ValuesIn(indices_of_kinds()),
                         [](const auto& info) { return test_name(fault_kinds()[info.param].kind); });

TEST(FaultKindsTable, NamesThePartAndTheParameterOfEach) {
  ASSERT_FALSE(fault_kinds().empty());
  const std::string table = fault_table(fault_kinds());
  for (const FaultKind& kind : fault_kinds()) {
    EXPECT_NE(table.find("**" + kind.kind + "**"), std::string::npos);
    for (const sim::Setting& s : kind.settings) {
      const auto parameter = sim::parameters()[s.target.parameter].name;
      EXPECT_NE(table.find("`" + std::string(parameter) + "`"), std::string::npos) << kind.kind;
    }
  }
}

// A kind that was added since may be missing from the page; what stands there is true.
TEST(FaultKindsTable, ThePageIsWrittenFromTheFiles) {
  const std::string table = fault_table(fault_kinds());
  std::ifstream page(FAULT_TABLE);
  std::size_t lines = 0;
  for (std::string line; std::getline(page, line); ++lines) {
    EXPECT_NE(table.find(line + "\n"), std::string::npos)
        << line << "\nwrite it anew: ./dev incident faults > docs/faults.md";
  }
  EXPECT_GT(lines, 10U);
}

// --- wrong lines, and what is said of them.

class Lines : public ::testing::Test {
 protected:
  Lines() {
    model.services.resize(2);
    model.services[0].name = "api";
    model.services[1].name = "db";
    model.services[1].kind = sim::ServiceKind::kDatabase;
    words = {&model, {}, {"as is", "capped"}, {{"before", {minutes(1), minutes(2)}}}, minutes(10)};
  }
  std::string error(const std::string& line) const {
    const auto parsed = parse_expectation(line, words);
    return parsed ? "" : parsed.error().message;
  }
  sim::Model model;
  Vocabulary words;
};

TEST_F(Lines, SayWhatTheyMean) {
  const auto e = parse_expectation("max p99 of api in capped at 2m..3m30s >= 40% of p99 of db before", words);
  ASSERT_TRUE(e) << e.error().message;
  EXPECT_EQ(e->left.over, Measure::Over::kMax);
  EXPECT_EQ(e->left.variant, 1U);
  EXPECT_EQ(e->left.window.to, seconds(210));
  EXPECT_EQ(e->compare, Compare::kAtLeast);
  EXPECT_DOUBLE_EQ(e->factor, 0.4);
  ASSERT_TRUE(e->right);
  EXPECT_EQ(e->right->series.name, "p99 of db");
  EXPECT_NE(e->right->series.query.find("db_server_statement_duration"), std::string::npos);
  EXPECT_EQ(parse_expectation("p99 before < 250ms", words)->factor, 0.25);
  EXPECT_EQ(parse_expectation("harm before < 5%", words)->factor, 5);
  EXPECT_EQ(parse_expectation("lines \"too slow\" of api before > 3", words)->left.text, "too slow");
  EXPECT_EQ(parse_expectation("mean of api before > 3x mean before", words)->factor, 3);
}

TEST_F(Lines, SayWhatWouldBeRight) {
  EXPECT_EQ(error("gootput before > 3"), "there is no series \"gootput\"; did you mean \"goodput\"?");
  EXPECT_EQ(error("queue before > 3"), "there is no series \"queue\"; say of which service");
  EXPECT_EQ(error("queue of web before > 3"), "there is no service \"web\" whose queue could be looked at");
  EXPECT_EQ(error("goodput > 3"), "a window is missing: at 2m..3m, or the name of one");
  EXPECT_EQ(error("goodput at 3m > 3"), "a window is such as 2m..3m: \"3m\"");
  EXPECT_EQ(error("goodput at 3m..3m10s > 3"), "a window must be 20 s long or longer: \"3m..3m10s\"");
  EXPECT_EQ(error("goodput at 3m..30m > 3"), "the window ends after the experiment");
  EXPECT_EQ(error("goodput in fast before > 3"), "there is no variant \"fast\"");
  EXPECT_EQ(error("goodput before = 3"), "expected <, <=, > or >= here: \"=\"");
  EXPECT_EQ(error("goodput before > many"), "this is no number: \"many\"");
  EXPECT_EQ(error("goodput before > 3x"), "say of what it should be a multiple");
  EXPECT_EQ(error("goodput before > 3 often"), "nothing may follow: \"often\"");
  EXPECT_EQ(error("lines slow before > 3"), "lines are known by a part of their text in quotation marks");
}

TEST(ExperimentFile, SaysWhereItIsWrong) {
  const fs::path file = fs::path(::testing::TempDir()) / "wrong.json";
  std::ifstream good(fs::path(EMERGENCE) / "pool_exhaustion.json");
  std::string text((std::istreambuf_iterator<char>(good)), {});
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find("pool_exhaustion"), 15, "wrong");
    changed.replace(changed.find(from), from.size(), to);
    std::ofstream(file) << changed;
    const auto loaded = load_experiment(file);
    return loaded ? std::string() : loaded.error().at + ": " + loaded.error().message;
  };
  EXPECT_NE(with("revision db@1.0.0 delay", "revision db@1.0.0 dealy")
                .find("the last word must be a parameter: cpu_factor, errors, delay"),
            std::string::npos);
  EXPECT_NE(with("revision db@1.0.0 delay", "version db@1.0.0 delay").find("the first word must be one of"),
            std::string::npos);
  const std::string missing = with("goodput before > 48", "goodput befor > 48");
  EXPECT_NE(missing.find("wrong.json:"), std::string::npos) << missing;
  EXPECT_NE(missing.find("/expect/0"), std::string::npos) << missing;
}

}  // namespace
}  // namespace incident::scenario
