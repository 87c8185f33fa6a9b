#include "compose.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "base/random.h"
#include "draws.h"
#include "scenario/action_names.h"
#include "scenario/fields.h"
#include "sim/part_names.h"

namespace incident::torture {
namespace {

using scenario::Field;
using scenario::FieldType;
using scenario::ObjectSpec;

constexpr std::size_t kGuesses = 12;  // of names, for one graft
constexpr int kDepthMax = 3;          // of steps within steps

// Where something may be grafted: an object of the system's JSON with its description.
struct Place {
  Json* object;
  const ObjectSpec* spec;
};

class Composer {
 public:
  Composer(std::uint64_t seed, const std::filesystem::path& systems)
      : seed_(seed), draws_(seed), systems_(systems) {}

  Json compose() {
    system_ = draws_.chance(4) ? known_system() : skeleton();
    for (auto n = draws_.below(40); n > 0; --n) graft();
    Json out;
    out["seed"] = seed_ & 0xffffff;
    out["slices"] = draws_.below(1000);
    out["length"] = std::to_string(20 + draws_.below(50)) + "s";
    out["telemetry"] = draws_.chance(3);
    if (draws_.chance(3)) {
      const auto from = draws_.below(50);
      out["each_event"] = {std::to_string(from) + "s", std::to_string(from + 3) + "s"};
    }
    const auto model = read_model(system_);
    if (!model) return out;  // (cannot be: every graft was loaded)
    out["changes"] = Json::array();
    for (auto n = draws_.below(7); n > 0; --n) out["changes"].push_back(change(*model));
    out["actions"] = Json::array();
    for (auto n = draws_.below(9); n > 0; --n) add_action(*model, out["actions"]);
    out["system"] = std::move(system_);
    return out;
  }

 private:
  // --- a system to begin with

  Json known_system() {
    std::vector<std::filesystem::path> files;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(systems_, ec)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    if (files.empty()) return skeleton();
    std::sort(files.begin(), files.end());
    std::ifstream file(files[draws_.below(files.size())]);
    return Json::parse(file);
  }

  Json skeleton() {
    const auto layers = 2 + draws_.below(3);
    std::vector<std::vector<std::string>> names(layers);
    std::size_t number = 0;
    for (auto& layer : names) {
      for (auto n = 1 + draws_.below(2); n > 0; --n) layer.push_back("s" + std::to_string(number++));
    }
    Json users = {{"name", "users"}, {"kind", "users"}, {"instances_max", 1}, {"clients", Json::array()}};
    Json journeys = Json::array();
    for (const std::string& front : names[0]) {
      users["clients"].push_back(
          {{"name", front}, {"to", front + ".op"}, {"parameters", {{"timeout", "3s"}}}});
      journeys.push_back({{"name", "visits-" + front},
                          {"rate", std::to_string(1 + draws_.below(30)) + "/s"},
                          {"slow", "500ms"},
                          {"steps", {{{"call", front}}}}});
    }
    Json services = Json::array({std::move(users)});
    for (std::size_t layer = 0; layer < layers; ++layer) {
      for (const std::string& name : names[layer])
        services.push_back(
            service(name, layer + 1 == layers ? std::vector<std::string>() : names[layer + 1]));
    }
    return {{"id", "case"},
            {"title", "Case"},
            {"description", "Composed at random."},
            {"defaults", {{"service", {{"startup", "2s"}, {"drain", "1s"}}}, {"client", Json::object()}}},
            {"services", std::move(services)},
            {"journeys", std::move(journeys)}};
  }

  Json service(const std::string& name, const std::vector<std::string>& below) {
    Json steps = Json::array({{{"work", duration_text(draws_.time(30'000))}}});
    Json clients = Json::array();
    for (const std::string& callee : below) {
      clients.push_back({{"name", callee}, {"to", callee + ".op"}, {"parameters", {{"timeout", "1s"}}}});
      steps.push_back({{"call", callee}, {"optional", draws_.chance(2)}});
    }
    const auto instances = 1 + draws_.below(3);
    Json out = {{"name", name},
                {"description", "A service."},
                {"instances", instances},
                {"instances_max", instances + draws_.below(3)},
                {"operations",
                 {{{"name", "op"}, {"steps", std::move(steps)}},
                  {{"name", "health"}, {"steps", {{{"work", "100us"}}}}}}}};
    if (below.empty()) out["kind"] = draws_.chance(3) ? "external" : "database";
    if (!clients.empty()) out["clients"] = std::move(clients);
    if (!draws_.chance(3)) out["probe"] = "health";
    return out;
  }

  // --- grafts

  void graft() {
    for (std::size_t guess = 0; guess < kGuesses; ++guess) {
      Json before = system_;
      collect_names();
      std::vector<Place> places;
      visit(system_, scenario::kSystemFields, places);
      const Place place = places[draws_.below(places.size())];
      const auto fields = place.spec->fields;
      if (!add(*place.object, fields[draws_.below(fields.size())])) continue;
      if (read_model(system_)) return;
      system_ = std::move(before);
    }
  }

  // Every object that the tables describe, from the root down.
  void visit(Json& object, const ObjectSpec& spec, std::vector<Place>& places) {
    if (!object.is_object()) return;
    places.push_back({&object, &spec});
    for (const Field& field : spec.fields) {
      const auto found = object.find(std::string(field.name));
      if (found == object.end()) continue;
      if (field.type == FieldType::kObject) visit(*found, *field.of, places);
      if (field.type == FieldType::kObjects) {
        for (Json& element : *found) visit(element, *field.of, places);
      }
      if (field.type == FieldType::kSteps) visit_steps(*found, places);
    }
  }
  void visit_steps(Json& steps, std::vector<Place>& places) {
    for (Json& step : steps) {
      for (const ObjectSpec& kind : scenario::step_kinds()) {
        if (step.contains(std::string(kind.fields.front().name))) visit(step, kind, places);
      }
    }
  }

  // False: nothing to add here.
  bool add(Json& object, const Field& field) {
    const std::string name(field.name);
    if (name == "dashboards" || name == "alerts" || name == "$schema" || name == "weight") return false;
    switch (field.type) {
      case FieldType::kObjects:
        insert(object[name], make(*field.of));
        return true;
      case FieldType::kSteps:
        insert(object[name], step(0));
        return true;
      case FieldType::kParameters:
        add_parameter(object[name], *field.part);
        return true;
      default:
        if (is_name(field) && object.contains(name)) return false;
        object[name] = value(field, 0);
        return true;
    }
  }
  void insert(Json& list, Json element) {
    if (!list.is_array()) list = Json::array();
    const auto at = draws_.below(list.size() + 1);
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), std::move(element));
  }
  void add_parameter(Json& object, sim::PartKind part) {
    std::vector<const sim::ParameterInfo*> infos;
    for (const auto& info : sim::parameters()) {
      if (info.part == part) infos.push_back(&info);
    }
    if (infos.empty()) return;
    const sim::ParameterInfo& info = *infos[draws_.below(infos.size())];
    if (!object.is_object()) object = Json::object();
    object[std::string(info.name)] = quantity_json(info.unit, draws_.parameter(info));
  }

  Json make(const ObjectSpec& spec, int depth = 0) {
    if (&spec == &scenario::kParameterRefFields) return parameter_ref();
    Json out = Json::object();
    for (const Field& field : spec.fields) {
      if (field.required || draws_.chance(3)) out[std::string(field.name)] = value(field, depth);
    }
    return out;
  }
  Json step(int depth) {
    const auto kinds = scenario::step_kinds();
    return make(kinds[draws_.below(kinds.size())], depth + 1);
  }
  Json parameter_ref() {
    const auto all = sim::parameters();
    const sim::ParameterInfo& info = all[draws_.below(all.size())];
    return {{"part", sim::to_string(info.part)}, {"of", some_name()}, {"parameter", info.name}};
  }

  static bool is_name(const Field& field) { return field.name == "name" || field.name == "version"; }

  Json value(const Field& field, int depth) {
    switch (field.type) {
      case FieldType::kText:
        if (!field.choices.empty()) return field.choices[draws_.below(field.choices.size())];
        if (is_name(field)) return "x" + std::to_string(fresh_++);
        return some_name();
      case FieldType::kWhole:
        return draws_.spread(field.min, std::min<std::int64_t>(field.max, 50));
      case FieldType::kBoolean:
        return draws_.chance(2);
      case FieldType::kDuration:
        return duration_text(draws_.time(100'000));
      case FieldType::kShare:
        return std::to_string(draws_.below(101)) + "%";
      case FieldType::kRate:
        return std::to_string(draws_.below(20)) + "/s";
      case FieldType::kTexts:
        return Json::array({some_name()});
      case FieldType::kShares:
        return Json::array({"50%", std::to_string(draws_.below(200)) + "%"});
      case FieldType::kSteps: {
        Json steps = Json::array();
        for (auto n = depth < kDepthMax ? 1 + draws_.below(2) : 0; n > 0; --n) steps.push_back(step(depth));
        return steps;
      }
      case FieldType::kObject:
        return make(*field.of, depth);
      case FieldType::kObjects:
        return Json::array({make(*field.of, depth)});
      case FieldType::kParameters: {
        Json parameters = Json::object();
        add_parameter(parameters, *field.part);
        return parameters;
      }
      default:
        return draws_.below(100);
    }
  }

  // --- names that something could refer to

  void collect_names() {
    std::set<std::string> names;
    collect(system_, "", names);
    names_.assign(names.begin(), names.end());
  }
  void collect(const Json& json, const std::string& owner, std::set<std::string>& names) const {
    std::string inner = owner;
    if (json.is_object() && json.contains("name") && json["name"].is_string()) {
      const std::string name = json["name"];
      names.insert(name);
      if (!owner.empty()) names.insert(owner + "." + name);
      if (owner.empty()) inner = name;
    }
    if (json.is_structured()) {
      for (const auto& element : json) collect(element, inner, names);
    }
  }
  std::string some_name() { return names_.empty() ? "x" : names_[draws_.below(names_.size())]; }

  // --- what happens and what is done

  Json change(const sim::Model& model) {
    Json out = {{"at", std::to_string(draws_.below(50'000)) + "ms"}, {"causal", draws_.chance(2)}};
    if (draws_.chance(4)) {
      const auto revision = draws_.below(model.revisions.size());
      const auto& service = model.services[model.revisions[revision].service.index()];
      if (service.kind != sim::ServiceKind::kUsers)
        out["deploy"] = sim::part_name(model, sim::PartKind::kRevision, revision);
    }
    Json set = Json::object();
    for (auto n = 1 + draws_.below(3); n > 0; --n) {
      const auto all = sim::parameters();
      const sim::ParameterInfo& info = all[draws_.below(all.size())];
      const std::size_t parts = sim::part_count(model, info.part);
      if (parts == 0) continue;
      const std::string key = std::string(sim::to_string(info.part)) + " " +
                              sim::part_name(model, info.part, draws_.below(parts)) + " " +
                              std::string(info.name);
      set[key] = quantity_json(info.unit, draws_.parameter(info));
    }
    out["set"] = std::move(set);
    if (draws_.chance(3)) out["lasts"] = std::to_string(1 + draws_.below(15'000)) + "ms";
    return out;
  }

  void add_action(const sim::Model& model, Json& actions) {
    collect_names();
    std::vector<std::string> targets = names_;
    for (int kind = 0; kind < sim::kPartKinds; ++kind) {
      const auto part = static_cast<sim::PartKind>(kind);
      for (std::size_t i = 0; i < sim::part_count(model, part); ++i)
        targets.push_back(sim::part_name(model, part, i));
    }
    for (int i = 0; i < 4; ++i) targets.push_back(std::to_string(i));  // changes
    const auto kind = static_cast<sim::ActionKind>(draws_.below(sim::kActionKinds));
    for (int guess = 0; guess < 40; ++guess) {
      const Json action = {
          {"at", std::to_string(draws_.below(60'000)) + "ms"},
          {"do", scenario::to_string(kind)},
          {"target", targets[draws_.below(targets.size())]},
          {"value", draws_.chance(2) ? static_cast<std::int64_t>(draws_.below(4)) : draws_.spread(0, 2000)}};
      if (!is_action(model, action)) continue;
      actions.push_back(action);
      return;
    }
  }

  std::uint64_t seed_;
  Draws draws_;
  std::filesystem::path systems_;
  Json system_;
  std::vector<std::string> names_;
  std::size_t fresh_ = 0;
};

}  // namespace

Json compose(std::uint64_t seed, const std::filesystem::path& systems) {
  return Composer(seed, systems).compose();
}

}  // namespace incident::torture
