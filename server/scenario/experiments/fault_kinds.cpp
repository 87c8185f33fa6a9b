#include "scenario/experiments/fault_kinds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "promql/parser.h"
#include "scenario/action_names.h"
#include "scenario/experiments/course_file.h"

namespace incident::scenario {
namespace {

namespace fs = std::filesystem;

constexpr Duration kFaultAt = minutes(2), kLook = minutes(1), kBetweenActions = seconds(10);
constexpr double kRises = 1.5, kFalls = 0.9;
constexpr std::uint64_t kSeeds = 2;
constexpr std::string_view kDefaultSystem = "small_shop";

constexpr std::string_view kFileNames[] = {"group", "kinds"};
constexpr std::string_view kKindNames[] = {
    "kind",     "about", "system", "given",  "set",    "deploy", "lasts", "hidden",          "develops",
    "recovers", "rises", "falls",  "logged", "series", "expect", "heals", "heals_by_itself", "does_not_heal"};
constexpr std::string_view kActionNames[] = {"do", "target", "value"};
constexpr std::string_view kSeriesNames[] = {"name", "unit", "query"};

class Reader {
 public:
  Reader(const Node& node, const fs::path& folder) : node_(node), folder_(folder) {}

  FaultKind read(const std::string& group) {
    node_.only(kKindNames);
    out_.group = group;
    out_.kind = node_.at("kind").text();
    out_.about = node_.at("about").text();
    out_.where = node_.where();
    out_.heals_by_itself = node_.boolean("heals_by_itself", false);
    read_windows();
    read_system();
    read_variants();
    read_signature();
    return std::move(out_);
  }

 private:
  const sim::Model& model() const { return *out_.experiment.model; }

  void read_windows() {
    const Duration develops = node_.duration("develops", minutes(1));
    const Duration recovers = node_.duration("recovers", minutes(2));
    out_.before = {kFaultAt - kLook, kFaultAt};
    out_.during = {kFaultAt + develops, kFaultAt + develops + kLook};
    out_.after = {out_.during.to + recovers, out_.during.to + recovers + kLook};
    out_.experiment.length = out_.after.to;
    out_.experiment.title = out_.kind;
  }

  void read_system() {
    System system = node_.has("system") ? read_system_of(node_.at("system"), folder_) : default_system();
    out_.experiment.model = std::make_shared<const sim::Model>(std::move(system.model));
    out_.experiment.telemetry =
        std::make_shared<const telemetry::TelemetryConfig>(std::move(system.telemetry));
  }

  System default_system() const {
    JsonText name{"", nlohmann::json(std::string(kDefaultSystem)), {}};
    return read_system_of(Node(name, name.root, ""), folder_);
  }

  void read_variants() {
    sim::Plan plan;
    if (node_.has("given")) {
      sim::PlannedChange given;
      given.settings = read_settings(model(), node_.at("given"));
      given.visible = false;
      plan.changes.push_back(std::move(given));
    }
    if (!node_.has("set") && !node_.has("deploy"))
      node_.fail("needs \"set\" or \"deploy\": the fault itself");
    fault_ = plan.changes.size();
    plan.changes.push_back(read_short_change(model(), node_, kFaultAt));
    plan.changes.back().visible = !node_.boolean("hidden", false);
    plan.changes.back().title = out_.kind;
    out_.settings = plan.changes.back().settings;
    if (node_.has("deploy")) out_.deploy = node_.at("deploy").text();
    const auto shared = std::make_shared<const sim::Plan>(std::move(plan));
    auto& variants = out_.experiment.variants;
    variants.push_back({"left alone", shared, {}});
    variants.push_back({"healed", shared, {}});
    node_.each("heals", [&](const Node& action) {
      const auto n = static_cast<std::int64_t>(variants[1].actions.size());
      variants[1].actions.push_back(read_action(action, out_.during.to + kBetweenActions * n));
      out_.heals.push_back(in_words(action));
    });
    if (variants[1].actions.empty()) variants.pop_back();
    node_.each("does_not_heal", [&](const Node& action) {
      variants.push_back({in_words(action), shared, {read_action(action, out_.during.to)}});
      out_.does_not_heal.push_back(in_words(action));
    });
    if (out_.heals.empty() && !out_.heals_by_itself)
      node_.fail("needs \"heals\", or \"heals_by_itself\": true");
  }

  TimedCommand read_action(const Node& node, Duration at) const {
    node.only(kActionNames);
    if (node.at("do").text() != to_string(sim::ActionKind::kRevertChange))
      return read_short_action(model(), node, at);
    return {at, {sim::ActionKind::kRevertChange, {}, static_cast<std::uint32_t>(fault_), 0}};
  }

  static std::string in_words(const Node& node) {
    std::string words = node.at("do").text();
    std::replace(words.begin(), words.end(), '_', ' ');
    if (node.has("target")) words += " " + node.at("target").text();
    if (node.has("value")) words += " to " + std::to_string(node.at("value").whole(0, INT64_MAX));
    return words;
  }

  void read_signature() {
    Vocabulary vocabulary;
    vocabulary.model = &model();
    vocabulary.length = out_.experiment.length;
    for (const Variant& v : out_.experiment.variants) vocabulary.variants.push_back(v.name);
    vocabulary.windows = {{"before", out_.before}, {"during", out_.during}, {"after", out_.after}};
    node_.each("series", [&](const Node& node) {
      node.only(kSeriesNames);
      const Node query = node.at("query");
      if (const auto parsed = promql::parse_expr(query.text()); !parsed)
        query.fail("is not PromQL: " + parsed.error().at + " " + parsed.error().message);
      vocabulary.series.push_back({node.at("name").text(), node.at("unit").text(), query.text()});
    });
    const auto measures = [&](std::string_view key, std::vector<Measure>& out) {
      node_.each(key, [&](const Node& node) {
        auto series = parse_series(node.text(), vocabulary);
        if (!series) node.fail(series.error().message);
        out_.experiment.charts.push_back({series->name, *series});
        out.push_back({Measure::Over::kMean, std::move(*series), {}, {}, 0, out_.during});
      });
    };
    measures("rises", out_.rises);
    measures("falls", out_.falls);
    if (out_.rises.empty() && out_.falls.empty()) node_.fail("needs something that \"rises\" or \"falls\"");
    node_.each("logged", [&](const Node& node) { out_.logged.push_back(node.text()); });
    node_.each("expect", [&](const Node& node) {
      auto expectation = parse_expectation(node.text(), vocabulary);
      if (!expectation) node.fail(expectation.error().message);
      expectation->where = node.where();
      out_.experiment.expectations.push_back(std::move(*expectation));
    });
  }

  const Node& node_;
  const fs::path& folder_;
  FaultKind out_;
  std::size_t fault_ = 0;  // index in the plan
};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

class Judge {
 public:
  Judge(const FaultKind& kind, const ExperimentRun& run) : kind_(kind), run_(run) {}

  std::vector<std::string> findings() {
    for (const std::string& problem : run_.problems) say(problem);
    for (const Measure& m : kind_.rises) {
      const double before = value(m, 0, kind_.before), during = value(m, 0, kind_.during);
      // (No value before: nothing of the kind had happened.)
      if (!(during > 0 && (std::isnan(before) || during > kRises * before)))
        say(m.series.name + " does not rise: " + number(before) + " before, " + number(during) + " during");
    }
    for (const Measure& m : kind_.falls) {
      const double before = value(m, 0, kind_.before), during = value(m, 0, kind_.during);
      if (!(before > 0 && during < kFalls * before))
        say(m.series.name + " does not fall: " + number(before) + " before, " + number(during) + " during");
    }
    for (const std::string& text : kind_.logged) {
      if (lines(text, {kFaultAt, kind_.during.to}) == 0) say("nobody logs \"" + text + "\"");
      if (lines(text, kind_.before) > 0) say("\"" + text + "\" is logged before the fault");
    }
    for (const Checked& c : check_expectations(kind_.experiment, run_)) {
      if (!c.holds) say(c.text + ": it was " + number(c.left) + " against " + number(c.right));
    }
    const std::size_t first_vain = kind_.heals.empty() ? 1 : 2;
    healed(0, kind_.heals_by_itself);
    if (!kind_.heals.empty()) healed(1, true);
    for (std::size_t v = first_vain; v < run_.variants.size(); ++v) healed(v, false);
    return std::move(findings_);
  }

 private:
  void say(const std::string& what) {
    findings_.push_back(kind_.where + " " + kind_.kind + " (seed " + std::to_string(run_.seed) +
                        "): " + what);
  }
  double value(Measure m, std::size_t variant, const Window& window) const {
    m.window = window;
    return value_of(m, run_.variants[variant]);
  }
  double lines(const std::string& text, const Window& window) const {
    Measure m;
    m.over = Measure::Over::kLines;
    m.text = text;
    m.window = window;
    return value_of(m, run_.variants[0]);
  }

  // Whether the first symptom came back more than half of its way.
  void healed(std::size_t variant, bool expected) {
    const Measure& symptom = kind_.rises.empty() ? kind_.falls.front() : kind_.rises.front();
    const auto or_zero = [](double v) { return std::isnan(v) ? 0 : v; };
    const double before = or_zero(value(symptom, 0, kind_.before));
    const double during = or_zero(value(symptom, 0, kind_.during));
    const double after = or_zero(value(symptom, variant, kind_.after));
    const bool is = std::abs(after - before) < std::abs(during - before) / 2;
    if (is == expected) return;
    const std::string& name = kind_.experiment.variants[variant].name;
    say(name + (expected ? " does not heal it: " : " heals it: ") + symptom.series.name + " was " +
        number(before) + " before, " + number(during) + " during, " + number(after) + " after");
  }

  const FaultKind& kind_;
  const ExperimentRun& run_;
  std::vector<std::string> findings_;
};

std::vector<FaultKind> load_file(const fs::path& file, const std::string& text) {
  const auto json = parse_json_text(file.filename().string(), text);
  if (!json) throw Problem{json.error()};
  const Node root(*json, json->root, "");
  root.only(kFileNames);
  const std::string group = root.at("group").text();
  std::vector<FaultKind> kinds;
  const fs::path folder = file.parent_path();
  root.at("kinds").each([&](const Node& node) { kinds.push_back(Reader(node, folder).read(group)); });
  return kinds;
}

}  // namespace

Result<std::vector<FaultKind>> load_fault_kinds(const fs::path& folder) {
  using R = Result<std::vector<FaultKind>>;
  std::error_code ec;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (ec) return not_found("cannot be read", folder.string());
  std::sort(files.begin(), files.end());
  std::vector<FaultKind> all;
  try {
    for (const fs::path& file : files) {
      const auto text = read_small_file(file);
      if (!text) return text.error();
      for (FaultKind& kind : load_file(file, *text)) {
        for (const FaultKind& other : all) {
          if (other.kind == kind.kind) return invalid("there is a kind of this name already", kind.where);
        }
        all.push_back(std::move(kind));
      }
    }
  } catch (const Problem& problem) {
    return problem.error;
  }
  // (Several files may hold kinds of one group.)
  std::stable_sort(all.begin(), all.end(),
                   [](const FaultKind& a, const FaultKind& b) { return a.group < b.group; });
  return R(boost::system::in_place_value, std::move(all));
}

std::vector<std::string> findings_of(const FaultKind& kind) {
  std::vector<std::string> findings;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const ExperimentRun run = run_experiment(kind.experiment, seed);
    for (std::string& finding : Judge(kind, run).findings()) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace incident::scenario
