// Looks for the answer in what players can read before the end.
#include <algorithm>
#include <cctype>

#include "scenario/mechanisms.h"
#include "scenario/prove.h"

namespace incident::scenario {
namespace {

// Lower case, and everything that is not a letter or a digit is a space: "retry_storm" and "Retry storm" are
// the same words.
std::string words(std::string_view text) {
  std::string out = " ";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0) {
      out += static_cast<char>(std::tolower(u));
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

class Search {
 public:
  explicit Search(const Incident& incident) {
    const Mechanism* mechanism = find_mechanism(incident.answer.mechanism);
    secrets_.push_back(words(incident.answer.mechanism));
    if (mechanism != nullptr) {
      secrets_.push_back(words(mechanism->name));
      secrets_.push_back(words(mechanism->description));
    }
  }

  void look(const std::string& where, std::string_view text) {
    const std::string spoken = words(text);
    for (const std::string& secret : secrets_) {
      if (spoken.find(secret) != std::string::npos)
        findings.push_back({std::nullopt, where + " names the mechanism: \"" + std::string(text) + "\""});
    }
  }

  std::vector<Finding> findings;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace

std::vector<Finding> telling_texts(const Incident& incident) {
  Search search(incident);
  search.look("the id", incident.id);
  search.look("the title", incident.title);
  search.look("the briefing", incident.briefing);
  for (const auto& tag : incident.tags) search.look("a tag", tag);
  for (const auto& change : incident.plan->changes) {
    if (!change.visible) continue;
    search.look("the title of a change", change.title);
    search.look("the detail of a change", change.detail);
    search.look("the author of a change", change.author);
  }
  const sim::Model& model = *incident.model;
  for (const auto& s : model.services) {
    search.look("a service", s.name);
    for (const auto& tag : s.tags) search.look("a tag of " + s.name, tag);
  }
  for (const auto& o : model.operations) search.look("an operation", o.name);
  for (const auto& e : model.edges) search.look("a client", e.name);
  for (const auto& p : model.pools) search.look("a pool", p.name);
  for (const auto& r : model.revisions) search.look("a version", r.version);
  for (const auto& f : model.flags) search.look("a flag", f.name);
  for (const auto& k : model.config_keys) search.look("a config key", k.name);
  search.look("the system's description", incident.info->description);
  for (const auto& [name, text] : incident.info->services) search.look("the description of " + name, text);
  for (const auto& d : incident.info->dashboards) {
    search.look("a dashboard", d.title);
    for (const auto& p : d.panels) search.look("a chart", p.title);
  }
  for (const auto& rule : incident.telemetry->rules) {
    search.look("an alert", rule.name);
    search.look("the summary of " + rule.name, rule.summary);
    search.look("the runbook of " + rule.name, rule.runbook);
  }
  return std::move(search.findings);
}

}  // namespace incident::scenario
