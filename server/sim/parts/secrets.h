// Secrets: a client uses the version that its process has loaded, at its start or as often as it reloads; the
// server takes a range of versions. A rotation that changes one side before the other has followed leaves
// clients with a stale version (401) until they load it anew. Databases check it when a connection is opened,
// so open ones live on; others with every request. Signed requests and tokens also compare the clocks of both
// sides (AWS Signature Version 4 allows five minutes, RFC 7519's leeway usually one).
#pragma once

#include "sim/engine/world.h"

namespace incident::sim {

// How the callee will answer the call's credentials: kOk, kUnauthorized or kForbidden.
Outcome check_secret(World& w, Call& c, std::uint16_t secret);
void load_secrets(World& w, std::uint16_t instance);
// Every client loads it now.
void sync_secret(World& w, std::uint16_t secret);

}  // namespace incident::sim
