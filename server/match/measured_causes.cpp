#include "match/measured_causes.h"

#include <algorithm>
#include <map>

#include "match/evidence.h"
#include "match/views.h"
#include "traces/engine.h"

namespace incident::match {
namespace {

using scenario::EvidenceMark;

constexpr Duration kAfterPage = minutes(8), kBeforeOnset = minutes(10);
constexpr std::size_t kLinesMax = 100'000;
constexpr std::size_t kTracesOfAMark = 1'500;

constexpr auto kCausal = static_cast<std::size_t>(EvidenceVerdict::kCausal);
constexpr auto kUnrelated = static_cast<std::size_t>(EvidenceVerdict::kUnrelated);

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

EvidenceVerdict verdict_named(const std::string& name) {
  if (name == "causal") return EvidenceVerdict::kCausal;
  return name == "collateral" ? EvidenceVerdict::kCollateral : EvidenceVerdict::kUnrelated;
}

std::string in_words(const EvidenceMark& mark) {
  std::string out = mark.kind;
  if (!mark.of.empty()) out += " of " + mark.of;
  if (!mark.text.empty()) out += " \"" + mark.text + "\"";
  if (!mark.query.empty()) out += " " + mark.query;
  if (mark.errors) out += " with errors";
  return out;
}

// A line without what differs each time.
std::string shape_of(const telemetry::LogLine& line) {
  std::string out = line.service + ": ";
  bool digits = false;
  for (const char c : line.text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && digits) continue;
    out += digit ? '#' : c;
    digits = digit;
  }
  return out.substr(0, 140);
}

class Measurement {
 public:
  Measurement(std::shared_ptr<const scenario::Incident> incident, const scenario::Start& start)
      : incident_(*incident),
        arena_(incident, start.sim, start.telemetry, start.page, incident->time_limit),
        onset_(std::min(onset(*incident), start.page)) {
    arena_.advance(kAfterPage);
    for (const EvidenceMark& mark : incident_.evidence) out_.marks.push_back({in_words(mark), {}});
  }

  MeasuredCauses all() {
    logs();
    for (std::size_t m = 0; m < incident_.evidence.size(); ++m) {
      const EvidenceMark& mark = incident_.evidence[m];
      if (mark.kind == "trace") kept_traces(mark, out_.marks[m].confusion);
      if (mark.kind == "series") series(mark, out_.marks[m].confusion);
      if (mark.kind == "alert") alert(mark, out_.marks[m].confusion);
    }
    changes_of_plan();
    for (const MarkFigures& mark : out_.marks) out_.total.add(mark.confusion);
    return std::move(out_);
  }

 private:
  EvidenceVerdict judged(EvidenceKind kind, const std::string& ref) const {
    Evidence evidence;
    evidence.kind = kind;
    evidence.ref = ref;
    return judge(arena_, evidence).value_or(EvidenceVerdict::kUnrelated);
  }
  EvidenceVerdict expected(const EvidenceMark& mark, SimTime at) const {
    return at < onset_ ? EvidenceVerdict::kUnrelated : verdict_named(mark.verdict);
  }

  void logs() {
    std::map<std::string, std::size_t> unmarked;
    const telemetry::LogStore& store = arena_.telemetry().logs();
    std::size_t looked_at = 0;
    for (std::uint64_t n = store.first_number(); n < store.end_number() && looked_at < kLinesMax; ++n) {
      const auto record = store.record(n);
      if (!record || record->at < onset_ - kBeforeOnset) continue;
      ++looked_at;
      const auto line = store.find(n);
      bool fits = false;
      for (std::size_t m = 0; m < incident_.evidence.size() && !fits; ++m) {
        const EvidenceMark& mark = incident_.evidence[m];
        fits = mark.kind == "log" && (mark.of.empty() || mark.of == line->service) &&
               line->text.find(mark.text) != std::string::npos;
        if (fits)
          out_.marks[m].confusion.add(expected(mark, line->at),
                                      judged(EvidenceKind::kLog, telemetry::log_id(n)));
      }
      if (!fits && line->at >= onset_) ++unmarked[shape_of(*line)];
    }
    for (const auto& [shape, count] : unmarked)
      out_.unmarked.push_back(std::to_string(count) + " x " + shape);
  }

  void kept_traces(const EvidenceMark& mark, Confusion& confusion) const {
    traces::Search search;
    search.service = mark.of;
    search.errors_only = mark.errors;
    search.from = onset_ - kBeforeOnset;
    search.limit = kTracesOfAMark;
    const auto found = traces::summaries(arena_.telemetry().traces(), search).value();
    for (const telemetry::TraceSummary& trace : found) {
      if (trace.root_operation.find(mark.text) == std::string::npos) continue;
      confusion.add(expected(mark, trace.start), judged(EvidenceKind::kTrace, trace.id));
    }
  }

  // Since the onset, and for comparison before it.
  void series(const EvidenceMark& mark, Confusion& confusion) const {
    Evidence evidence;
    evidence.kind = EvidenceKind::kMetric;
    evidence.query = mark.query;
    const auto look = [&](SimTime from, SimTime to) {
      evidence.from = from - arena_.page();
      evidence.to = to - arena_.page();
      return judge(arena_, evidence).value_or(EvidenceVerdict::kUnrelated);
    };
    confusion.add(verdict_named(mark.verdict), look(onset_ + minutes(1), arena_.sim().now()));
    confusion.add(EvidenceVerdict::kUnrelated, look(onset_ - kBeforeOnset, onset_ - seconds(15)));
  }

  void alert(const EvidenceMark& mark, Confusion& confusion) const {
    for (const telemetry::Alert& alert : arena_.telemetry().alerts().fired()) {
      if (arena_.telemetry().config().rules[alert.rule].name != mark.text) continue;
      confusion.add(verdict_named(mark.verdict), judged(EvidenceKind::kAlert, mark.text));
      return;
    }
  }

  void changes_of_plan() {
    for (const ChangeRow& row : changes(arena_)) {
      const auto mark =
          std::find_if(incident_.evidence.begin(), incident_.evidence.end(),
                       [&](const EvidenceMark& m) { return m.kind == "change" && m.text == row.title; });
      const EvidenceVerdict server = judged(EvidenceKind::kChange, std::to_string(row.number));
      if (mark != incident_.evidence.end()) {
        out_.marks[static_cast<std::size_t>(mark - incident_.evidence.begin())].confusion.add(
            verdict_named(mark->verdict), server);
      } else {
        out_.total.add(EvidenceVerdict::kUnrelated, server);
      }
    }
  }

  const scenario::Incident& incident_;
  Arena arena_;
  SimTime onset_;
  MeasuredCauses out_;
};

}  // namespace

void Confusion::add(EvidenceVerdict author, EvidenceVerdict server, std::size_t count) {
  pieces[static_cast<std::size_t>(author)][static_cast<std::size_t>(server)] += count;
}

void Confusion::add(const Confusion& other) {
  for (std::size_t a = 0; a < pieces.size(); ++a) {
    for (std::size_t s = 0; s < pieces.size(); ++s) pieces[a][s] += other.pieces[a][s];
  }
}

std::size_t Confusion::all() const {
  std::size_t sum = 0;
  for (const auto& row : pieces) {
    for (const std::size_t count : row) sum += count;
  }
  return sum;
}

double Confusion::precision() const {
  std::size_t said = 0;
  for (const auto& row : pieces) said += row[kCausal];
  return share(pieces[kCausal][kCausal], said);
}

double Confusion::recall() const {
  std::size_t marked = 0;
  for (const std::size_t count : pieces[kCausal]) marked += count;
  return share(pieces[kCausal][kCausal], marked);
}

double Confusion::precision_of_trouble() const {
  std::size_t said = 0, right = 0;
  for (std::size_t a = 0; a < pieces.size(); ++a) {
    for (std::size_t s = 0; s < kUnrelated; ++s) {
      said += pieces[a][s];
      if (a != kUnrelated) right += pieces[a][s];
    }
  }
  return share(right, said);
}

double Confusion::recall_of_trouble() const {
  std::size_t marked = 0, found = 0;
  for (std::size_t a = 0; a < kUnrelated; ++a) {
    for (std::size_t s = 0; s < pieces.size(); ++s) {
      marked += pieces[a][s];
      if (s != kUnrelated) found += pieces[a][s];
    }
  }
  return share(found, marked);
}

MeasuredCauses measure_causes(std::shared_ptr<const scenario::Incident> incident,
                              const scenario::Start& start) {
  return Measurement(std::move(incident), start).all();
}

}  // namespace incident::match
