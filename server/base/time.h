// Simulated time. All times inside the core are integer microseconds since the start of the simulation;
// durations are differences of those. Plain values, no clock is ever read here.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace incident {

// A length of simulated time, in microseconds. May be negative as an intermediate result.
struct Duration {
  std::int64_t us = 0;

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration o) const { return {us + o.us}; }
  constexpr Duration operator-(Duration o) const { return {us - o.us}; }
  constexpr Duration operator*(std::int64_t n) const { return {us * n}; }
  constexpr Duration operator/(std::int64_t n) const { return {us / n}; }
  constexpr Duration& operator+=(Duration o) {
    us += o.us;
    return *this;
  }
  constexpr double seconds() const { return static_cast<double>(us) * 1e-6; }
  constexpr std::int64_t milliseconds() const { return us / 1000; }
};

// A moment in simulated time, in microseconds since the simulation began.
struct SimTime {
  std::int64_t us = 0;

  constexpr auto operator<=>(const SimTime&) const = default;
  constexpr SimTime operator+(Duration d) const { return {us + d.us}; }
  constexpr SimTime operator-(Duration d) const { return {us - d.us}; }
  constexpr Duration operator-(SimTime o) const { return {us - o.us}; }
  constexpr SimTime& operator+=(Duration d) {
    us += d.us;
    return *this;
  }
  constexpr double seconds() const { return static_cast<double>(us) * 1e-6; }
  constexpr std::int64_t milliseconds() const { return us / 1000; }
};

inline constexpr SimTime kNever{std::numeric_limits<std::int64_t>::max()};

constexpr Duration microseconds(std::int64_t n) {
  return {n};
}
constexpr Duration milliseconds(std::int64_t n) {
  return {n * 1000};
}
constexpr Duration seconds(std::int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration minutes(std::int64_t n) {
  return {n * 60'000'000};
}

}  // namespace incident
