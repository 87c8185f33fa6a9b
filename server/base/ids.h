// Typed indices. Parts live in flat vectors and point at each other by index, never by address; the tag keeps
// a service's index from being used as an instance's.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace incident {

template <class Tag, class Rep = std::uint32_t>
struct Id {
  using rep = Rep;
  static constexpr Rep kNone = std::numeric_limits<Rep>::max();

  Rep value = kNone;

  constexpr Id() = default;
  constexpr explicit Id(std::size_t v) : value(static_cast<Rep>(v)) {}
  constexpr bool valid() const { return value != kNone; }
  constexpr std::size_t index() const { return value; }
  constexpr auto operator<=>(const Id&) const = default;
};

}  // namespace incident
