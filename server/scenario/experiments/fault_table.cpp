// The kinds of faults as a table: for people and for programs.
#include <nlohmann/json.hpp>
#include <set>

#include "scenario/experiments/fault_kinds.h"

namespace incident::scenario {
namespace {

std::string joined(const std::vector<std::string>& texts, const char* otherwise = "") {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : "; ") + text;
  return out.empty() ? otherwise : out;
}

std::vector<std::string> names(const std::vector<Measure>& measures) {
  std::vector<std::string> out;
  for (const Measure& m : measures) out.push_back(m.series.name);
  return out;
}

// "edge: timeout, attempts": each part's parameters once.
std::vector<std::string> parts_of(const FaultKind& kind) {
  std::vector<std::string> out;
  for (int part = 0; part < sim::kPartKinds; ++part) {
    std::set<std::string> parameters;
    for (const sim::Setting& s : kind.settings) {
      const sim::ParameterInfo& info = sim::parameters()[s.target.parameter];
      if (static_cast<int>(info.part) == part) parameters.insert(std::string(info.name));
    }
    std::string text;
    for (const std::string& name : parameters) text += (text.empty() ? "" : ", ") + ("`" + name + "`");
    if (!text.empty())
      out.push_back(std::string(sim::to_string(static_cast<sim::PartKind>(part))) + " " + text);
  }
  if (!kind.deploy.empty()) out.push_back("deploy of a revision");
  return out;
}

std::vector<std::string> healing(const FaultKind& kind) {
  std::vector<std::string> out = kind.heals;
  if (kind.heals_by_itself) out.push_back("its end");
  return out;
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

}  // namespace

std::string fault_table(const std::vector<FaultKind>& kinds) {
  std::string out =
      "# Kinds of faults\n\n"
      "Written by `./dev incident faults` from scenarios/faults/; do not edit. Each kind is data: "
      "the\n"
      "part and the parameter that express it, in a small system whose course a test compares with the "
      "signature\n"
      "stated here. How to add one is described at the top of server/scenario/experiments/fault_kinds.h.\n";
  std::string group;
  for (const FaultKind& kind : kinds) {
    if (kind.group != group) {
      group = kind.group;
      out += "\n## " + group +
             "\n\n| kind | expressed by | rises | falls | logged | heals | does not heal |\n"
             "| --- | --- | --- | --- | --- | --- | --- |\n";
    }
    std::vector<std::string> logged;
    for (const std::string& text : kind.logged) logged.push_back("\"" + text + "\"");
    out += "| **" + cell(kind.kind) + "**: " + cell(kind.about) + " | " + cell(joined(parts_of(kind))) +
           " | " + cell(joined(names(kind.rises), "-")) + " | " + cell(joined(names(kind.falls), "-")) +
           " | " + cell(joined(logged, "-")) + " | " + cell(joined(healing(kind))) + " | " +
           cell(joined(kind.does_not_heal, "-")) + " |\n";
  }
  return out;
}

std::string fault_json(const std::vector<FaultKind>& kinds) {
  std::string out;
  for (const FaultKind& kind : kinds) {
    nlohmann::ordered_json settings = nlohmann::ordered_json::array();
    for (const sim::Setting& s : kind.settings) {
      const sim::ParameterInfo& info = sim::parameters()[s.target.parameter];
      settings.push_back({{"part", sim::to_string(info.part)}, {"parameter", info.name}, {"value", s.value}});
    }
    const nlohmann::ordered_json line = {{"group", kind.group},
                                         {"kind", kind.kind},
                                         {"about", kind.about},
                                         {"settings", std::move(settings)},
                                         {"deploy", kind.deploy},
                                         {"rises", names(kind.rises)},
                                         {"falls", names(kind.falls)},
                                         {"logged", kind.logged},
                                         {"heals", kind.heals},
                                         {"heals_by_itself", kind.heals_by_itself},
                                         {"does_not_heal", kind.does_not_heal}};
    out += line.dump() + "\n";
  }
  return out;
}

}  // namespace incident::scenario
