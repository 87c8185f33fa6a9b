#include "scenario/steps.h"

#include "scenario/system_file.h"

namespace incident::scenario {
namespace {

using sim::PartKind;
using sim::Step;
using sim::StepKind;

class Steps {
 public:
  Steps(const sim::Model& model, sim::ServiceId service) : model_(model), service_(service) {}

  std::vector<Step> steps;

  void list(const Node& nodes) {
    nodes.each([this](const Node& node) { one(node); });
  }

 private:
  void one(const Node& node) {
    for (const ObjectSpec& kind : step_kinds()) {
      if (node.has(kind.fields.front().name)) node.only(kind);
    }
    if (node.has("work")) return timed(node, "work", StepKind::kWork, sim::Shape::kLognormal);
    if (node.has("delay")) return timed(node, "delay", StepKind::kDelay, sim::Shape::kExponential);
    if (node.has("call")) return call(node);
    if (node.has("parallel")) return parallel(node);
    if (node.has("cache_get")) return cache_get(node);
    if (node.has("cache_put")) return cache_put(node);
    if (node.has("lock")) return lock(node);
    if (node.has("maybe")) return maybe(node);
    if (node.has("if_flag")) return if_flag(node);
    if (node.has("unless_flag")) return unless_flag(node);
    if (node.has("lock_rows")) return lock_rows(node);
    if (node.has("read")) return read(node);
    if (node.has("insert")) return statement(node, "insert", sim::TableVerb::kInsert);
    if (node.has("update")) return statement(node, "update", sim::TableVerb::kUpdate);
    if (node.has("delete")) return statement(node, "delete", sim::TableVerb::kDelete);
    if (node.has("append")) return append(node);
    if (node.has("await")) return await(node);
    std::string kinds;
    for (const ObjectSpec& kind : step_kinds())
      kinds += (kinds.empty() ? "" : ", ") + std::string(kind.fields.front().name);
    node.fail("a step is one of " + kinds);
  }

  Step& add(StepKind kind) {
    steps.emplace_back();
    steps.back().kind = kind;
    return steps.back();
  }

  void timed(const Node& node, std::string_view key, StepKind kind, sim::Shape shape) {
    Step& step = add(kind);
    step.amount = node.at(key).duration();
    step.shape = shape;
    if (node.has("shape")) {
      const std::string text = node.at("shape").text();
      if (text == "constant") {
        step.shape = sim::Shape::kConstant;
      } else if (text == "exponential") {
        step.shape = sim::Shape::kExponential;
      } else if (text == "lognormal") {
        step.shape = sim::Shape::kLognormal;
      } else {
        node.at("shape").fail("must be constant, exponential or lognormal");
      }
    }
    if (node.has("variation"))
      step.variation_permille =
          static_cast<std::uint32_t>(node.at("variation").quantity(sim::Unit::kPermille));
  }

  sim::EdgeId edge(const Node& node) const {
    const std::string name = model_.services[service_.index()].name + "." + node.text();
    return sim::EdgeId(find_part(model_, PartKind::kEdge, name, node));
  }

  void call(const Node& node) {
    Step& step = add(StepKind::kCall);
    step.edge = edge(node.at("call"));
    step.optional = node.boolean("optional", false);
  }

  // A guard's `count` is how many steps its list became, known once the list is read.
  void guarded(StepKind kind, Step step, const Node& list_node) {
    const std::size_t at = steps.size();
    step.kind = kind;
    steps.push_back(step);
    list(list_node);
    steps[at].count = static_cast<std::uint16_t>(steps.size() - at - 1);
  }

  void parallel(const Node& node) { guarded(StepKind::kParallel, {}, node.at("parallel")); }

  void cache_get(const Node& node) {
    Step step;
    step.cache =
        sim::CacheId(find_part(model_, PartKind::kCache, node.at("cache_get").text(), node.at("cache_get")));
    step.edge = edge(node.at("via"));
    guarded(StepKind::kCacheGet, step, node.at("on_miss"));
  }

  void cache_put(const Node& node) {
    Step& step = add(StepKind::kCachePut);
    step.cache =
        sim::CacheId(find_part(model_, PartKind::kCache, node.at("cache_put").text(), node.at("cache_put")));
    step.edge = edge(node.at("via"));
  }

  sim::LockSetId row_locks(const Node& node) const {
    const std::string name = node.text();
    for (std::size_t i = 0; i < model_.lock_sets.size(); ++i) {
      if (model_.lock_sets[i].name == name) return sim::LockSetId(i);
    }
    node.fail("there are no row locks \"" + name + "\"");
  }

  void lock(const Node& node) { add(StepKind::kLock).lock_set = row_locks(node.at("lock")); }

  // A step for each row; they are taken in the order of rows or of this list, as a parameter says.
  void lock_rows(const Node& node) {
    const Node list = node.at("lock_rows");
    if (list.size() < 1 || list.size() > kRowsTogetherMax)
      list.fail("must name 1 to " + std::to_string(kRowsTogetherMax) + " row locks");
    std::uint8_t nth = 0;
    list.each([&](const Node& name) {
      Step& step = add(StepKind::kLockOne);
      step.lock_set = row_locks(name);
      step.nth = nth++;
      step.of = static_cast<std::uint8_t>(list.size());
      step.shape = sim::Shape::kConstant;
      step.amount = node.duration("each", Duration{0});
    });
  }

  void statement(const Node& node, std::string_view key, sim::TableVerb verb) {
    Step& step = add(StepKind::kTable);
    step.table = sim::TableId(find_part(model_, PartKind::kTable, node.at(key).text(), node.at(key)));
    step.verb = verb;
    step.rows = static_cast<std::uint32_t>(node.whole("rows", 1, 1, 1'000'000));
  }

  void read(const Node& node) {
    const std::string by = node.text("by", "index");
    statement(node, "read",
              by == "key"   ? sim::TableVerb::kReadKey
              : by == "all" ? sim::TableVerb::kReadAll
                            : sim::TableVerb::kReadIndex);
  }

  void append(const Node& node) {
    add(StepKind::kAppend).topic =
        sim::TopicId(find_part(model_, PartKind::kTopic, node.at("append").text(), node.at("append")));
  }

  // It is counted under the request before it.
  void await(const Node& node) {
    Step step;
    step.kind = StepKind::kAwait;
    step.group = sim::GroupId(find_part(model_, PartKind::kGroup, node.at("await").text(), node.at("await")));
    step.amount = node.at("within").duration();
    for (const Step& before : steps) {
      if (before.kind == StepKind::kCall) step.edge = before.edge;
    }
    if (!step.edge.valid()) node.at("await").fail("needs a call before it");
    steps.push_back(step);
  }

  void maybe(const Node& node) {
    Step step;
    step.permille = static_cast<std::uint32_t>(node.at("maybe").quantity(sim::Unit::kPermille));
    guarded(StepKind::kMaybe, step, node.at("do"));
  }

  void if_flag(const Node& node) {
    Step step;
    step.flag =
        sim::FlagId(find_part(model_, PartKind::kFlag, node.at("if_flag").text(), node.at("if_flag")));
    guarded(StepKind::kIfFlag, step, node.at("do"));
  }

  void unless_flag(const Node& node) {
    Step step;
    step.flag = sim::FlagId(
        find_part(model_, PartKind::kFlag, node.at("unless_flag").text(), node.at("unless_flag")));
    guarded(StepKind::kUnlessFlag, step, node.at("do"));
  }

  static constexpr std::size_t kRowsTogetherMax = 16;

  const sim::Model& model_;
  sim::ServiceId service_;
};

}  // namespace

std::vector<Step> read_steps(const sim::Model& model, sim::ServiceId service, const Node& list) {
  Steps reader(model, service);
  reader.list(list);
  return std::move(reader.steps);
}

}  // namespace incident::scenario
