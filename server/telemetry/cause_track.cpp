#include "telemetry/cause_track.h"

namespace incident::telemetry {
namespace {

constexpr std::uint32_t kGapMax = 6;  // scrapes without a touch that do not end a range

}  // namespace

std::uint32_t CauseTrack::add_group() {
  touched_.push_back(0);
  latest_.push_back(kNone);
  return static_cast<std::uint32_t>(touched_.size() - 1);
}

void CauseTrack::scraped(std::uint32_t scrape) {
  for (const std::uint32_t group : pending_) {
    const sim::CauseMask mask = touched_[group];
    touched_[group] = 0;
    const std::uint32_t latest = latest_[group];
    if (latest != kNone && ranges_[latest].mask == mask && scrape - ranges_[latest].last <= kGapMax) {
      ranges_[latest].last = scrape;
      continue;
    }
    latest_[group] = static_cast<std::uint32_t>(ranges_.size());
    ranges_.push_back({group, scrape, scrape, mask, latest});
  }
  pending_.clear();
}

sim::CauseMask CauseTrack::causes(std::uint32_t group, std::uint32_t first, std::uint32_t last) const {
  sim::CauseMask mask = 0;
  for (std::uint32_t at = latest_[group]; at != kNone; at = ranges_[at].before) {
    const Range& range = ranges_[at];
    if (range.last < first) break;  // older ones end earlier still
    if (range.first <= last) mask |= range.mask;
  }
  return mask;
}

std::size_t CauseTrack::memory_bytes() const {
  return (touched_.capacity() + pending_.capacity() + latest_.capacity()) * sizeof(std::uint32_t) +
         ranges_.capacity() * sizeof(Range);
}

void CauseTrack::hash(Hasher& hasher) const {
  hasher.add(touched_);
  hasher.add(ranges_);
}

}  // namespace incident::telemetry
