// What players can do about names, certificates, secrets, links, rates, breakers and clocks: previews, begins
// and effects for the table in actions.cpp.
#pragma once

#include "sim/parts/actions.h"

namespace incident::sim {

Result<Simulation::ActionPreview> preview_network(const World& w, const Action& a);

bool renew_certificate(World& w, std::uint32_t action);
bool reload_certificate(World& w, std::uint32_t action);
bool rotate_secret(World& w, std::uint32_t action);
bool sync_secret_action(World& w, std::uint32_t action);
bool flush_dns(World& w, std::uint32_t action);
bool restore_record(World& w, std::uint32_t action);
bool set_link_policy(World& w, std::uint32_t action);
bool set_rate_limit(World& w, std::uint32_t action);
bool set_breaker(World& w, std::uint32_t action);
bool sync_clock(World& w, std::uint32_t action);

}  // namespace incident::sim
