// Which causes touched a group of series, and when. A group is what one part shows together (a histogram, the
// gauges of a pod). Kept inside the server to judge evidence; no reader renders it.
//
// A touch belongs to the scrape that will show it. Touches of the same mask with short gaps are one range, so
// that an hour of a fault costs a few entries. Flat arrays: a copy is two memory copies.
#pragma once

#include <cstdint>
#include <vector>

#include "base/hash.h"
#include "sim/ids.h"

namespace incident::telemetry {

class CauseTrack {
 public:
  std::uint32_t add_group();
  void touch(std::uint32_t group, sim::CauseMask cause) {
    if (touched_[group] == 0) pending_.push_back(group);
    touched_[group] |= cause;
  }
  void scraped(std::uint32_t scrape);  // all touches since the last call are shown by this scrape
  // Causes that touched the group between two scrapes, both included.
  sim::CauseMask causes(std::uint32_t group, std::uint32_t first, std::uint32_t last) const;
  std::size_t memory_bytes() const;
  void hash(Hasher& hasher) const;

 private:
  struct Range {
    std::uint32_t group;
    std::uint32_t first, last;
    sim::CauseMask mask;
    std::uint32_t before;  // the group's range before this one, or kNone
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::vector<sim::CauseMask> touched_;  // by group, since the last scrape
  std::vector<std::uint32_t> pending_;   // groups with a touch
  std::vector<std::uint32_t> latest_;    // by group: its newest range, or kNone
  std::vector<Range> ranges_;
};

}  // namespace incident::telemetry
