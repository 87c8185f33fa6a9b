#include "pool_incident.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace incident::match::testing {
namespace {

using sim::Step;
using sim::StepKind;

sim::ServiceId add_service(sim::Model& model, const std::string& name, sim::ServiceKind kind,
                           std::uint16_t instances) {
  sim::ServiceSpec spec;
  spec.name = name;
  spec.kind = kind;
  spec.version_stem = "1.0";
  spec.instances = instances;
  spec.instances_max = static_cast<std::uint16_t>(instances + 3);
  spec.initial.workers = 64;
  spec.initial.startup_us = 4'000'000;
  spec.initial.probe_interval_us = 0;
  model.services.push_back(spec);
  const sim::ServiceId id(model.services.size() - 1);
  model.revisions.push_back({id, "1.0.0", {}});
  return id;
}

Step step(StepKind kind, Duration amount, sim::EdgeId edge = {}) {
  Step s;
  s.kind = kind;
  s.amount = amount;
  s.edge = edge;
  return s;
}

sim::OperationId add_operation(sim::Model& model, sim::ServiceId service, const char* name,
                               std::vector<Step> steps) {
  model.operations.push_back({service, name, std::move(steps), {}});
  return sim::OperationId(model.operations.size() - 1);
}

sim::EdgeId add_edge(sim::Model& model, sim::ServiceId from, sim::OperationId to, Duration timeout,
                     sim::PoolId pool = {}) {
  sim::EdgeSpec edge{from, to, pool, "client" + std::to_string(model.edges.size()), {}};
  edge.initial.timeout_us = timeout.us;
  model.edges.push_back(edge);
  return sim::EdgeId(model.edges.size() - 1);
}

sim::ParameterRef pool_size_ref() {
  const auto* info = sim::find_parameter(sim::PartKind::kPool, "size");
  return {static_cast<std::uint16_t>(info - sim::parameters().data()), 0};
}

sim::Model pool_model() {
  sim::Model model;
  model.name = "small-shop";
  model.weight = 10;
  const auto users = add_service(model, "users", sim::ServiceKind::kUsers, 1);
  const auto shop = add_service(model, "shop", sim::ServiceKind::kApplication, 2);
  const auto catalog = add_service(model, "catalog", sim::ServiceKind::kApplication, 2);
  const auto db = add_service(model, "catalog-db", sim::ServiceKind::kDatabase, 1);

  const auto select =
      add_operation(model, db, "SELECT products", {step(StepKind::kDelay, milliseconds(150))});
  sim::PoolSpec pool{catalog, db, "catalog-db", {}};
  pool.initial.size = 10;
  model.pools.push_back(pool);
  const auto query = add_edge(model, catalog, select, seconds(3), sim::PoolId(0));
  const auto products =
      add_operation(model, catalog, "GET /products",
                    {step(StepKind::kWork, milliseconds(2)), step(StepKind::kCall, {}, query)});
  const auto ask = add_edge(model, shop, products, seconds(3));
  const auto page = add_operation(model, shop, "GET /",
                                  {step(StepKind::kWork, milliseconds(2)), step(StepKind::kCall, {}, ask)});
  const auto visit = add_edge(model, users, page, seconds(5));
  sim::JourneySpec journey;
  journey.name = "browse";
  journey.operation = add_operation(model, users, "browse", {step(StepKind::kCall, {}, visit)});
  journey.initial.rate_per_kilosecond = 20'000;
  model.journeys.push_back(journey);

  model.config_keys.push_back({"catalog.db.pool_size", catalog, pool_size_ref(), 1, "", 1, 100});
  model.flags.push_back({"new-banner", shop, {}});
  model.revisions.push_back({shop, "1.0.1", {}});
  return model;
}

sim::Plan pool_plan(const sim::Model& model) {
  sim::PlannedChange deploy;
  deploy.at = SimTime{} + minutes(4);
  deploy.kind = sim::ChangeKind::kDeploy;
  deploy.service = sim::ServiceId(1);
  deploy.revision = sim::RevisionId(model.revisions.size() - 1);
  deploy.title = "Deploy shop 1.0.1";
  deploy.author = "kim";
  sim::PlannedChange config;
  config.at = SimTime{} + minutes(6);
  config.kind = sim::ChangeKind::kConfig;
  config.service = sim::ServiceId(2);
  config.causal = true;
  config.settings.push_back({pool_size_ref(), 0, 1});
  config.title = "catalog: trim idle connections";
  config.author = "lee";
  return {{deploy, config}};
}

telemetry::TelemetryConfig pool_telemetry() {
  telemetry::TelemetryConfig config;
  telemetry::AlertRule rule;
  rule.name = "ShopErrors";
  rule.service = "shop";
  rule.severity = "critical";
  rule.expr =
      "sum(rate(user_requests_total{outcome!=\"ok\"}[1m])) / sum(rate(user_requests_total[1m])) > 0.05";
  rule.summary = "More than one in twenty requests of customers fails or is slow";
  rule.hold = seconds(30);
  rule.pages = true;
  config.rules.push_back(rule);
  return config;
}

std::size_t index_of(const char* service) {
  const auto& services = pool_incident()->model->services;
  for (std::size_t i = 0; i < services.size(); ++i) {
    if (services[i].name == service) {
      return i;
    }
  }
  ADD_FAILURE() << "no service " << service;
  return 0;
}

}  // namespace

std::string right_mechanism() {
  return "pool_exhaustion";
}

std::string wrong_mechanism() {
  return "slow_query";
}

std::shared_ptr<const scenario::Incident> pool_incident() {
  static const std::shared_ptr<const scenario::Incident> kIncident = [] {
    auto incident = std::make_shared<scenario::Incident>();
    incident->id = "small-pool";
    incident->title = "Shop pages fail";
    incident->time_limit = minutes(10);
    incident->page_within = minutes(6);
    incident->model = std::make_shared<const sim::Model>(pool_model());
    sim::validate(*incident->model).value();
    incident->plan = std::make_shared<const sim::Plan>(pool_plan(*incident->model));
    incident->telemetry = std::make_shared<const telemetry::TelemetryConfig>(pool_telemetry());
    incident->answer.component = kComponent;
    incident->answer.mechanism = right_mechanism();
    incident->answer.trigger = "catalog: trim idle connections";
    incident->answer.trigger_change = 1;
    incident->hints = {{"Look at who waits for whom.", 20}, {"Look at the catalog's pool.", 40}};
    incident->reference.name = "Give the pool its connections back";
    incident->reference.commands = {{seconds(60), set_pool_size(10)}};
    return std::shared_ptr<const scenario::Incident>(std::move(incident));
  }();
  return kIncident;
}

std::shared_ptr<const scenario::Start> pool_start(std::uint64_t seed) {
  static std::map<std::uint64_t, std::shared_ptr<const scenario::Start>> starts;
  auto& start = starts[seed];
  if (!start) {
    start = std::make_shared<const scenario::Start>(scenario::warm_up(*pool_incident(), seed).value());
  }
  return start;
}

sim::Action set_pool_size(std::int64_t size) {
  return {sim::ActionKind::kSetConfig, {}, 0, size};
}
sim::Action restart_service(const char* service) {
  return {sim::ActionKind::kRestart, {}, static_cast<std::uint32_t>(index_of(service)), 0};
}
sim::Action roll_back(const char* service) {
  return {sim::ActionKind::kRollback, {}, static_cast<std::uint32_t>(index_of(service)), 0};
}
sim::Action shed(const char* service, std::int64_t permille) {
  return {sim::ActionKind::kShedTraffic, {}, static_cast<std::uint32_t>(index_of(service)), permille};
}

Table::Table(Settings settings, std::uint64_t seed) : match(pool_incident(), std::move(settings)) {
  match.begin(pool_start(seed));
}

Result<Applied> Table::say(const std::string& player, Command command) {
  const Entry entry{match.last_entry() + 1, match.time(), player, std::move(command)};
  if (const auto checked = match.check(entry); !checked) {
    return Result<Applied>(boost::system::in_place_error, checked.error());
  }
  log.push_back(entry);
  return match.apply(entry);
}

Applied Table::must(const std::string& player, Command command) {
  const auto name = std::string(name_of(command));
  const auto said = say(player, std::move(command));
  if (!said) {
    ADD_FAILURE() << player << " could not " << name << ": " << said.error().message;
    return {};
  }
  EXPECT_FALSE(said->refused) << name << " was checked and then refused";
  return *said;
}

std::string Table::refusal(const std::string& player, Command command) {
  const auto said = say(player, std::move(command));
  return said ? std::string() : said.error().message;
}

void Table::start_race() {
  must("ada", Join{"ada"});
  must("bob", Join{"bob"});
  must("ada", ChooseTeam{"", "Owls"});
  must("bob", ChooseTeam{"", "Bats"});
  must("ada", Start{});
  must("", BeginRunning{});
}

void Table::start_practice() {
  must("ada", Join{"ada"});
  must("ada", ChooseTeam{"", "Owls"});
  must("ada", Start{});
  must("", BeginRunning{});
}

void Table::end() {
  run_to(match.time_limit());
  must("", EndMatch{});
}

}  // namespace incident::match::testing
