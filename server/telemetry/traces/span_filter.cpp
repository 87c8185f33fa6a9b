#include "traces/span_filter.h"

#include <algorithm>

namespace incident::traces {
namespace {

using telemetry::SpanTag;

// Which of `count` have that name; empty when any will do.
template <class NameOf>
std::vector<bool> named(const std::string& name, std::size_t count, NameOf name_of, bool& hopeless) {
  std::vector<bool> wanted;
  if (name.empty()) return wanted;
  wanted.resize(count);
  for (std::size_t i = 0; i < count; ++i) wanted[i] = name_of(i) == name;
  hopeless = hopeless || std::find(wanted.begin(), wanted.end(), true) == wanted.end();
  return wanted;
}

}  // namespace

SpanFilter::SpanFilter(const telemetry::TraceStore& store, const Search& search)
    : store_(store), search_(search) {
  const telemetry::Names& names = store.names();
  services_ = named(
      search.service, names.model().services.size(),
      [&](std::size_t i) { return names.service(sim::ServiceId(i)).name; }, hopeless_);
  operations_ = named(
      search.operation, names.model().operations.size(),
      [&](std::size_t i) { return names.operation(sim::OperationId(i)).name; }, hopeless_);
  for (const TagFilter& filter : search.tags) {
    const auto tag = telemetry::find_tag(filter.name);
    if (!tag) {
      hopeless_ = true;
      continue;
    }
    tags_.push_back({*tag, &filter.value});
    needs_error_ = needs_error_ || *tag == SpanTag::kError || *tag == SpanTag::kErrorType;
  }
  empty_ = services_.empty() && operations_.empty() && tags_.empty() && !search.kind && !search.min_span &&
           !search.max_span;
}

bool SpanFilter::meets(const telemetry::SpanRecord& span) const {
  const telemetry::Names& names = store_.names();
  if (search_.kind && span.kind != *search_.kind) return false;
  if (search_.min_span && span.end - span.start < *search_.min_span) return false;
  if (search_.max_span && span.end - span.start > *search_.max_span) return false;
  if (!services_.empty() && !services_[telemetry::service_of(names, span).index()]) return false;
  if (!operations_.empty() && !operations_[telemetry::operation_of(names, span).index()]) return false;
  return std::all_of(tags_.begin(), tags_.end(), [&](const Tag& tag) {
    return telemetry::says(telemetry::tag_of(names, store_.pods(), span, tag.tag), *tag.value);
  });
}

}  // namespace incident::traces
