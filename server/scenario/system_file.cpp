#include "scenario/system_file.h"

#include <algorithm>
#include <array>
#include <optional>

#include "promql/parser.h"
#include "scenario/steps.h"
#include "scenario/system_network.h"
#include "scenario/system_parameters.h"
#include "scenario/system_platform.h"
#include "scenario/system_stores.h"
#include "sim/part_names.h"

namespace incident::scenario {
namespace {

using sim::Model;
using sim::PartKind;

sim::ServiceKind read_kind(const Node& node) {
  constexpr std::array<std::string_view, 6> kKinds = {"users", "application", "database",
                                                      "cache", "external",    "broker"};
  const std::string text = node.text();
  const auto found = std::find(kKinds.begin(), kKinds.end(), text);
  if (found == kKinds.end()) node.fail("must be users, application, database, cache, external or broker");
  return static_cast<sim::ServiceKind>(found - kKinds.begin());
}

// The first pass: everything that has a name, so that the second can refer to all of it.
void read_service(const Node& node, const Node& defaults, System& system) {
  node.only(kServiceFields);
  Model& model = system.model;
  sim::ServiceSpec spec;
  spec.name = node.at("name").text();
  for (const auto& other : model.services) {
    if (other.name == spec.name) node.at("name").fail("there is a service of this name already");
  }
  if (node.has("kind")) spec.kind = read_kind(node.at("kind"));
  spec.version_stem = node.text("version", "1.0");
  spec.instances = static_cast<std::uint16_t>(node.whole("instances", 1, 1, 500));
  spec.instances_max =
      static_cast<std::uint16_t>(node.whole("instances_max", spec.instances * 2, spec.instances, 1000));
  node.each("tags", [&](const Node& tag) { spec.tags.push_back(tag.text()); });
  read_parameters(defaults, "service", PartKind::kService, spec.initial);
  read_parameters(node, "parameters", PartKind::kService, spec.initial);
  read_parameters(node, "database", PartKind::kDatabase, spec.database);
  read_service_platform(node, defaults, model, spec);
  spec.replicated = node.boolean("replicated", false);
  spec.shard_keys = static_cast<std::uint32_t>(node.whole("shard_keys", 0, 1, 10'000'000));
  if (node.has("shard_zipf"))
    spec.shard_zipf_permille =
        static_cast<std::uint32_t>(node.at("shard_zipf").quantity(sim::Unit::kPermille));
  if (spec.kind != sim::ServiceKind::kUsers) system.info.services[spec.name] = node.at("description").text();

  const sim::ServiceId id(model.services.size());
  model.revisions.push_back({id, spec.version_stem + ".0", {}});
  model.services.push_back(std::move(spec));
  node.each("operations", [&](const Node& operation) {
    operation.only(kOperationFields);
    sim::OperationSpec o;
    o.service = id;
    o.name = operation.at("name").text();
    read_parameters(operation, "parameters", PartKind::kOperation, o.initial);
    o.writes = operation.boolean("writes", false);
    const std::string route = operation.text("route", "primary");
    o.route = route == "replica" ? sim::Route::kReplica
              : route == "any"   ? sim::Route::kAny
                                 : sim::Route::kPrimary;
    model.operations.push_back(std::move(o));
  });
  node.each("revisions", [&](const Node& r) {
    r.only(kRevisionFields);
    model.revisions.push_back(read_revision(id, r));
  });
}

void read_client(const Node& node, const Node& defaults, sim::ServiceId from, Model& model) {
  node.only(kClientFields);
  sim::EdgeSpec edge;
  edge.from = from;
  edge.name = node.at("name").text();
  edge.to = sim::OperationId(find_part(model, PartKind::kOperation, node.at("to").text(), node.at("to")));
  if (node.has("pool"))
    edge.pool = sim::PoolId(find_part(model, PartKind::kPool, node.at("pool").text(), node.at("pool")));
  read_parameters(defaults, "client", PartKind::kEdge, edge.initial);
  read_parameters(node, "parameters", PartKind::kEdge, edge.initial);
  model.edges.push_back(std::move(edge));
}

void read_small_parts(const Node& root, System& system) {
  Model& model = system.model;
  const auto service = [&](const Node& node, std::string_view key) {
    return sim::ServiceId(find_part(model, PartKind::kService, node.at(key).text(), node.at(key)));
  };
  root.each("pools", [&](const Node& node) {
    node.only(kPoolFields);
    sim::PoolSpec pool{service(node, "owner"), service(node, "target"), node.at("name").text(), {}};
    read_parameters(node, "parameters", PartKind::kPool, pool.initial);
    model.pools.push_back(std::move(pool));
  });
  root.each("caches", [&](const Node& node) {
    node.only(kCacheFields);
    sim::CacheSpec cache;
    cache.service = service(node, "service");
    cache.name = node.at("name").text();
    cache.keys = static_cast<std::uint32_t>(node.whole("keys", 10'000, 1, 10'000'000));
    if (node.has("zipf"))
      cache.zipf_permille = static_cast<std::uint32_t>(node.at("zipf").quantity(sim::Unit::kPermille));
    read_parameters(node, "parameters", PartKind::kCache, cache.initial);
    model.caches.push_back(std::move(cache));
  });
  root.each("row_locks", [&](const Node& node) {
    node.only(kRowLocksFields);
    sim::LockSetSpec set;
    set.database = service(node, "database");
    set.name = node.at("name").text();
    set.rows = static_cast<std::uint32_t>(node.whole("rows", 64, 1, 1'000'000));
    if (node.has("zipf"))
      set.zipf_permille = static_cast<std::uint32_t>(node.at("zipf").quantity(sim::Unit::kPermille));
    model.lock_sets.push_back(std::move(set));
  });
  read_stores(root, model);
  root.each("flags", [&](const Node& node) {
    node.only(kFlagFields);
    sim::FlagSpec flag{node.at("name").text(), service(node, "service"), {}};
    flag.initial.on = node.boolean("on", false) ? 1 : 0;
    model.flags.push_back(std::move(flag));
  });
}

void read_journey(const Node& node, Model& model) {
  node.only(kJourneyFields);
  sim::JourneySpec journey;
  journey.name = node.at("name").text();
  journey.initial.rate_per_kilosecond = node.at("rate").quantity(sim::Unit::kPerKilosecond);
  journey.slow_us = node.duration("slow", seconds(2)).us;
  for (std::size_t i = 0; i < model.services.size(); ++i) {
    if (model.services[i].kind != sim::ServiceKind::kUsers) continue;
    sim::OperationSpec operation{sim::ServiceId(i), journey.name, {}, {}};
    operation.steps = read_steps(model, sim::ServiceId(i), node.at("steps"));
    journey.operation = sim::OperationId(model.operations.size());
    model.operations.push_back(std::move(operation));
  }
  model.journeys.push_back(std::move(journey));
}

void read_config_key(const Node& node, Model& model) {
  node.only(kConfigKeyFields);
  sim::ConfigKeySpec key;
  key.name = node.at("name").text();
  key.service =
      sim::ServiceId(find_part(model, PartKind::kService, node.at("service").text(), node.at("service")));
  const Node sets = node.at("sets");
  sets.only(kParameterRefFields);
  key.target = read_parameter_ref(model, sets);
  key.unit = node.has("unit") ? node.at("unit").text() : "";
  key.unit_divisor = node.whole("divisor", 1, 1, 1'000'000);
  key.min = node.at("min").whole(0, INT64_MAX);
  key.max = node.at("max").whole(key.min, INT64_MAX);
  model.config_keys.push_back(std::move(key));
}

std::string read_query(const Node& node) {
  if (const auto parsed = promql::parse_expr(node.text()); !parsed) {
    const Error& error = parsed.error();
    node.fail("is not PromQL: " + (error.at.empty() ? "" : error.at + " ") + error.message);
  }
  return node.text();
}

void read_dashboard(const Node& node, SystemInfo& info) {
  node.only(kDashboardFields);
  Dashboard dashboard{node.at("id").text(), node.at("title").text(), {}};
  node.at("panels").each([&](const Node& panel) {
    panel.only(kPanelFields);
    dashboard.panels.push_back({panel.at("title").text(), panel.at("unit").text(),
                                read_query(panel.at("query")), panel.text("legend", "{{service}}")});
  });
  info.dashboards.push_back(std::move(dashboard));
}

void read_alert(const Node& node, telemetry::TelemetryConfig& config) {
  node.only(kAlertFields);
  telemetry::AlertRule rule;
  rule.name = node.at("name").text();
  rule.service = node.text("service", "");
  rule.severity = node.at("severity").text();
  if (rule.severity != "critical" && rule.severity != "warning")
    node.at("severity").fail("must be critical or warning");
  rule.expr = read_query(node.at("expr"));
  rule.hold = node.duration("for", Duration{0});
  rule.summary = node.at("summary").text();
  rule.runbook = node.text("runbook", "");
  rule.pages = node.boolean("pages", false);
  config.rules.push_back(std::move(rule));
}

}  // namespace

sim::RevisionSpec read_revision(sim::ServiceId service, const Node& node) {
  sim::RevisionSpec revision{service, node.at("version").text(), {}};
  read_parameters(node, "parameters", PartKind::kRevision, revision.initial);
  return revision;
}

std::uint16_t find_part(const Model& model, PartKind kind, std::string_view name, const Node& node) {
  if (const auto found = sim::find_part(model, kind, name)) return *found;
  std::vector<std::string> names;
  for (std::size_t part = 0; part < sim::part_count(model, kind); ++part)
    names.push_back(sim::part_name(model, kind, part));
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near = nearest(name, views);
  node.fail("there is no " + std::string(sim::to_string(kind)) + " \"" + std::string(name) + "\"" +
            (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
}

sim::ParameterRef read_parameter_ref(const Model& model, const Node& node) {
  std::optional<PartKind> kind;
  const Node part = node.at("part");
  for (int i = 0; i < sim::kPartKinds; ++i) {
    if (sim::to_string(static_cast<PartKind>(i)) == part.text()) kind = static_cast<PartKind>(i);
  }
  if (!kind) {
    std::string kinds;
    for (int i = 0; i < sim::kPartKinds; ++i)
      kinds += (i == 0 ? "" : ", ") + std::string(sim::to_string(static_cast<PartKind>(i)));
    part.fail("must be one of " + kinds);
  }
  const Node parameter = node.at("parameter");
  const auto* info = sim::find_parameter(*kind, parameter.text());
  if (info == nullptr) {
    std::string names;
    for (const auto& p : sim::parameters()) {
      if (p.part == *kind) names += (names.empty() ? "" : ", ") + std::string(p.name);
    }
    parameter.fail("a " + std::string(sim::to_string(*kind)) + " has " + names);
  }
  sim::ParameterRef ref;
  ref.parameter = static_cast<std::uint16_t>(info - sim::parameters().data());
  ref.part = find_part(model, *kind, node.at("of").text(), node.at("of"));
  return ref;
}

System read_system(const Node& root) {
  root.only(kSystemFields);
  System system;
  Model& model = system.model;
  system.info.id = root.at("id").text();
  system.info.title = root.at("title").text();
  system.info.description = root.at("description").text();
  model.name = system.info.id;
  model.weight = static_cast<std::uint32_t>(root.whole("weight", 1, 1, 1'000'000));
  model.day_start = root.duration("day_start", Duration{0});
  root.each("day_shape", [&](const Node& share) {
    model.day_shape_permille.push_back(static_cast<std::uint32_t>(share.quantity(sim::Unit::kPermille)));
  });
  const Node defaults = root.at("defaults");
  defaults.only(kDefaultsFields);
  const Node services = root.at("services");
  services.each([&](const Node& node) { read_service(node, defaults, system); });
  read_small_parts(root, system);
  read_platform(root, model);
  read_network(root, model);

  // The second pass: what refers to other parts.
  std::size_t index = 0;
  services.each([&](const Node& node) {
    const sim::ServiceId id(index++);
    node.each("clients", [&](const Node& client) { read_client(client, defaults, id, model); });
  });
  index = 0;
  std::size_t operation = 0;
  services.each([&](const Node& node) {
    const sim::ServiceId id(index++);
    node.each("operations", [&](const Node& o) {
      model.operations[operation++].steps = read_steps(model, id, o.at("steps"));
    });
    if (node.has("probe")) {
      const std::string name = model.services[id.index()].name + "." + node.at("probe").text();
      model.services[id.index()].probe =
          sim::OperationId(find_part(model, PartKind::kOperation, name, node.at("probe")));
    }
  });
  root.at("journeys").each([&](const Node& node) { read_journey(node, model); });
  root.each("config", [&](const Node& node) { read_config_key(node, model); });
  root.each("dashboards", [&](const Node& node) { read_dashboard(node, system.info); });
  root.each("alerts", [&](const Node& node) { read_alert(node, system.telemetry); });
  if (auto valid = telemetry::validate(system.telemetry); !valid)
    root.at("alerts").fail(valid.error().at + " " + valid.error().message);
  return system;
}

}  // namespace incident::scenario
