#include "match/evidence.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "match/limits.h"
#include "match/text.h"
#include "match/views.h"
#include "promql/parser.h"
#include "telemetry/causes.h"

namespace incident::match {
namespace {

using telemetry::Telemetry;

EvidenceVerdict verdict_of(bool carries_cause, bool shows_component, bool shows_trouble) {
  if (carries_cause && shows_component) {
    return EvidenceVerdict::kCausal;
  }
  return carries_cause || shows_trouble ? EvidenceVerdict::kCollateral : EvidenceVerdict::kUnrelated;
}

// Whether a text speaks of this service: its name there, and not as the beginning of another service's.
bool mentions(const sim::Model& model, const std::string& text, const std::string& service) {
  for (std::size_t at = text.find(service); at != std::string::npos; at = text.find(service, at + 1)) {
    const bool is_longer =
        std::any_of(model.services.begin(), model.services.end(), [&](const sim::ServiceSpec& other) {
          return other.name.size() > service.size() && text.compare(at, other.name.size(), other.name) == 0;
        });
    const bool is_tail = at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 ||
                                    text[at - 1] == '-' || text[at - 1] == '_');
    if (!is_longer && !is_tail) {
      return true;
    }
  }
  return false;
}

EvidenceVerdict judge_log(const Arena& arena, const Evidence& evidence) {
  const auto number = telemetry::parse_log_id(evidence.ref);
  const auto line = number ? arena.telemetry().logs().find(*number) : std::nullopt;
  if (!line) {
    return EvidenceVerdict::kUnrelated;
  }
  // A caller that writes whom it could not reach shows the component as well as the component itself.
  const std::string& component = arena.incident().answer.component;
  const bool shows = line->service == component || mentions(arena.sim().model(), line->text, component);
  const bool trouble = line->level != telemetry::Level::kInfo && line->at >= onset(arena.incident());
  return verdict_of(telemetry::causes_of_log(arena.telemetry(), evidence.ref) != 0, shows, trouble);
}

EvidenceVerdict judge_trace(const Arena& arena, const Evidence& evidence) {
  const auto trace = arena.telemetry().traces().find(evidence.ref);
  if (!trace) {
    return EvidenceVerdict::kUnrelated;
  }
  const std::string& component = arena.incident().answer.component;
  const bool shows = std::any_of(trace->spans.begin(), trace->spans.end(), [&](const telemetry::Span& span) {
    return span.service == component || span.peer == component;
  });
  const bool trouble = (trace->summary.errors > 0 || trace->summary.status != "ok") &&
                       trace->summary.start >= onset(arena.incident());
  return verdict_of(telemetry::causes_of_trace(arena.telemetry(), evidence.ref) != 0, shows, trouble);
}

// The selectors of a query, wherever they stand in it.
void collect_selectors(const promql::Expr& expr, std::vector<const promql::Expr*>& selectors) {
  if (expr.kind == promql::ExprKind::kVector) {
    selectors.push_back(&expr);
  }
  for (const promql::ExprPtr& arg : expr.args) {
    if (arg) {
      collect_selectors(*arg, selectors);
    }
  }
}

// The labels by which a series shows the component: its own, its callers' and those of what belongs to it.
std::vector<promql::Matcher> component_labels(const Arena& arena) {
  const std::string& component = arena.incident().answer.component;
  const sim::Model& model = arena.sim().model();
  std::vector<promql::Matcher> labels = {promql::Matcher::equal("service", component),
                                         promql::Matcher::equal("server_address", component)};
  for (const sim::PoolSpec& pool : model.pools) {
    if (model.services[pool.target.index()].name == component) {
      labels.push_back(promql::Matcher::equal("pool_name", pool.name));
    }
  }
  for (const sim::CacheSpec& cache : model.caches) {
    if (model.services[cache.service.index()].name == component) {
      labels.push_back(promql::Matcher::equal("cache", cache.name));
    }
  }
  return labels;
}

EvidenceVerdict judge_metric(const Arena& arena, const Evidence& evidence) {
  const auto expr = promql::parse_expr(evidence.query);
  if (!expr) {
    return EvidenceVerdict::kUnrelated;
  }
  // A chart without a marked range shows the incident so far; a point on a chart shows what came before it.
  constexpr Duration kLookBack = minutes(1);
  const SimTime from =
      (evidence.from ? arena.page() + *evidence.from : std::min(onset(arena.incident()), arena.page())) -
      kLookBack;
  const SimTime to = evidence.to ? arena.page() + *evidence.to : arena.sim().now();
  std::vector<const promql::Expr*> selectors;
  collect_selectors(**expr, selectors);
  const std::vector<promql::Matcher> labels = component_labels(arena);
  bool carries = false, shows = false;
  for (const promql::Expr* selector : selectors) {
    carries = carries || telemetry::causes_of_series(arena.telemetry(), selector->matchers, from, to) != 0;
    for (const promql::Matcher& label : labels) {
      std::vector<promql::Matcher> narrowed = selector->matchers;
      narrowed.push_back(label);
      shows = shows || telemetry::causes_of_series(arena.telemetry(), narrowed, from, to) != 0;
    }
  }
  return verdict_of(carries, shows, false);
}

EvidenceVerdict judge_change(const Arena& arena, const Evidence& evidence) {
  const auto id = change_named(arena.sim(), evidence.ref);
  const std::uint32_t planned = id ? arena.sim().change(*id).planned : UINT32_MAX;
  if (planned == UINT32_MAX) {
    return EvidenceVerdict::kUnrelated;
  }
  const auto& trigger = arena.incident().answer.trigger_change;
  const bool is_cause = arena.sim().plan().changes[planned].causal || (trigger && *trigger == planned);
  return is_cause ? EvidenceVerdict::kCausal : EvidenceVerdict::kUnrelated;
}

EvidenceVerdict judge_alert(const Arena& arena, const Evidence& evidence) {
  const std::string& component = arena.incident().answer.component;
  bool shows = false;
  for (const telemetry::AlertRule& rule : arena.telemetry().config().rules) {
    shows = shows || (rule.name == evidence.ref && rule.service == component);
  }
  // Only alerts that went off can be pinned, and going off is trouble.
  return verdict_of(telemetry::causes_of_alert(arena.telemetry(), evidence.ref) != 0, shows, true);
}

}  // namespace

Result<void> check_evidence(const Arena& arena, const Evidence& evidence) {
  if (auto label =
          check_text(evidence.label, TextKind::kParagraph, limits::kPinLabelBytes, "A pin's label", "label");
      !label) {
    return label;
  }
  if (evidence.ref.size() > limits::kPinRefBytes) {
    return invalid("That is too long for an id.", "ref");
  }
  const Telemetry& telemetry = arena.telemetry();
  switch (evidence.kind) {
    case EvidenceKind::kLog: {
      const auto number = telemetry::parse_log_id(evidence.ref);
      if (!number || !telemetry.logs().find(*number)) {
        return not_found("There is no log line \"" + evidence.ref + "\".", "ref");
      }
      return {};
    }
    case EvidenceKind::kTrace:
      if (!telemetry.traces().find(evidence.ref)) {
        return not_found("There is no trace \"" + evidence.ref + "\".", "ref");
      }
      return {};
    case EvidenceKind::kMetric: {
      if (evidence.query.size() > limits::kPinQueryBytes) {
        return invalid("The query is longer than " + std::to_string(limits::kPinQueryBytes) + " bytes.",
                       "query");
      }
      if (const auto parsed = promql::parse_expr(evidence.query); !parsed) {
        return Error{ErrorCode::kInvalidArgument, parsed.error().message, "query"};
      }
      if (evidence.from && evidence.to && *evidence.from > *evidence.to) {
        return invalid("The marked range ends before it begins.", "to");
      }
      return {};
    }
    case EvidenceKind::kChange:
      if (!change_named(arena.sim(), evidence.ref)) {
        return not_found("There is no change \"" + evidence.ref + "\" in the feed.", "ref");
      }
      return {};
    case EvidenceKind::kAlert: {
      const std::vector<AlertRow> rows = alerts(arena);
      if (std::none_of(rows.begin(), rows.end(), [&](const AlertRow& r) { return r.name == evidence.ref; })) {
        return not_found("No alert \"" + evidence.ref + "\" has gone off.", "ref");
      }
      return {};
    }
    case EvidenceKind::kNote:
      return {};
  }
  return {};
}

std::optional<EvidenceVerdict> judge(const Arena& arena, const Evidence& evidence) {
  switch (evidence.kind) {
    case EvidenceKind::kLog:
      return judge_log(arena, evidence);
    case EvidenceKind::kTrace:
      return judge_trace(arena, evidence);
    case EvidenceKind::kMetric:
      return judge_metric(arena, evidence);
    case EvidenceKind::kChange:
      return judge_change(arena, evidence);
    case EvidenceKind::kAlert:
      return judge_alert(arena, evidence);
    case EvidenceKind::kNote:
      return std::nullopt;
  }
  return std::nullopt;
}

SimTime onset(const scenario::Incident& incident) {
  SimTime first = kNever;
  for (const sim::PlannedChange& change : incident.plan->changes) {
    if (change.causal) {
      first = std::min(first, change.at);
    }
  }
  return first;
}

}  // namespace incident::match
