// Reading an experiment's file (experiment.h describes it).
#include <algorithm>

#include "promql/parser.h"
#include "scenario/experiments/course_file.h"
#include "scenario/experiments/experiment.h"

namespace incident::scenario {
namespace {

namespace fs = std::filesystem;

constexpr int kSeedsMax = 100;

constexpr std::string_view kExperimentNames[] = {"id",      "title",  "about",   "source",  "system",
                                                 "length",  "seeds",  "changes", "actions", "variants",
                                                 "windows", "series", "charts",  "expect"};
constexpr std::string_view kChangeNames[] = {"at", "set", "deploy", "lasts"};
constexpr std::string_view kActionNames[] = {"at", "do", "target", "value"};
constexpr std::string_view kVariantNames[] = {"name", "changes", "actions"};
constexpr std::string_view kSeriesNames[] = {"name", "unit", "query"};

struct Course {
  std::vector<sim::PlannedChange> changes;
  std::vector<TimedCommand> actions;
};

class Reader {
 public:
  Reader(const Node& root, fs::path folder) : root_(root), folder_(std::move(folder)) {}

  std::shared_ptr<const Experiment> read() {
    root_.only(kExperimentNames);
    auto out = std::make_shared<Experiment>();
    out->id = root_.at("id").text();
    out->title = root_.at("title").text();
    out->about = root_.at("about").text();
    out->source = root_.text("source", "");
    out->length = root_.at("length").duration();
    out->seeds = static_cast<int>(root_.whole("seeds", 1, 1, kSeedsMax));
    System system = read_system_of(root_.at("system"), folder_);
    out->model = std::make_shared<const sim::Model>(std::move(system.model));
    out->telemetry = std::make_shared<const telemetry::TelemetryConfig>(std::move(system.telemetry));
    length_ = out->length;
    read_variants(*out);
    Vocabulary vocabulary = read_vocabulary(*out);
    root_.each("charts", [&](const Node& node) {
      auto series = parse_series(node.text(), vocabulary);
      if (!series) node.fail(series.error().message);
      out->charts.push_back({series->name, std::move(*series)});
    });
    root_.at("expect").each([&](const Node& node) {
      auto expectation = parse_expectation(node.text(), vocabulary);
      if (!expectation) node.fail(expectation.error().message);
      expectation->where = node.where();
      out->expectations.push_back(std::move(*expectation));
    });
    if (out->expectations.empty()) root_.at("expect").fail("expects nothing");
    return out;
  }

 private:
  Duration time(const Node& node) const {
    const Duration at = node.at("at").duration();
    if (at.us < 0 || at > length_) node.at("at").fail("must lie within the experiment");
    return at;
  }

  Course read_course(const sim::Model& model, const Node& node) const {
    Course course;
    node.each("changes", [&](const Node& change) {
      change.only(kChangeNames);
      course.changes.push_back(read_short_change(model, change, time(change)));
    });
    node.each("actions", [&](const Node& action) {
      action.only(kActionNames);
      course.actions.push_back(read_short_action(model, action, time(action)));
    });
    return course;
  }

  void read_variants(Experiment& out) const {
    const Course common = read_course(*out.model, root_);
    const auto plan_with = [&](const std::vector<sim::PlannedChange>& own) {
      sim::Plan plan{common.changes};
      plan.changes.insert(plan.changes.end(), own.begin(), own.end());
      sort_by_time(plan.changes);
      return std::make_shared<const sim::Plan>(std::move(plan));
    };
    const auto common_plan = plan_with({});
    const auto add = [&](const std::string& name, const Course& own) {
      Variant variant{name, own.changes.empty() ? common_plan : plan_with(own.changes), common.actions};
      variant.actions.insert(variant.actions.end(), own.actions.begin(), own.actions.end());
      std::stable_sort(variant.actions.begin(), variant.actions.end(),
                       [](const auto& a, const auto& b) { return a.at < b.at; });
      out.variants.push_back(std::move(variant));
    };
    root_.each("variants", [&](const Node& node) {
      node.only(kVariantNames);
      const Node name = node.at("name");
      for (const Variant& other : out.variants) {
        if (other.name == name.text()) name.fail("there is a variant of this name already");
      }
      add(name.text(), read_course(*out.model, node));
    });
    if (out.variants.empty()) add("as is", {});
  }

  Vocabulary read_vocabulary(const Experiment& out) const {
    Vocabulary vocabulary;
    vocabulary.model = out.model.get();
    vocabulary.length = out.length;
    for (const Variant& variant : out.variants) vocabulary.variants.push_back(variant.name);
    root_.each("series", [&](const Node& node) {
      node.only(kSeriesNames);
      const Node query = node.at("query");
      if (const auto parsed = promql::parse_expr(query.text()); !parsed)
        query.fail("is not PromQL: " + parsed.error().at + " " + parsed.error().message);
      vocabulary.series.push_back({node.at("name").text(), node.at("unit").text(), query.text()});
    });
    if (!root_.has("windows")) return vocabulary;
    root_.at("windows").each_member([&](const std::string& name, const Node& node) {
      const auto window = parse_window(node.text());
      if (!window) node.fail(window.error().message);
      vocabulary.windows.emplace(name, *window);
    });
    return vocabulary;
  }

  const Node& root_;
  fs::path folder_;
  Duration length_{0};
};

}  // namespace

Result<std::shared_ptr<const Experiment>> load_experiment(const fs::path& file) {
  using R = Result<std::shared_ptr<const Experiment>>;
  const auto text = read_small_file(file);
  if (!text) return text.error();
  try {
    const auto json = parse_json_text(file.filename().string(), *text);
    if (!json) return json.error();
    const Node root(*json, json->root, "");
    auto experiment = Reader(root, file.parent_path()).read();
    if (experiment->id != file.stem().string()) root.at("id").fail("must be the file's name");
    return R(boost::system::in_place_value, std::move(experiment));
  } catch (const Problem& problem) {
    return problem.error;
  }
}

}  // namespace incident::scenario
