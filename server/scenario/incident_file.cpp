#include "scenario/incident_file.h"

#include <algorithm>
#include <array>

#include "promql/parser.h"
#include "scenario/action_names.h"
#include "scenario/mechanisms.h"

namespace incident::scenario {
namespace {

using sim::Model;
using sim::PartKind;

constexpr std::size_t kTemptingMin = 2;

sim::ChangeKind read_change_kind(const Node& node) {
  constexpr std::array<std::string_view, 6> kKinds = {"deploy",  "config",         "flag",
                                                      "traffic", "infrastructure", "scale"};
  const std::string text = node.text();
  const auto found = std::find(kKinds.begin(), kKinds.end(), text);
  if (found == kKinds.end()) node.fail("must be deploy, config, flag, traffic, infrastructure or scale");
  return static_cast<sim::ChangeKind>(found - kKinds.begin());
}

// Times of changes are counted from the end of the healthy history; before it happened what is no fault.
sim::PlannedChange read_change(const Node& node, const Model& model, Duration history) {
  node.only(kChangeFields);
  sim::PlannedChange change;
  change.at = SimTime{} + history + node.at("at").duration();
  if (change.at <= SimTime{}) node.at("at").fail("lies before the simulation begins");
  change.kind = read_change_kind(node.at("kind"));
  change.service =
      sim::ServiceId(find_part(model, PartKind::kService, node.at("service").text(), node.at("service")));
  change.visible = node.boolean("visible", true);
  change.causal = node.boolean("causal", false);
  if (change.causal && change.at < SimTime{} + history)
    node.at("at").fail("a cause may not lie in the healthy history");
  if (node.has("revision"))
    change.revision = sim::RevisionId(
        find_part(model, PartKind::kRevision, node.at("revision").text(), node.at("revision")));
  if ((change.kind == sim::ChangeKind::kDeploy) != change.revision.valid())
    node.fail("a deploy names its revision, and nothing else does");
  node.each("settings", [&](const Node& setting) {
    setting.only(kSettingFields);
    const sim::ParameterRef ref = read_parameter_ref(model, setting);
    change.settings.push_back({ref, 0, setting.at("value").parameter(sim::parameters()[ref.parameter])});
  });
  change.lasts = node.duration("lasts", Duration{0});
  change.title = node.at("title").text();
  change.author = node.text("author", "");
  change.detail = node.text("detail", "");
  return change;
}

std::size_t change_titled(const sim::Plan& plan, const Node& node) {
  const std::string title = node.text();
  for (std::size_t i = 0; i < plan.changes.size(); ++i) {
    if (plan.changes[i].title == title) return i;
  }
  node.fail("there is no change of this title");
}

TimedCommand read_command(const Node& node, const Incident& incident) {
  node.only(kCommandFields);
  TimedCommand command;
  command.at = node.at("at").duration();
  const std::string kind = node.at("do").text();
  std::string target = node.at("target").text();
  if (kind == to_string(sim::ActionKind::kRevertChange))
    target = std::to_string(change_titled(*incident.plan, node.at("target")));
  auto action = parse_action(*incident.model, kind, target, node.whole("value", 0, 0, INT64_MAX));
  if (!action) node.at(action.error().at == "kind" ? "do" : "target").fail(action.error().message);
  command.action = *action;
  return command;
}

Solution read_solution(const Node& node, const Incident& incident) {
  node.only(kSolutionFields);
  Solution solution;
  solution.name = node.at("name").text();
  solution.why = node.at("why").text();
  node.at("commands").each([&](const Node& c) { solution.commands.push_back(read_command(c, incident)); });
  if (node.has("ends_harm_within")) solution.ends_harm_within = node.at("ends_harm_within").duration();
  return solution;
}

void read_answer(const Node& node, Incident& incident) {
  node.only(kAnswerFields);
  Answer& answer = incident.answer;
  answer.component = node.at("component").text();
  find_part(*incident.model, PartKind::kService, answer.component, node.at("component"));
  answer.mechanism = node.at("mechanism").text();
  if (find_mechanism(answer.mechanism) == nullptr) {
    std::vector<std::string_view> ids;
    for (const auto& m : mechanisms()) ids.push_back(m.id);
    node.at("mechanism")
        .fail("is not in the published list; did you mean \"" + nearest(answer.mechanism, ids) + "\"?");
  }
  answer.trigger = node.at("trigger").text();
  if (answer.trigger != "none") answer.trigger_change = change_titled(*incident.plan, node.at("trigger"));
}

EvidenceMark read_mark(const Node& node, const Incident& incident) {
  node.only(kEvidenceFields);
  EvidenceMark mark{node.at("kind").text(), node.text("of", ""),           node.text("text", ""),
                    node.text("query", ""), node.boolean("errors", false), node.at("verdict").text()};
  if (!mark.of.empty()) find_part(*incident.model, PartKind::kService, mark.of, node.at("of"));
  if (mark.kind == "change") change_titled(*incident.plan, node.at("text"));
  if (mark.kind == "alert") {
    const auto& rules = incident.telemetry->rules;
    if (std::none_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.name == mark.text; }))
      node.at("text").fail("there is no alert of this name");
  }
  if ((mark.kind == "series") != !mark.query.empty()) node.fail("series have a query, and nothing else does");
  if (!mark.query.empty() && !promql::parse_expr(mark.query)) node.at("query").fail("is not PromQL");
  return mark;
}

void read_texts(const Node& root, Incident& incident) {
  const auto texts = [&](std::string_view key, std::vector<std::string>& out) {
    root.each(key, [&](const Node& node) { out.push_back(node.text()); });
  };
  texts("tags", incident.tags);
  texts("roles", incident.roles);
  root.at("hints").each([&](const Node& node) {
    node.only(kHintFields);
    incident.hints.push_back(
        {node.at("text").text(), static_cast<int>(node.at("price").whole(0, kHintPriceMax))});
  });
  const Node debrief = root.at("debrief");
  debrief.only(kDebriefFields);
  Debrief& d = incident.debrief;
  d.what_happened = debrief.at("what_happened").text();
  d.why_it_misled = debrief.at("why_it_misled").text();
  d.prevention = debrief.at("prevention").text();
  d.modelled_on = debrief.has("modelled_on") ? debrief.at("modelled_on").text()
                                             : "Inspired by: " + debrief.at("inspired_by").text();
  d.write_up = debrief.text("write_up", "");
}

}  // namespace

Incident read_incident(const Node& root, System system) {
  root.only(kIncidentFields);
  Incident incident;
  incident.id = root.at("id").text();
  incident.title = root.at("title").text();
  incident.system = system.info.title;
  incident.severity = root.at("severity").text();
  incident.briefing = root.at("briefing").text();
  incident.difficulty = static_cast<int>(root.at("difficulty").whole(1, kDifficultyMax));
  incident.expected = root.at("expected").duration();
  incident.time_limit = root.at("time_limit").duration();
  incident.history = root.duration("history", minutes(30));
  incident.page_within = root.at("page_within").duration();

  root.each("revisions", [&](const Node& node) {
    node.only(kIncidentRevisionFields);
    const Node name = node.at("service");
    const sim::ServiceId service(find_part(system.model, PartKind::kService, name.text(), name));
    system.model.revisions.push_back(read_revision(service, node));
  });
  sim::Plan plan;
  root.at("changes").each(
      [&](const Node& node) { plan.changes.push_back(read_change(node, system.model, incident.history)); });
  std::stable_sort(plan.changes.begin(), plan.changes.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  const auto causes =
      std::count_if(plan.changes.begin(), plan.changes.end(), [](const auto& c) { return c.causal; });
  if (causes > sim::kCausesMax)
    root.at("changes").fail("at most " + std::to_string(sim::kCausesMax) + " may be causal");
  if (auto valid = sim::validate(system.model); !valid)
    root.fail("the system does not hang together: " + valid.error().at + " " + valid.error().message);

  incident.model = std::make_shared<const Model>(std::move(system.model));
  incident.plan = std::make_shared<const sim::Plan>(std::move(plan));
  incident.telemetry = std::make_shared<const telemetry::TelemetryConfig>(std::move(system.telemetry));
  incident.info = std::make_shared<const SystemInfo>(std::move(system.info));
  read_answer(root.at("answer"), incident);
  root.each("evidence", [&](const Node& node) { incident.evidence.push_back(read_mark(node, incident)); });
  read_texts(root, incident);
  incident.reference = read_solution(root.at("reference"), incident);
  if (!incident.reference.ends_harm_within) root.at("reference").fail("must say ends_harm_within");
  root.at("tempting").each([&](const Node& node) {
    incident.tempting.push_back(read_solution(node, incident));
  });
  if (incident.tempting.size() < kTemptingMin)
    root.at("tempting").fail("needs at least two that look right and are not");
  return incident;
}

}  // namespace incident::scenario
