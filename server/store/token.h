// Session tokens: random, unguessable, and stored only as a hash, so that who reads the database cannot
// become a player. No password hash is needed: a token has 256 random bits and cannot be tried out.
#pragma once

#include <string>
#include <string_view>

namespace incident::store {

// 32 random bytes as unpadded base64url: fit for a cookie.
std::string new_token();
// BLAKE2b of the token in hexadecimal.
std::string hash_token(std::string_view token);

}  // namespace incident::store
