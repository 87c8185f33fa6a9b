#include "sim/parts/certificates.h"

#include <algorithm>

#include "sim/engine/draw.h"
#include "sim/parts/route.h"

namespace incident::sim {
namespace {

LoadedCertificate& loaded(World& w, std::uint16_t certificate, std::uint16_t instance) {
  return w.loaded_certificates[certificate * w.instances.size() + instance];
}

void load(World& w, std::uint16_t certificate, std::uint16_t instance) {
  const CertificateParameters& p = w.certificate_parameters[certificate];
  loaded(w, certificate, instance) = {p.not_before_us, p.not_after_us, p.chain_not_after_us,
                                      static_cast<std::uint32_t>(p.wrong_name),
                                      w.cause(PartKind::kCertificate, certificate)};
}

// A machine has one trust store for all its life; of customers, each request is somebody else.
bool old_client(World& w, Call& c) {
  const std::int64_t permille = w.edge_parameters[c.edge].old_clients_permille;
  if (permille == 0) return false;
  if (c.owner == kNone16) return draw_permille(c.stream, permille);
  std::uint64_t stream = w.seed ^ (std::uint64_t{c.edge} << 32) ^ c.owner;
  return draw_permille(stream, permille);
}

}  // namespace

bool accepts_certificate(World& w, Call& c, std::uint16_t certificate) {
  const LoadedCertificate& shown = loaded(w, certificate, c.target);
  const std::int64_t clock = w.now + clock_drift(w, c.owner);
  if (clock >= shown.not_before && clock < shown.not_after && shown.wrong_name == 0 &&
      (clock < shown.chain_not_after || !old_client(w, c)))
    return true;
  c.cause |= shown.cause | w.cause(PartKind::kCertificate, certificate);
  if (c.owner != kNone16 && clock != w.now) c.cause |= w.cause(PartKind::kInstance, c.owner);
  return false;
}

void load_certificates(World& w, std::uint16_t instance) {
  for (std::uint16_t n = 0; n < w.certificate_parameters.size(); ++n) load(w, n, instance);
}

void certificate_changed(World& w, std::uint16_t certificate) {
  if (w.certificate_parameters[certificate].auto_reload == 0) return;
  for (std::uint16_t i = 0; i < w.instances.size(); ++i) load(w, certificate, i);
}

std::int64_t earliest_expiry(const World& w, std::size_t certificate) {
  const CompiledService& s = w.compiled->services[w.model->certificates[certificate].service.index()];
  std::int64_t first = w.certificate_parameters[certificate].not_after_us;
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) {
    if (w.instances[i].state != InstanceState::kReady) continue;
    first = std::min(first, w.loaded_certificates[certificate * w.instances.size() + i].not_after);
  }
  return first;
}

}  // namespace incident::sim
