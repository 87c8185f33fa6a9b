#include "transcript_world.h"

#include <stdexcept>

#include "match/views.h"
#include "pool_incident.h"
#include "scenario/mechanisms.h"
#include "traces/engine.h"

namespace incident::match::testing {
namespace {

template <class Parts>
std::optional<std::uint32_t> index_named(const Parts& parts, const std::string& name) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].name == name) {
      return static_cast<std::uint32_t>(i);
    }
  }
  return std::nullopt;
}

}  // namespace

World open_world(const std::string& incident, std::uint64_t seed) {
  if (incident == "small-pool") {
    return {pool_incident(), pool_start(seed)};
  }
  throw std::runtime_error("there is no incident " + incident);
}

std::optional<std::uint32_t> find_target(const Arena& arena, const scenario::ActionInfo& info,
                                         const std::string& name) {
  const sim::Model& model = arena.sim().model();
  if (info.target_kind == "service") {
    return index_named(model.services, name);
  }
  if (info.target_kind == "flag") {
    return index_named(model.flags, name);
  }
  if (info.target_kind == "config") {
    return index_named(model.config_keys, name);
  }
  if (info.target_kind == "cache") {
    return index_named(model.caches, name);
  }
  if (info.target_kind == "change") {
    const auto change = change_named(arena.sim(), name);
    return change ? std::optional(change->value) : std::nullopt;
  }
  for (std::size_t i = 0; i < arena.sim().instance_slots(); ++i) {
    const sim::InstanceId id(i);
    if (arena.sim().instance(id).state != sim::InstanceState::kAbsent &&
        telemetry::pod_name(model, arena.sim(), id) == name) {
      return static_cast<std::uint32_t>(i);
    }
  }
  return std::nullopt;
}

std::string newest_log(const Arena& arena, const std::string& service, const std::string& level,
                       const std::string& text) {
  telemetry::LogQuery query;
  query.services = {service};
  if (const auto parsed = telemetry::parse_level(level)) {
    query.levels = {*parsed};
  }
  query.text = text;
  query.limit = 1;
  const auto page = arena.telemetry().logs().search(query).value();
  if (page.lines.empty()) {
    throw std::runtime_error("no such log line");
  }
  return telemetry::log_id(page.lines[0].number);
}

std::string newest_bad_trace(const Arena& arena, const std::string& service) {
  traces::Search query;
  query.service = service;
  query.errors_only = true;
  query.limit = 1;
  auto found = traces::summaries(arena.telemetry().traces(), query).value();
  if (found.empty()) {
    query.errors_only = false;
    query.min_duration = seconds(1);
    found = traces::summaries(arena.telemetry().traces(), query).value();
  }
  if (found.empty()) {
    throw std::runtime_error("no failed or slow trace");
  }
  return found[0].id;
}

std::string mechanism_that_is(const scenario::Incident& incident, bool right) {
  if (right) {
    return incident.answer.mechanism;
  }
  for (const scenario::Mechanism& mechanism : scenario::mechanisms()) {
    if (mechanism.id != incident.answer.mechanism) {
      return std::string(mechanism.id);
    }
  }
  throw std::runtime_error("there is one mechanism only");
}

}  // namespace incident::match::testing
