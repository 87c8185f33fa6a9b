// What transcripts talk about: incidents by name, targets by name, and the newest log line or trace of a
// kind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "match/arena.h"
#include "scenario/action_names.h"
#include "scenario/incident.h"
#include "scenario/warm_up.h"

namespace incident::match::testing {

struct World {
  std::shared_ptr<const scenario::Incident> incident;
  std::shared_ptr<const scenario::Start> start;
};

// "small-pool", or an incident of the library. Throws std::runtime_error when there is none.
World open_world(const std::string& incident, std::uint64_t seed);

std::optional<std::uint32_t> find_target(const Arena& arena, const scenario::ActionInfo& info,
                                         const std::string& name);
std::string newest_log(const Arena& arena, const std::string& service, const std::string& level,
                       const std::string& text);
std::string newest_bad_trace(const Arena& arena, const std::string& service);
std::string mechanism_that_is(const scenario::Incident& incident, bool right);

}  // namespace incident::match::testing
