// Certificates: what an instance presents is what its process has loaded, at its start or when the file
// changes; a renewed leaf that nobody reloads expires in memory. Whoever connects anew checks it by his own
// clock: its time, its name, and its chain, which clients with an old trust store no longer accept once their
// root has expired (Let's Encrypt, September 2021). Connections that are open are not checked again.
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

bool accepts_certificate(World& w, Call& c, std::uint16_t certificate);
// The instance's process loads what is there now.
void load_certificates(World& w, std::uint16_t instance);
// What is there has changed: those who reload by themselves do.
void certificate_changed(World& w, std::uint16_t certificate);
// When the first that is in use expires.
std::int64_t earliest_expiry(const World& w, std::size_t certificate);

}  // namespace incident::sim
