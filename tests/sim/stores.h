// Small systems with a database or a broker, for the tests of those. Steps beside those of models.h.
#pragma once

#include "models.h"
#include "sim/gauges.h"

namespace incident::sim::testing {

inline Step lock_one(LockSetId set, std::uint8_t nth, std::uint8_t of, Duration each) {
  Step s;
  s.kind = StepKind::kLockOne;
  s.lock_set = set;
  s.nth = nth;
  s.of = of;
  s.amount = each;
  return s;
}
inline Step statement(TableId table, TableVerb verb, std::uint32_t rows = 1) {
  Step s;
  s.kind = StepKind::kTable;
  s.table = table;
  s.verb = verb;
  s.rows = rows;
  return s;
}
inline Step append(TopicId topic) {
  Step s;
  s.kind = StepKind::kAppend;
  s.topic = topic;
  return s;
}
inline Step await(GroupId group, EdgeId edge, Duration within) {
  Step s;
  s.kind = StepKind::kAwait;
  s.group = group;
  s.edge = edge;
  s.amount = within;
  return s;
}

inline PlannedChange change_at(Duration at, ParameterRef target, std::int64_t value) {
  PlannedChange c;
  c.at = SimTime{} + at;
  c.causal = true;
  c.settings = {{target, 0, value}};
  return c;
}

// The present value of a published reading, by metric and fixed label.
inline std::int64_t reading(const Simulation& s, std::string_view metric, std::size_t at,
                            std::uint32_t lane = 0, std::string_view fixed = {}) {
  for (std::size_t g = 0; g < gauges().size(); ++g) {
    if (gauges()[g].metric == metric && (fixed.empty() || gauges()[g].fixed_value == fixed))
      return s.gauge(g, at, lane);
  }
  return INT64_MIN;
}

// Users, an application and a database with one table: reads and orders. Slots: users 0-4, database first.
struct Shop : Builder {
  ServiceId database, app;
  TableId table;
  OperationId read, insert, update;
  EdgeId reads, inserts, updates;

  explicit Shop(std::uint16_t instances = 1, bool replicated = false, Route route = Route::kPrimary) {
    database = service("db", instances, ServiceKind::kDatabase);
    model.services.back().replicated = replicated;
    app = service("app", 1);
    model.tables.push_back({database, "orders", {}});
    table = TableId(0);
    model.tables[0].initial.rows = 100'000;
    read = operation(database, "SELECT orders", {statement(table, TableVerb::kReadIndex, 5)});
    model.operations.back().route = route;
    insert = operation(database, "INSERT orders", {statement(table, TableVerb::kInsert)});
    update = operation(database, "UPDATE orders", {statement(table, TableVerb::kUpdate)});
    reads = edge(users, read);
    inserts = edge(users, insert);
    updates = edge(users, update);
  }
  std::uint16_t first_of(ServiceId s) const {
    std::uint16_t first = 0;
    for (std::size_t i = 0; i < s.index(); ++i) first += model.services[i].instances_max;
    return first;
  }
  DatabaseParameters& parameters() { return model.services[database.index()].database; }
};

// Users who order through an application; a topic takes the orders, and workers confirm them.
struct Orders : Builder {
  ServiceId broker, shop, worker;
  TopicId topic;
  GroupId group;
  EdgeId order;

  explicit Orders(std::uint16_t partitions = 4, std::uint16_t workers = 2,
                  Duration work_for = milliseconds(10)) {
    broker = service("kafka", 3, ServiceKind::kBroker);
    shop = service("shop", 2);
    worker = service("worker", workers);
    TopicSpec t;
    t.broker = broker;
    t.name = "orders";
    t.partitions = partitions;
    t.partitions_max = static_cast<std::uint16_t>(partitions * 2);
    t.keys = 1000;
    model.topics.push_back(t);
    topic = TopicId(0);
    const OperationId produce = operation(broker, "produce orders", {append(topic)});
    const OperationId confirm = operation(worker, "confirm", {delay(work_for, Shape::kConstant)});
    model.groups.push_back({"confirmations", topic, confirm, {}, {}});
    group = GroupId(0);
    const OperationId place = operation(shop, "POST /orders", {call(edge(shop, produce))});
    order = edge(users, place);
  }
  GroupParameters& of_group() { return model.groups[0].initial; }
  TopicParameters& of_topic() { return model.topics[0].initial; }
};

}  // namespace incident::sim::testing
