#include "scenario/system_stores.h"

#include "scenario/fields.h"
#include "scenario/system_parameters.h"

namespace incident::scenario {
namespace {

using sim::PartKind;

template <class Parts>
std::string new_name(const Node& node, const Parts& parts) {
  std::string name = node.at("name").text();
  for (const auto& other : parts) {
    if (other.name == name) node.at("name").fail("there is one of this name already");
  }
  return name;
}

std::uint16_t part_at(const sim::Model& model, PartKind kind, const Node& node, std::string_view key) {
  return find_part(model, kind, node.at(key).text(), node.at(key));
}

void read_table(const Node& node, sim::Model& model) {
  node.only(kTableFields);
  sim::TableSpec table;
  table.name = new_name(node, model.tables);
  table.database = sim::ServiceId(part_at(model, PartKind::kService, node, "database"));
  if (model.services[table.database.index()].kind != sim::ServiceKind::kDatabase)
    node.at("database").fail("must be a service of kind database");
  read_parameters(node, "parameters", PartKind::kTable, table.initial);
  model.tables.push_back(std::move(table));
}

void read_topic(const Node& node, sim::Model& model) {
  node.only(kTopicFields);
  sim::TopicSpec topic;
  topic.name = new_name(node, model.topics);
  topic.broker = sim::ServiceId(part_at(model, PartKind::kService, node, "broker"));
  if (model.services[topic.broker.index()].kind != sim::ServiceKind::kBroker)
    node.at("broker").fail("must be a service of kind broker");
  topic.partitions = static_cast<std::uint16_t>(node.whole("partitions", 1, 1, 256));
  topic.partitions_max =
      static_cast<std::uint16_t>(node.whole("partitions_max", topic.partitions, topic.partitions, 256));
  topic.keys = static_cast<std::uint32_t>(node.whole("keys", 0, 1, 10'000'000));
  if (node.has("zipf"))
    topic.zipf_permille = static_cast<std::uint32_t>(node.at("zipf").quantity(sim::Unit::kPermille));
  read_parameters(node, "parameters", PartKind::kTopic, topic.initial);
  model.topics.push_back(std::move(topic));
}

void read_group(const Node& node, sim::Model& model) {
  node.only(kGroupFields);
  sim::GroupSpec group;
  group.name = new_name(node, model.groups);
  group.topic = sim::TopicId(part_at(model, PartKind::kTopic, node, "topic"));
  group.operation = sim::OperationId(part_at(model, PartKind::kOperation, node, "handles"));
  if (node.has("dead_letters")) {
    group.dead_letters = sim::TopicId(part_at(model, PartKind::kTopic, node, "dead_letters"));
    if (group.dead_letters == group.topic) node.at("dead_letters").fail("must be another topic");
  }
  read_parameters(node, "parameters", PartKind::kGroup, group.initial);
  model.groups.push_back(std::move(group));
}

}  // namespace

void read_stores(const Node& root, sim::Model& model) {
  root.each("tables", [&](const Node& node) { read_table(node, model); });
  root.each("topics", [&](const Node& node) { read_topic(node, model); });
  root.each("groups", [&](const Node& node) { read_group(node, model); });
}

}  // namespace incident::scenario
