// Every incident of the library is proven: over five seeds it breaks, stays broken, can be repaired, and what
// looks right and is not does not repair it.
#include "scenario/prove.h"

#include <gtest/gtest.h>

#include <iostream>

#include "library_files.h"

namespace incident::scenario::testing {
namespace {

class Proven : public ::testing::TestWithParam<std::string> {};

TEST_P(Proven, Holds) {
  const auto incident = load(GetParam());
  ASSERT_TRUE(incident);
  constexpr std::uint64_t kSeeds[] = {1, 2, 3, 4, 5};
  const Proof proof = prove(*incident, kSeeds);
  proof.print(std::cout);
  EXPECT_TRUE(proof.holds()) << proof.incident;
}

INSTANTIATE_TEST_SUITE_P(Library, Proven, ::testing::ValuesIn(incident_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace incident::scenario::testing
