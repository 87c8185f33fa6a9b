#include "telemetry/log_store.h"

#include <algorithm>
#include <charconv>

#include "telemetry/log_text.h"
#include "telemetry/text_pattern.h"

namespace incident::telemetry {

const char* to_string(Level level) {
  constexpr const char* kNames[kLevels] = {"info", "warn", "error"};
  return kNames[static_cast<int>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
  for (int i = 0; i < kLevels; ++i) {
    if (text == to_string(static_cast<Level>(i))) return static_cast<Level>(i);
  }
  if (text == "warning") return Level::kWarn;
  return std::nullopt;
}

std::string log_id(std::uint64_t number) {
  return "l" + std::to_string(number);
}

std::optional<std::uint64_t> parse_log_id(std::string_view id) {
  if (id.size() < 2 || id[0] != 'l') return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return number;
}

std::uint32_t LogStore::add_pod(PodNamePtr pod) {
  pods_.push_back(std::move(pod));
  return static_cast<std::uint32_t>(pods_.size() - 1);
}

void LogStore::add(const LogRecord& record) {
  head_.push_back(record);
  if (head_.size() < limits::kLogChunkLines) return;
  chunks_.push_back(std::make_shared<const LogChunk>(head_));
  head_.clear();
  if (chunks_.size() > limits::kLogLinesMax / limits::kLogChunkLines) {
    chunks_.erase(chunks_.begin());
    ++chunks_gone_;
  }
}

std::uint64_t LogStore::end_number() const {
  return (chunks_gone_ + chunks_.size()) * limits::kLogChunkLines + head_.size();
}

void LogStore::render(const LogRecord& record, std::string& out) const {
  out.clear();
  render_line(*names_, *pods_[record.pod], record, out);
}

LogLine LogStore::line(std::uint64_t number, const LogRecord& record, std::string text) const {
  return {number,
          record.at,
          record.level,
          names_->service(record.service).name,
          pods_[record.pod]->name,
          std::move(text),
          record.trace == 0 ? std::string() : names_->trace_id(record.trace)};
}

std::optional<LogRecord> LogStore::record(std::uint64_t number) const {
  if (number < first_number() || number >= end_number()) return std::nullopt;
  const std::uint64_t at = number - first_number();
  const std::uint64_t chunk = at / limits::kLogChunkLines;
  if (chunk >= chunks_.size()) return head_[at % limits::kLogChunkLines];
  std::vector<LogRecord> records;
  chunks_[chunk]->decode(records);
  return records[at % limits::kLogChunkLines];
}

std::optional<LogLine> LogStore::find(std::uint64_t number) const {
  const std::optional<LogRecord> found = record(number);
  if (!found) return std::nullopt;
  std::string text;
  render(*found, text);
  return line(number, *found, std::move(text));
}

// A query made ready: names looked up, pattern compiled.
struct LogStore::Match {
  std::vector<bool> services, pods;  // empty: all
  std::uint32_t levels = (1U << kLevels) - 1;
  SimTime from{std::numeric_limits<std::int64_t>::min()}, to = kNever;
  std::unique_ptr<const TextPattern> pattern;

  bool passes(const LogRecord& record) const {
    return record.at >= from && record.at <= to && (levels >> static_cast<int>(record.level) & 1) != 0 &&
           (services.empty() || services[record.service.index()]) && (pods.empty() || pods[record.pod]);
  }
  bool passes(const LogChunk& chunk) const {
    if (chunk.last() < from || chunk.first() > to) return false;
    bool level = false;
    for (int i = 0; i < kLevels; ++i)
      level |= (levels >> i & 1) != 0 && chunk.may_hold(static_cast<Level>(i));
    if (!level || services.empty()) return level;
    for (std::size_t i = 0; i < services.size(); ++i) {
      if (services[i] && chunk.may_hold(sim::ServiceId(i))) return true;
    }
    return false;
  }
};

Result<LogPage> LogStore::search(const LogQuery& query) const {
  Match match;
  if (!query.services.empty()) {
    const std::size_t count = names_->model().services.size();
    match.services.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& name = names_->service(sim::ServiceId(i)).name;
      match.services[i] =
          std::find(query.services.begin(), query.services.end(), name) != query.services.end();
    }
  }
  if (!query.pods.empty()) {
    for (const PodNamePtr& pod : pods_) {
      match.pods.push_back(std::find(query.pods.begin(), query.pods.end(), pod->name) != query.pods.end());
    }
  }
  if (!query.levels.empty()) {
    match.levels = 0;
    for (const Level level : query.levels) match.levels |= 1U << static_cast<int>(level);
  }
  if (query.from) match.from = *query.from;
  if (query.to) match.to = *query.to;
  if (!query.text.empty()) {
    if (query.text.size() > limits::kLogPatternLengthMax) {
      return invalid(
          "the search text is longer than " + std::to_string(limits::kLogPatternLengthMax) + " bytes",
          "text");
    }
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_literal(!query.regex);
    options.set_case_sensitive(query.regex);
    options.set_max_mem(limits::kLogPatternMemoryMax);
    match.pattern = std::make_unique<const TextPattern>(query.text, options);
    if (!match.pattern->ok()) return invalid("the pattern is not valid: " + match.pattern->error(), "text");
  }
  const std::optional<TraceKey> trace = parse_trace_id(query.trace);
  if (!query.trace.empty() && !trace) return invalid("a trace id is 32 hexadecimal digits", "trace");
  const std::size_t limit = std::min(query.limit, limits::kLogSearchLinesMax);

  // The histogram spans what was asked for, as far as there are lines.
  LogPage page;
  const SimTime first =
      chunks_.empty() ? (head_.empty() ? SimTime{} : head_.front().at) : chunks_.front()->first();
  const SimTime newest = head_.empty() ? (chunks_.empty() ? first : chunks_.back()->last()) : head_.back().at;
  const SimTime start = query.from ? *query.from : first;
  const SimTime end = query.to ? std::min(*query.to, newest) : newest;
  const auto buckets = static_cast<std::int64_t>(limits::kLogHistogramBuckets);
  const std::int64_t second = seconds(1).us;
  const std::int64_t width =
      end > start ? ((end - start).us / buckets / second + 1) * second : second;  // whole seconds
  const std::int64_t base = start.us >= 0 ? start.us / width * width : (start.us - width + 1) / width * width;
  for (std::int64_t at = base; at <= end.us && page.histogram.size() <= limits::kLogHistogramBuckets;
       at += width) {
    page.histogram.push_back({SimTime{at}, {}});
  }

  std::size_t rendered = 0;
  std::string text;
  std::vector<LogRecord> records;
  const auto take = [&](std::uint64_t number, const LogRecord& record) {
    if (!match.passes(record)) return;
    text.clear();
    if (!query.trace.empty() && (record.trace == 0 || names_->trace_key(record.trace) != trace)) return;
    if (match.pattern) {
      ++rendered;
      render(record, text);
      if (!match.pattern->in(text)) return;
    }
    ++page.matched;
    const std::int64_t bucket = (record.at.us - base) / width;
    if (bucket >= 0 && bucket < static_cast<std::int64_t>(page.histogram.size())) {
      ++page.histogram[static_cast<std::size_t>(bucket)].count[static_cast<std::size_t>(record.level)];
    }
    if (query.before && !query.oldest_first && number >= *query.before) return;
    if (page.lines.size() >= limit) {
      page.more = true;
      return;
    }
    if (text.empty()) render(record, text);
    page.lines.push_back(line(number, record, text));
  };
  const std::size_t parts = chunks_.size() + 1;  // the head is the last
  for (std::size_t i = 0; i < parts; ++i) {
    if (rendered > limits::kLogRenderMax) {
      page.truncated = true;
      break;
    }
    const std::size_t part = query.oldest_first ? i : parts - 1 - i;
    const std::uint64_t number = first_number() + part * limits::kLogChunkLines;
    const std::vector<LogRecord>* from = &head_;
    if (part < chunks_.size()) {
      if (!match.passes(*chunks_[part])) continue;
      chunks_[part]->decode(records);
      from = &records;
    }
    for (std::size_t j = 0; j < from->size(); ++j) {
      const std::size_t at = query.oldest_first ? j : from->size() - 1 - j;
      take(number + at, (*from)[at]);
    }
  }
  return page;
}

void LogStore::scan(SimTime from, SimTime to, bool newest_first,
                    const std::function<bool(const LogRecord&)>& visit) const {
  std::vector<LogRecord> decoded;
  const std::size_t parts = chunks_.size() + 1;  // the head is the last
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t part = newest_first ? parts - 1 - i : i;
    const std::vector<LogRecord>* records = &head_;
    if (part < chunks_.size()) {
      if (chunks_[part]->last() < from || chunks_[part]->first() >= to) continue;
      chunks_[part]->decode(decoded);
      records = &decoded;
    }
    for (std::size_t j = 0; j < records->size(); ++j) {
      const LogRecord& record = (*records)[newest_first ? records->size() - 1 - j : j];
      if (record.at >= from && record.at < to && !visit(record)) return;
    }
  }
}

void LogStore::scan_from(std::uint64_t number,
                         const std::function<bool(std::uint64_t, const LogRecord&)>& visit) const {
  number = std::max(number, first_number());
  std::vector<LogRecord> decoded;
  for (std::uint64_t part = (number - first_number()) / limits::kLogChunkLines; part <= chunks_.size();
       ++part) {
    const std::vector<LogRecord>* records = &head_;
    if (part < chunks_.size()) {
      chunks_[part]->decode(decoded);
      records = &decoded;
    }
    const std::uint64_t base = first_number() + part * limits::kLogChunkLines;
    for (std::uint64_t j = number > base ? number - base : 0; j < records->size(); ++j) {
      if (!visit(base + j, (*records)[j])) return;
    }
  }
}

std::size_t LogStore::memory_bytes() const {
  std::size_t bytes = sizeof *this + head_.capacity() * sizeof(LogRecord);
  for (const auto& chunk : chunks_) bytes += chunk->memory_bytes() + sizeof(chunk);
  return bytes + pods_.size() * (sizeof(PodName) + 32);
}

void LogStore::hash(Hasher& hasher) const {
  hasher.add(chunks_gone_);
  for (const PodNamePtr& pod : pods_) hasher.add(std::string_view(pod->name));
  for (const auto& chunk : chunks_) chunk->hash(hasher);
  if (!head_.empty()) LogChunk(head_).hash(hasher);
}

}  // namespace incident::telemetry
