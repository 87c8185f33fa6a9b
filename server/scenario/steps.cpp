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
    node.fail("a step is one of work, delay, call, parallel, cache_get, cache_put, lock, maybe, if_flag");
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

  void lock(const Node& node) {
    const std::string name = node.at("lock").text();
    for (std::size_t i = 0; i < model_.lock_sets.size(); ++i) {
      if (model_.lock_sets[i].name == name) {
        add(StepKind::kLock).lock_set = sim::LockSetId(i);
        return;
      }
    }
    node.at("lock").fail("there are no row locks \"" + name + "\"");
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
