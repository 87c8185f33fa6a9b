#include "base/hash.h"

#include <gtest/gtest.h>

namespace incident {
namespace {

TEST(Hasher, KnownValueDoesNotDrift) {
  Hasher hasher;
  hasher.add(std::uint64_t{1});
  hasher.add(std::vector<std::uint32_t>{1, 2, 3});
  hasher.add("web-shop");
  EXPECT_EQ(hasher.digest(), 2140177213162769148u);
}

TEST(Hasher, LengthIsPartOfTheValue) {
  Hasher a, b;
  a.add(std::vector<std::uint32_t>{1});
  a.add(std::vector<std::uint32_t>{2, 3});
  b.add(std::vector<std::uint32_t>{1, 2});
  b.add(std::vector<std::uint32_t>{3});
  EXPECT_NE(a.digest(), b.digest());
}

}  // namespace
}  // namespace incident
