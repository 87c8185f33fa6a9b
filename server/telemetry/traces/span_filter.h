// The conditions of a search on one span, made ready: names looked up once, then numbers compared. Inside the
// engine only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "traces/query.h"

namespace incident::traces {

class SpanFilter {
 public:
  // Both must outlive it.
  SpanFilter(const telemetry::TraceStore& store, const Search& search);

  // No span of any trace can meet it.
  bool hopeless() const { return hopeless_; }
  // Every span meets it.
  bool empty() const { return empty_; }
  // A trace needs an error to hold a span that meets it.
  bool needs_error() const { return needs_error_; }
  bool meets(const telemetry::SpanRecord& span) const;

 private:
  struct Tag {
    telemetry::SpanTag tag;
    const std::string* value;
  };
  const telemetry::TraceStore& store_;
  const Search& search_;
  std::vector<bool> services_, operations_;  // empty: any
  std::vector<Tag> tags_;
  bool hopeless_ = false, empty_ = true, needs_error_ = false;
};

}  // namespace incident::traces
