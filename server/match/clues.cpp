#include "match/clues.h"

#include <algorithm>
#include <set>

#include "match/evidence.h"
#include "match/views.h"
#include "telemetry/causes.h"
#include "traces/engine.h"

namespace incident::match {
namespace {

constexpr std::size_t kLinesReadMax = 4000;  // causal lines turned into text while looking
constexpr std::size_t kTracePagesMax = 100;  // of kTracePage summaries, newest first
constexpr std::size_t kTracePage = 500;

bool is_causal(const Arena& arena, EvidenceKind kind, const std::string& ref) {
  Evidence evidence;
  evidence.kind = kind;
  evidence.ref = ref;
  return judge(arena, evidence) == EvidenceVerdict::kCausal;
}

// The first line that is not from before `at`: numbers are in order of time.
std::uint64_t first_line_since(const telemetry::LogStore& logs, SimTime at) {
  std::uint64_t low = logs.first_number(), high = logs.end_number();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto record = logs.record(middle);
    if (record && record->at < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void find_logs(const Arena& arena, std::vector<Clue>& clues) {
  const telemetry::LogStore& logs = arena.telemetry().logs();
  std::set<sim::ServiceId> done;
  std::size_t read = 0;
  for (std::uint64_t n = first_line_since(logs, onset(arena.incident()));
       n < logs.end_number() && read < kLinesReadMax; ++n) {
    const auto record = logs.record(n);
    if (!record || record->cause == 0 || done.count(record->service) > 0) {
      continue;
    }
    ++read;
    const std::string ref = telemetry::log_id(n);
    if (is_causal(arena, EvidenceKind::kLog, ref)) {
      const auto line = logs.find(n);
      clues.push_back({line->at - arena.page(), EvidenceKind::kLog, ref, line->service, line->text});
      done.insert(record->service);
    }
  }
}

void find_trace(const Arena& arena, std::vector<Clue>& clues) {
  traces::Search search;
  search.service = arena.incident().answer.component;
  search.from = onset(arena.incident());
  search.limit = kTracePage;
  std::optional<telemetry::TraceSummary> earliest;
  for (std::size_t page = 0; page < kTracePagesMax; ++page) {
    const auto found = traces::summaries(arena.telemetry().traces(), search).value();
    for (const telemetry::TraceSummary& trace : found) {
      if ((!earliest || trace.start < earliest->start) &&
          telemetry::causes_of_trace(arena.telemetry(), trace.id) != 0) {
        earliest = trace;
      }
    }
    if (found.size() < kTracePage) {
      break;
    }
    search.before = found.back().id;
  }
  if (earliest) {
    clues.push_back({earliest->start + earliest->duration - arena.page(), EvidenceKind::kTrace, earliest->id,
                     search.service, earliest->root_operation + ", " + earliest->status});
  }
}

void find_alerts(const Arena& arena, std::vector<Clue>& clues) {
  std::set<std::uint32_t> done;
  for (const telemetry::Alert& alert : arena.telemetry().alerts().fired()) {
    const telemetry::AlertRule& rule = arena.telemetry().config().rules[alert.rule];
    if (alert.fired_at && done.insert(alert.rule).second &&
        is_causal(arena, EvidenceKind::kAlert, rule.name)) {
      clues.push_back(
          {*alert.fired_at - arena.page(), EvidenceKind::kAlert, rule.name, rule.service, rule.summary});
    }
  }
}

void find_changes(const Arena& arena, std::vector<Clue>& clues) {
  for (const ChangeRow& row : changes(arena)) {
    const std::string ref = std::to_string(row.number);
    if (is_causal(arena, EvidenceKind::kChange, ref)) {
      clues.push_back({row.at, EvidenceKind::kChange, ref, row.service, row.title});
    }
  }
}

}  // namespace

std::vector<Clue> find_clues(const Arena& arena) {
  std::vector<Clue> clues;
  if (onset(arena.incident()) == kNever) {
    return clues;
  }
  find_logs(arena, clues);
  find_trace(arena, clues);
  find_alerts(arena, clues);
  find_changes(arena, clues);
  for (Clue& clue : clues) {
    clue.pinned = std::any_of(arena.pins().begin(), arena.pins().end(), [&](const PinRecord& pin) {
      return pin.evidence.kind == clue.kind && judge(arena, pin.evidence) == EvidenceVerdict::kCausal;
    });
  }
  std::stable_sort(clues.begin(), clues.end(), [](const Clue& a, const Clue& b) { return a.at < b.at; });
  return clues;
}

std::optional<Duration> first_knowable(const std::vector<Clue>& clues) {
  for (const Clue& clue : clues) {
    if (clue.kind != EvidenceKind::kChange) {
      return clue.at;
    }
  }
  return std::nullopt;
}

}  // namespace incident::match
