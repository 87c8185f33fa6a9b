#include "store/token.h"

#include <gtest/gtest.h>

namespace incident::store {
namespace {

TEST(Token, IsLongRandomAndFitForACookie) {
  const std::string token = new_token();
  EXPECT_EQ(token.size(), 43);
  EXPECT_NE(token, new_token());
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(Token, HashIsStableAndSaysNothing) {
  // BLAKE2b-256 of "abc", from b2sum -l 256.
  EXPECT_EQ(hash_token("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_NE(hash_token("abd"), hash_token("abc"));
}

}  // namespace
}  // namespace incident::store
