#include "sim/parts/changes.h"

#include <algorithm>
#include <cassert>

#include "sim/parts/certificates.h"
#include "sim/parts/connection_pool.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"
#include "sim/parts/journeys.h"
#include "sim/parts/orchestrator.h"
#include "sim/parts/platform.h"
#include "sim/parts/probes.h"
#include "sim/parts/stores.h"

namespace incident::sim {
namespace {

template <class WorldType>
auto* word_of(WorldType& w, ParameterRef ref) {
  using Word = std::conditional_t<std::is_const_v<WorldType>, const std::int64_t, std::int64_t>;
  const ParameterInfo& info = parameters()[ref.parameter];
  const auto at = [&](auto& parts) { return reinterpret_cast<Word*>(&parts[ref.part]) + info.offset; };
  switch (info.part) {
    case PartKind::kService:
      return at(w.service_parameters);
    case PartKind::kRevision:
      return at(w.revision_parameters);
    case PartKind::kOperation:
      return at(w.operation_parameters);
    case PartKind::kEdge:
      return at(w.edge_parameters);
    case PartKind::kPool:
      return at(w.pool_parameters);
    case PartKind::kCache:
      return at(w.cache_parameters);
    case PartKind::kDatabase:
      return at(w.database_parameters);
    case PartKind::kJourney:
      return at(w.journey_parameters);
    case PartKind::kFlag:
      return at(w.flag_parameters);
    case PartKind::kInstance:
      return at(w.instance_parameters);
    case PartKind::kResources:
      return at(w.platform.resources);
    case PartKind::kDeployment:
      return at(w.platform.deployments);
    case PartKind::kAutoscaler:
      return at(w.platform.autoscalers);
    case PartKind::kFunction:
      return at(w.platform.functions);
    case PartKind::kNode:
      return at(w.platform.node_parameters);
    case PartKind::kCluster:
      return at(w.platform.clusters);
    case PartKind::kJob:
      return at(w.platform.job_parameters);
    case PartKind::kLink:
      return at(w.link_parameters);
    case PartKind::kDnsName:
      return at(w.dns_name_parameters);
    case PartKind::kResolver:
      return at(w.resolver_parameters);
    case PartKind::kCertificate:
      return at(w.certificate_parameters);
    case PartKind::kSecret:
      return at(w.secret_parameters);
    case PartKind::kTable:
      return at(w.table_parameters);
    case PartKind::kTopic:
      return at(w.topic_parameters);
    case PartKind::kGroup:
      return at(w.group_parameters);
  }
  return at(w.service_parameters);
}

template <class F>
void each_instance(World& w, std::size_t service, F f) {
  const CompiledService& s = w.compiled->services[service];
  for (std::uint16_t i = s.first; i < s.first + s.slots; ++i) f(i);
}

void react(World& w, const ParameterInfo& parameter, std::uint16_t part) {
  const PartKind kind = parameter.part;
  if (kind == PartKind::kJourney) update_rate(w, part);
  if (kind == PartKind::kPool) {
    const CompiledPool& p = w.compiled->pools[part];
    for (std::uint32_t s = 0; s < w.compiled->services[p.owner].slots; ++s)
      grant_waiting(w, part, p.first_state + s);
  }
  if (kind == PartKind::kCertificate) certificate_changed(w, part);
  if (kind != PartKind::kService) return;
  if (parameter.name == "admission" && !w.compiled->services[part].users) reconcile(w, part);
  each_instance(w, part, [&](std::uint16_t i) {
    Instance& instance = w.instances[i];
    const bool checks = instance.state == InstanceState::kReady;
    if (checks && !w.timers.armed(w.compiled->timer_probe + i)) start_probes(w, i);
    if (instance.dispatching != 0) return;
    instance.dispatching = 1;
    dispatch(w, i);
    w.instances[i].dispatching = 0;
    cpu_arm(w, i);
  });
}

// What the part's mask is after a setting came or went. Deploys mark revisions for good (mark_causal).
void refresh_cause(World& w, PartKind kind, std::uint16_t part) {
  if (kind == PartKind::kRevision) return;
  CauseMask mask = 0;
  for (const CausalSetting& s : w.causal_settings) {
    if (s.target.part == part && parameters()[s.target.parameter].part == kind) mask |= s.mask;
  }
  w.causes[static_cast<std::size_t>(kind)][part] = mask;
}

void apply_planned(World& w, std::uint32_t planned) {
  const PlannedChange& p = w.plan->changes[planned];
  const CauseMask mask = w.compiled->plan_causes[planned];
  ChangeView view;
  view.at = SimTime{w.now};
  view.kind = p.kind;
  view.service = p.service;
  view.planned = planned;
  view.visible = p.visible;
  if (p.kind == ChangeKind::kDeploy && p.revision.valid()) {
    view.from = RevisionId(w.services[p.service.index()].revision);
    view.to = p.revision;
  }
  const std::uint32_t change = add_change(w, view, mask);
  for (const Setting& s : p.settings) apply_setting(w, change, s.target, s.value);
  if (view.to.valid()) {
    mark_causal(w, PartKind::kRevision, p.revision.index(), mask);
    roll(w, p.service.value, p.revision.value, kNone);
  }
  if (p.lasts.us > 0) w.schedule(w.now + p.lasts.us, EventKind::kUndo, {change, 0});
}

}  // namespace

std::int64_t parameter_value(const World& w, ParameterRef ref) {
  return *word_of(w, ref);
}

void set_parameter(World& w, ParameterRef ref, std::int64_t value, CauseMask mask) {
  const PartKind kind = parameters()[ref.parameter].part;
  std::int64_t* word = word_of(w, ref);
  const std::int64_t before = *word;
  auto entry = std::find_if(w.causal_settings.begin(), w.causal_settings.end(),
                            [&](const CausalSetting& s) { return s.target == ref; });
  if (mask != 0) {
    if (entry == w.causal_settings.end()) {
      w.causal_settings.push_back({ref, mask, before});
    } else {
      entry->mask |= mask;
    }
  } else if (entry != w.causal_settings.end() && entry->before == value) {
    w.causal_settings.erase(entry);
  }
  refresh_cause(w, kind, ref.part);
  if (before == value) return refresh_derived(w);
  // Work in progress runs at the old rate up to now.
  if (kind == PartKind::kService) each_instance(w, ref.part, [&](std::uint16_t i) { cpu_sync(w, i); });
  before_platform_change(w, kind, ref.part);
  store_changing(w, kind, ref.part);
  *word = value;
  refresh_derived(w);
  react(w, parameters()[ref.parameter], ref.part);
  after_platform_change(w, parameters()[ref.parameter], ref.part);
  store_changed(w, kind, ref.part, parameters()[ref.parameter].offset);
}

std::uint32_t add_change(World& w, const ChangeView& view, CauseMask mask) {
  w.changes.push_back({view, mask});
  const auto change = static_cast<std::uint32_t>(w.changes.size() - 1);
  if (w.observer != nullptr) w.observer->on_change({ChangeId(change), SimTime{w.now}});
  return change;
}

void apply_setting(World& w, std::uint32_t change, ParameterRef ref, std::int64_t value) {
  w.applied.push_back({change, ref, parameter_value(w, ref), value});
  set_parameter(w, ref, value, w.changes[change].cause);
}

void revert_settings(World& w, std::uint32_t change, bool untouched_only) {
  w.changes[change].view.reverted = true;
  for (std::size_t i = w.applied.size(); i-- > 0;) {
    const AppliedSetting a = w.applied[i];
    if (a.change != change || (untouched_only && parameter_value(w, a.target) != a.after)) continue;
    set_parameter(w, a.target, a.before, 0);
  }
}

void mark_causal(World& w, PartKind kind, std::size_t part, CauseMask mask) {
  w.causes[static_cast<std::size_t>(kind)][part] |= mask;
  refresh_derived(w);
}

void arm_plan(World& w) {
  if (w.next_planned >= w.plan->changes.size()) return;
  w.arm(w.compiled->timer_plan, w.plan->changes[w.next_planned].at.us);
}

void on_plan_timer(World& w) {
  while (w.next_planned < w.plan->changes.size() && w.plan->changes[w.next_planned].at.us <= w.now) {
    apply_planned(w, w.next_planned++);
  }
  arm_plan(w);
}

void undo(World& w, std::uint32_t change) {
  if (!w.changes[change].view.reverted) revert_settings(w, change, true);
}

CauseMask causes_in(const World& w, std::uint32_t change) {
  CauseMask mask = 0;
  for (const AppliedSetting& a : w.applied) {
    if (a.change != change) continue;
    for (const CausalSetting& s : w.causal_settings) {
      if (s.target == a.target) mask |= s.mask;
    }
  }
  const RevisionId to = w.changes[change].view.to;
  if (to.valid()) mask |= w.cause(PartKind::kRevision, to.index());
  return mask;
}

}  // namespace incident::sim
