// A token bucket in integers: it fills at a rate and up to a burst, and a request takes one token or is
// refused (Turner 1986, as in RFC 2698; Nginx, Envoy and the providers' APIs have it alike).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// A rate is in requests per 1000 s, so a microsecond adds `rate` units and a request costs this many.
inline constexpr std::int64_t kTokenUnit = 1'000'000'000;

// True: there was a token.
inline bool take_token(Bucket& bucket, std::int64_t now, std::int64_t rate, std::int64_t burst) {
  const std::int64_t full = burst * kTokenUnit;
  const std::int64_t elapsed = now - bucket.at;
  bucket.at = now;
  if (elapsed > full / rate) {
    bucket.tokens = full;
  } else {
    bucket.tokens += elapsed * rate;
    if (bucket.tokens > full) bucket.tokens = full;
  }
  if (bucket.tokens < kTokenUnit) {
    ++bucket.refused;
    return false;
  }
  bucket.tokens -= kTokenUnit;
  return true;
}

}  // namespace incident::sim
