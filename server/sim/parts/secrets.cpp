#include "sim/parts/secrets.h"

#include <cstdlib>

#include "sim/parts/route.h"

namespace incident::sim {
namespace {

void load(World& w, std::uint16_t secret, std::uint16_t owner) {
  w.loaded_secrets[client_column(w, secret, owner)] = {w.secret_parameters[secret].version, w.now};
}

}  // namespace

Outcome check_secret(World& w, Call& c, std::uint16_t secret) {
  const SecretParameters& p = w.secret_parameters[secret];
  LoadedSecret& mine = w.loaded_secrets[client_column(w, secret, c.owner)];
  if (p.reload_us > 0 && mine.version != p.version && w.now - mine.loaded >= p.reload_us)
    load(w, secret, c.owner);
  const std::int64_t skew = std::llabs(clock_drift(w, c.owner) - clock_drift(w, c.target));
  const bool skewed = p.max_skew_us > 0 && skew > p.max_skew_us;
  const bool known = p.missing == 0 && mine.version >= p.accepted_from && mine.version <= p.accepted_to;
  if (known && !skewed && p.revoked == 0) return Outcome::kOk;
  c.cause |= w.cause(PartKind::kSecret, secret);
  if (skewed) {
    c.cause |= w.cause(PartKind::kInstance, c.target);
    if (c.owner != kNone16) c.cause |= w.cause(PartKind::kInstance, c.owner);
  }
  return known && !skewed ? Outcome::kForbidden : Outcome::kUnauthorized;
}

void load_secrets(World& w, std::uint16_t instance) {
  for (std::uint16_t n = 0; n < w.secret_parameters.size(); ++n) load(w, n, instance);
}

void sync_secret(World& w, std::uint16_t secret) {
  for (std::uint16_t i = 0; i < w.instances.size(); ++i) load(w, secret, i);
  load(w, secret, kNone16);
}

}  // namespace incident::sim
