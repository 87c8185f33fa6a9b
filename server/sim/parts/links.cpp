#include "sim/parts/links.h"

#include <algorithm>

#include "sim/engine/draw.h"
#include "sim/limits.h"

namespace incident::sim {
namespace {

// Sends it again until it arrives or TCP gives up. False: gave up.
bool resend(Call& c, LinkLane& lane, std::int64_t loss_permille, std::int64_t& delay) {
  std::int64_t timeout = kRetransmissionUs;
  for (int n = 0; draw_permille(c.stream, loss_permille); ++n, timeout *= 2) {
    if (n == kRetransmissionsMax) return false;
    delay += timeout;
    ++lane.resent;
  }
  return true;
}

// Queues the message at the link's capacity.
bool transmit(World& w, Call& c, LinkLane& lane, const LinkParameters& p, std::int64_t bytes, CauseMask own,
              std::int64_t& delay) {
  const std::int64_t wait = std::max<std::int64_t>(lane.busy_until - w.now, 0);
  if (wait == 0) lane.tint = 0;
  if (wait > p.buffer_us) {
    // Full. What is sent again a little later finds it full as often as not.
    ++lane.drops;
    c.cause |= lane.tint | own;
    delay += kRetransmissionUs;
    return resend(c, lane, kFullAgainPermille, delay);
  }
  lane.tint |= c.cause;
  if (wait > 0) c.cause |= lane.tint | own;
  const std::int64_t us = bytes * 1'000'000 / p.bytes_per_s;
  lane.busy_until = w.now + wait + us;
  delay += wait + us;
  return true;
}

}  // namespace

bool refuses(World& w, Call& c, std::uint16_t link) {
  if (w.link_parameters[link].refused == 0) return false;
  c.cause |= w.cause(PartKind::kLink, link);
  ++w.links[link * 2].drops;
  return true;
}

bool cross(World& w, Call& c, std::uint16_t link, bool back, std::int64_t bytes, std::int64_t& delay) {
  const LinkParameters& p = w.link_parameters[link];
  LinkLane& lane = w.links[link * 2 + (back ? 1 : 0)];
  const CauseMask own = w.cause(PartKind::kLink, link);
  if ((back ? p.blocked_back : p.blocked) != 0 || (p.mtu_bytes > 0 && bytes > p.mtu_bytes)) {
    ++lane.drops;
    c.cause |= own;
    return false;
  }
  const std::int64_t real = bytes * w.model->weight;
  lane.bytes += real;
  if (p.delay_us > 0 || p.jitter_us > 0) {
    delay += p.delay_us;
    if (p.jitter_us > 0)
      delay += static_cast<std::int64_t>(draw_below(c.stream, static_cast<std::uint64_t>(p.jitter_us + 1)));
    c.cause |= own;
  }
  if (p.loss_permille > 0) {
    const std::uint32_t before = lane.resent;
    const bool arrives = resend(c, lane, p.loss_permille, delay);
    if (!arrives || lane.resent != before) c.cause |= own;
    if (!arrives) {
      ++lane.drops;
      return false;
    }
  }
  return p.bytes_per_s == 0 || transmit(w, c, lane, p, real, own, delay);
}

}  // namespace incident::sim
