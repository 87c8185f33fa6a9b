// What became of the data points, lines and spans of one arena, or of all. Plain value.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "otlp/batch_writer.h"

namespace incident::push {

struct Tally {
  struct Items {
    std::uint64_t sent = 0;      // taken by the collector
    std::uint64_t rejected = 0;  // left out by the collector of a request that it took
    std::uint64_t refused = 0;   // in requests that the collector refused for good
    std::uint64_t given_up = 0;  // the collector took nothing for too long, or the server stopped
    std::uint64_t missed = 0;    // gone from the arena's stores before their turn came: lines and traces

    std::uint64_t lost() const { return rejected + refused + given_up + missed; }
    void add(const Items& other);
  };
  std::array<Items, otlp::kSignals> items;
  std::uint64_t requests = 0, retries = 0;

  std::uint64_t sent() const;
  std::uint64_t lost() const;
  void add(const Tally& other);
  // "12 data points, 3 lines and 4 spans sent; nothing lost", and what was lost, and why.
  std::string text() const;
};

}  // namespace incident::push
