#include "scenario/prove.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "promql/matcher.h"
#include "scenario/warm_up.h"
#include "telemetry/causes.h"
#include "traces/engine.h"

namespace incident::scenario {
namespace {

constexpr std::size_t kLastMinutes = 5;
constexpr double kHarmStays = 0.03;      // share of requests in the last minutes when nobody acts
constexpr double kHealthyShare = 0.001;  // share harmed before anything breaks
constexpr double kClearlyMore = 1.5;     // of par's harm
constexpr std::size_t kEvidenceKinds = 2;
constexpr std::size_t kLinesLookedAt = 500;
constexpr std::size_t kTracesLookedAt = 100;

SimTime first_cause(const Incident& incident) {
  for (const auto& change : incident.plan->changes) {
    if (change.causal) return change.at;
  }
  return SimTime{incident.history.us};
}

std::size_t causal_lines(const telemetry::Telemetry& t, SimTime from, SimTime to) {
  telemetry::LogQuery query;
  query.levels = {telemetry::Level::kWarn, telemetry::Level::kError};
  query.from = from;
  query.to = to;
  query.limit = kLinesLookedAt;
  const auto page = t.logs().search(query);
  if (!page) return 0;
  return static_cast<std::size_t>(
      std::count_if(page->lines.begin(), page->lines.end(), [&](const telemetry::LogLine& line) {
        return telemetry::causes_of_log(t, telemetry::log_id(line.number)) != 0;
      }));
}

std::size_t causal_traces(const telemetry::Telemetry& t, SimTime from, SimTime to) {
  if (to < from) return 0;  // the page came before the cause
  traces::Search search;
  search.from = from;
  search.to = to;
  search.limit = kTracesLookedAt;
  const auto found = traces::summaries(t.traces(), search).value();
  return static_cast<std::size_t>(std::count_if(
      found.begin(), found.end(),
      [&](const telemetry::TraceSummary& trace) { return telemetry::causes_of_trace(t, trace.id) != 0; }));
}

// Series of the component that a player would draw: one for each metric's name.
std::size_t causal_series(const telemetry::Telemetry& t, const std::string& component, SimTime from,
                          SimTime to) {
  static constexpr const char* kMetrics[] = {"http_server_request_duration_seconds_bucket",
                                             "http_server_active_requests",
                                             "http_server_queue_length",
                                             "http_client_request_duration_seconds_bucket",
                                             "http_client_retries_total",
                                             "circuit_breaker_state",
                                             "db_client_connections_usage",
                                             "db_client_connections_max",
                                             "db_client_connections_pending_requests",
                                             "db_client_connections_timeouts_total",
                                             "db_client_operation_duration_seconds_bucket",
                                             "db_server_statement_duration_seconds_bucket",
                                             "db_server_lock_waiters",
                                             "cache_requests_total",
                                             "container_cpu_usage_seconds_total",
                                             "process_cpu_seconds_total"};
  std::size_t count = 0;
  for (const char* metric : kMetrics) {
    const std::string query = std::string(metric) + "{service=\"" + component + "\"}";
    count += telemetry::causes_of_query(t, query, from, to) != 0;
  }
  return count;
}

EvidenceFigures evidence_at(const Incident& incident, const Start& start) {
  EvidenceFigures e;
  const SimTime from = first_cause(incident);
  e.log_lines = causal_lines(start.telemetry, from, start.page);
  e.traces = causal_traces(start.telemetry, from, start.page);
  e.series = causal_series(start.telemetry, incident.answer.component, from, start.page);
  for (const auto& change : incident.plan->changes)
    e.changes += change.causal && change.visible && change.at <= start.page;
  return e;
}

CourseFigures figures(const std::string& name, const Course& course, const Course& untouched,
                      const Course& reference) {
  const auto multiple = [&](const Course& of) {
    return static_cast<double>(course.harmed) / static_cast<double>(std::max<std::uint64_t>(of.harmed, 1));
  };
  return {name,
          course.harmed,
          multiple(untouched),
          multiple(reference),
          course.share_at_end(kLastMinutes),
          course.well_after()};
}

struct SeedResult {
  SeedProof proof;
  std::vector<std::string> findings;
};

std::string seconds_text(Duration d) {
  return std::to_string(d.us / 1'000'000) + " s";
}
std::string percent_text(double share) {
  const auto permille = std::lround(share * 1000);
  return std::to_string(permille / 10) + "." + std::to_string(permille % 10) + " %";
}
std::string multiple_text(double multiple) {
  const auto tenths = std::lround(multiple * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

void judge(const Incident& incident, const SeedProof& p, std::vector<std::string>& findings) {
  const auto say = [&](std::string what) { findings.push_back(std::move(what)); };
  if (p.page_after->us < 0) say("the page goes out before the first causal change");
  if (p.harm_before > kHealthyShare)
    say("the system is not well before anything breaks: " + percent_text(p.harm_before) +
        " of requests fail or are slow");
  if (p.evidence.kinds() < kEvidenceKinds)
    say("at the page the cause shows in fewer than two of logs, traces, metrics and changes");
  if (p.untouched.share_at_end < kHarmStays)
    say("untouched, the harm does not last to the end: " + percent_text(p.untouched.share_at_end));
  const Duration promised = *incident.reference.ends_harm_within;
  if (!p.reference.well_after) {
    say("the reference solution does not end the harm");
  } else if (*p.reference.well_after > promised) {
    say("the reference solution ends the harm after " + seconds_text(*p.reference.well_after) +
        ", promised is " + seconds_text(promised));
  }
  const auto must_cost_more = [&](const CourseFigures& c, const std::string& what) {
    if (c.well_after && c.of_reference < kClearlyMore)
      say(what + " \"" + c.name + "\" ends the harm at only " + multiple_text(c.of_reference) +
          " times what par costs");
  };
  for (const CourseFigures& c : p.tempting) must_cost_more(c, "the wrong course");
  must_cost_more(p.random, "the actor");
  must_cost_more(p.roll_back_all, "the actor");
}

SeedResult prove_seed(const Incident& incident, std::uint64_t seed) {
  SeedResult result;
  SeedProof& p = result.proof;
  p.seed = seed;
  const auto start = warm_up(incident, seed);
  if (!start) {
    result.findings.push_back(start.error().message);
    return result;
  }
  p.page_after = start->page - first_cause(incident);
  p.evidence = evidence_at(incident, *start);
  for (const auto& point : start->telemetry.harm_curve()) {
    if (point.at > SimTime{incident.history.us}) break;
    const auto all = static_cast<double>(point.ok + point.harmed());
    p.harm_before = all > 0 ? static_cast<double>(point.harmed()) / all : 0;
  }

  const Course untouched = run_commands(incident, start->sim, {});
  const Course reference = run_commands(incident, start->sim, incident.reference.commands);
  const auto with = [&](const std::string& name, const Course& course) {
    return figures(name, course, untouched, reference);
  };
  p.untouched = with("nobody acts", untouched);
  p.reference = with(incident.reference.name, reference);
  for (const Solution& s : incident.tempting)
    p.tempting.push_back(with(s.name, run_commands(incident, start->sim, s.commands)));
  p.random = with("acts at random", run_actor(incident, start->sim, random_actor(seed)));
  p.roll_back_all = with("rolls every change back", run_actor(incident, start->sim, roll_everything_back()));
  judge(incident, p, result.findings);
  return result;
}

}  // namespace

Proof prove(const Incident& incident, std::span<const std::uint64_t> seeds, unsigned threads) {
  std::vector<SeedResult> results(seeds.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < seeds.size(); i = next++) results[i] = prove_seed(incident, seeds[i]);
  };
  {
    std::vector<std::jthread> others;
    for (unsigned t = 1; t < threads; ++t) others.emplace_back(work);
    work();
  }

  Proof proof;
  proof.incident = incident.id;
  proof.findings = telling_texts(incident);
  for (SeedResult& r : results) {
    for (std::string& what : r.findings) proof.findings.push_back({r.proof.seed, std::move(what)});
    proof.seeds.push_back(std::move(r.proof));
  }
  return proof;
}

}  // namespace incident::scenario
