// A proof as a table for people and as JSON for programs.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "scenario/prove.h"

namespace incident::scenario {
namespace {

std::string cell(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void row(std::ostream& out, const std::string& name, const std::string& harmed, const std::string& untouched,
         const std::string& par, const std::string& end, const std::string& well) {
  char line[160];
  std::snprintf(line, sizeof line, "  %-44.44s %10s %9s %7s %8s %8s\n", name.c_str(), harmed.c_str(),
                untouched.c_str(), par.c_str(), end.c_str(), well.c_str());
  out << line;
}

void row(std::ostream& out, const CourseFigures& c) {
  row(out, c.name, std::to_string(c.harmed), cell("%.0f %%", c.of_untouched * 100),
      cell("%.1f", c.of_reference), cell("%.1f %%", c.share_at_end * 100),
      c.well_after ? cell("%.0f s", c.well_after->seconds()) : "never");
}

nlohmann::ordered_json json_of(const CourseFigures& c) {
  nlohmann::ordered_json out = {{"name", c.name},
                                {"harmed", c.harmed},
                                {"of_untouched", c.of_untouched},
                                {"of_reference", c.of_reference},
                                {"share_at_end", c.share_at_end}};
  out["well_after_s"] = nullptr;
  if (c.well_after) out["well_after_s"] = c.well_after->seconds();
  return out;
}

}  // namespace

void Proof::print(std::ostream& out) const {
  out << incident << (holds() ? ": holds" : ": does NOT hold") << "\n";
  for (const SeedProof& p : seeds) {
    out << "\n  seed " << p.seed;
    if (!p.page_after) {
      out << ": nobody is paged\n";
      continue;
    }
    out << ": paged " << cell("%.0f s", p.page_after->seconds())
        << " after the cause; healthy before: " << cell("%.3f %%", p.harm_before * 100)
        << " harmed; evidence: " << p.evidence.log_lines << " log lines, " << p.evidence.traces << " traces, "
        << p.evidence.series << " series, " << p.evidence.changes << " changes\n";
    row(out, "course", "harmed", "untouched", "par", "at end", "well");
    row(out, p.untouched);
    row(out, p.reference);
    for (const CourseFigures& c : p.tempting) row(out, c);
    row(out, p.random);
    row(out, p.roll_back_all);
  }
  for (const Finding& f : findings) {
    out << "\n  ! ";
    if (f.seed) out << "seed " << *f.seed << ": ";
    out << f.what << "\n";
  }
}

std::string Proof::json() const {
  nlohmann::ordered_json root = {{"incident", incident}, {"holds", holds()}};
  root["seeds"] = nlohmann::ordered_json::array();
  for (const SeedProof& p : seeds) {
    nlohmann::ordered_json seed = {{"seed", p.seed}};
    seed["page_after_s"] = nullptr;
    if (p.page_after) {
      seed["page_after_s"] = p.page_after->seconds();
      seed["harm_before"] = p.harm_before;
      seed["evidence"] = {{"log_lines", p.evidence.log_lines},
                          {"traces", p.evidence.traces},
                          {"series", p.evidence.series},
                          {"changes", p.evidence.changes}};
      seed["untouched"] = json_of(p.untouched);
      seed["reference"] = json_of(p.reference);
      seed["tempting"] = nlohmann::ordered_json::array();
      for (const CourseFigures& c : p.tempting) seed["tempting"].push_back(json_of(c));
      seed["random"] = json_of(p.random);
      seed["roll_back_all"] = json_of(p.roll_back_all);
    }
    root["seeds"].push_back(std::move(seed));
  }
  root["findings"] = nlohmann::ordered_json::array();
  for (const Finding& f : findings) {
    nlohmann::ordered_json finding = {{"what", f.what}};
    if (f.seed) finding["seed"] = *f.seed;
    root["findings"].push_back(std::move(finding));
  }
  return root.dump(2);
}

}  // namespace incident::scenario
