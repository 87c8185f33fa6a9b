#include "logql/memory_source.h"

#include <algorithm>

namespace incident::logql {

void MemorySource::append(const Labels& labels, std::int64_t t_ns, std::string line) {
  LabelsPtr& stream = streams_[labels];
  if (stream == nullptr) stream = std::make_shared<const Labels>(labels);
  const auto after = std::upper_bound(entries_.begin(), entries_.end(), t_ns,
                                      [](std::int64_t t, const Entry& entry) { return t < entry.t_ns; });
  entries_.insert(after, {stream, t_ns, std::move(line)});
}

void MemorySource::clear() {
  streams_.clear();
  entries_.clear();
}

void MemorySource::read(const Scan& scan, const Visit& visit) const {
  const auto take = [&](const Entry& entry) {
    if (entry.t_ns < scan.from_ns || entry.t_ns >= scan.to_ns) return true;
    if (!promql::matches_all(scan.matchers, *entry.stream)) return true;
    return visit(entry.stream, entry.t_ns, scan.lines ? std::string_view(entry.line) : std::string_view());
  };
  if (scan.backward) {
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && take(*entry); ++entry) {
    }
  } else {
    for (auto entry = entries_.begin(); entry != entries_.end() && take(*entry); ++entry) {
    }
  }
}

std::vector<LabelsPtr> MemorySource::streams(std::span<const Matcher> matchers, std::int64_t from_ns,
                                             std::int64_t to_ns) const {
  std::map<Labels, LabelsPtr> found;
  read({matchers, from_ns, to_ns, false, false},
       [&](const LabelsPtr& stream, std::int64_t, std::string_view) {
         found.emplace(*stream, stream);
         return true;
       });
  std::vector<LabelsPtr> out;
  out.reserve(found.size());
  for (const auto& [labels, stream] : found) out.push_back(stream);
  return out;
}

}  // namespace incident::logql
