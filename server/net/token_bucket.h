// A rate limit: tokens drip in at a steady rate up to a depth; each event takes one. Plain value, one thread.
#pragma once

#include <algorithm>
#include <chrono>

namespace incident::net {

class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(double per_second, double depth) : per_second_(per_second), depth_(depth), tokens_(depth) {}

  // True when the event is within the rate.
  bool take(Clock::time_point now, double tokens = 1) {
    if (last_ != Clock::time_point{}) {
      const double elapsed = std::chrono::duration<double>(now - last_).count();
      tokens_ = std::min(depth_, tokens_ + std::max(0.0, elapsed) * per_second_);
    }
    last_ = now;
    if (tokens_ < tokens) return false;
    tokens_ -= tokens;
    return true;
  }
  // True when one more event would be within the rate.
  bool has(Clock::time_point now) const {
    return tokens_ + std::chrono::duration<double>(now - last_).count() * per_second_ >= 1;
  }
  // True when the bucket would be full by then: nothing is lost when it is forgotten.
  bool full(Clock::time_point now) const {
    return tokens_ + std::chrono::duration<double>(now - last_).count() * per_second_ >= depth_;
  }

 private:
  double per_second_, depth_, tokens_;
  Clock::time_point last_{};
};

}  // namespace incident::net
