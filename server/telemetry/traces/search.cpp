#include <algorithm>
#include <stdexcept>

#include "traces/engine.h"
#include "traces/span_filter.h"

namespace incident::traces {
namespace {

using telemetry::TraceEntry;
using telemetry::TracePlace;
using telemetry::TraceStore;

QueryError bad(std::string message) {
  return {QueryErrorType::kBadRequest, std::move(message)};
}
QueryError passed(std::string message) {
  return {QueryErrorType::kLimit, std::move(message)};
}

std::optional<QueryError> wrong_with(const Search& search) {
  if (search.limit == 0) return bad("the limit must be at least 1");
  if (search.limit > limits::kTracesMax)
    return passed("the limit may be at most " + std::to_string(limits::kTracesMax) + " traces");
  if (search.tags.size() > limits::kTagsMax)
    return passed("a search may have at most " + std::to_string(limits::kTagsMax) + " tags");
  const auto too_long = [](const std::string& text) { return text.size() > limits::kTextLengthMax; };
  if (too_long(search.service) || too_long(search.operation) ||
      std::any_of(search.tags.begin(), search.tags.end(),
                  [&](const TagFilter& tag) { return too_long(tag.name) || too_long(tag.value); }))
    return passed("a name or value to search for may have at most " + std::to_string(limits::kTextLengthMax) +
                  " bytes");
  if (search.from && search.to && *search.to < *search.from) return bad("the end lies before the start");
  if (search.min_duration && search.max_duration && *search.max_duration < *search.min_duration)
    return bad("the longest duration is shorter than the shortest");
  if (search.min_span && search.max_span && *search.max_span < *search.min_span)
    return bad("the longest duration is shorter than the shortest");
  return std::nullopt;
}

std::optional<QueryError> stopped(const StopCheck& stop) {
  switch (stop ? stop() : promql::Stop::kNo) {
    case promql::Stop::kTimeout:
      return QueryError{QueryErrorType::kTimeout, "the search timed out: consider a shorter time range"};
    case promql::Stop::kCanceled:
      return QueryError{QueryErrorType::kCanceled, "the search was canceled"};
    default:
      return std::nullopt;
  }
}

// By start, then by the order in which they ended.
bool older(const TracePlace& a, const TracePlace& b) {
  return a.entry->start != b.entry->start ? a.entry->start < b.entry->start : a.number < b.number;
}

// What the index tells of a trace without reading its spans.
bool may_meet(const TraceEntry& entry, const Search& search, const SpanFilter& filter,
              std::uint64_t services) {
  if ((entry.services & services) == 0) return false;
  if ((search.errors_only || filter.needs_error()) && entry.errors == 0) return false;
  if (search.from && entry.start < *search.from) return false;
  if (search.to && entry.start > *search.to) return false;
  const Duration duration = microseconds(entry.duration_us);
  if (search.min_duration && duration < *search.min_duration) return false;
  if (search.min_span && duration < *search.min_span) return false;
  return !search.max_duration || duration <= *search.max_duration;
}

// A service is asked for and nothing else of the span, so the index says it all.
bool only_service(const Search& search) {
  return search.operation.empty() && !search.kind && search.tags.empty() && !search.min_span &&
         !search.max_span;
}

}  // namespace

QueryOutcome<std::vector<TracePlace>> search(const TraceStore& store, const Search& search,
                                             const StopCheck& stop) {
  if (auto error = wrong_with(search)) return std::move(*error);
  if (auto error = stopped(stop)) return std::move(*error);
  std::vector<TracePlace> found;
  const SpanFilter filter(store, search);
  if (filter.hopeless()) return found;
  std::optional<TracePlace> before;
  if (!search.before.empty()) {
    if (!telemetry::parse_trace_id(search.before)) return bad("a trace's id is 32 hexadecimal digits");
    before = store.locate(search.before);
    if (!before) return found;  // gone, and so is all that is older
  }
  bool exact = true;
  const std::uint64_t services =
      search.service.empty() ? ~std::uint64_t{0} : store.service_bits(search.service, exact);
  const bool read_spans = !filter.empty() && !(exact && only_service(search));

  std::vector<TracePlace> candidates;  // a heap, the newest on top
  store.scan([&](const TracePlace& place) {
    if (may_meet(*place.entry, search, filter, services) && (!before || older(place, *before)))
      candidates.push_back(place);
    return true;
  });
  std::make_heap(candidates.begin(), candidates.end(), older);
  std::vector<telemetry::SpanRecord> spans;
  std::size_t looked_at = 0, spans_found = 0;
  while (!candidates.empty() && found.size() < search.limit) {
    const TracePlace place = candidates.front();
    std::pop_heap(candidates.begin(), candidates.end(), older);
    candidates.pop_back();
    if (++looked_at % limits::kCheckIntervalTraces == 0) {
      if (auto error = stopped(stop)) return std::move(*error);
    }
    if (read_spans) {
      telemetry::decode_spans(*place.chunk, *place.entry, spans);
      if (std::none_of(spans.begin(), spans.end(), [&](const auto& span) { return filter.meets(span); }))
        continue;
    }
    spans_found += place.entry->spans;
    if (spans_found > limits::kSpansMax)
      return passed("the answer would have more than " + std::to_string(limits::kSpansMax) +
                    " spans; consider a lower limit of traces");
    found.push_back(place);
  }
  return found;
}

QueryOutcome<std::vector<telemetry::TraceSummary>> summaries(const TraceStore& store, const Search& query,
                                                             const StopCheck& stop) {
  const auto places = search(store, query, stop);
  if (!places) return places.error();
  std::vector<telemetry::TraceSummary> list;
  list.reserve(places->size());
  for (const TracePlace& place : *places) list.push_back(store.summarize(*place.entry));
  return list;
}

void throw_exception_from_error(const QueryError& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

}  // namespace incident::traces
