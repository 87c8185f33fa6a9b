// What the LogQL engine asks of a storage of log lines: streams, each with its labels, and their entries.
// Time is int64 nanoseconds of whatever epoch the caller uses. The engine calls from the thread that runs the
// query; an implementation shows one consistent view for as long as a query runs. Nothing here fails: a
// source that finds nothing answers with nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "promql/labels.h"
#include "promql/matcher.h"

namespace incident::logql {

using promql::Label;
using promql::Labels;
using promql::LabelsPtr;
using promql::Matcher;

struct Scan {
  std::span<const Matcher> matchers;
  std::int64_t from_ns = 0;  // inclusive
  std::int64_t to_ns = 0;    // exclusive
  bool backward = false;     // newest first
  bool lines = true;         // else the caller wants to know only that there is a line
};

// One entry. The labels are those of its stream, the same pointer for all its entries in one scan; the line
// is valid during the call only. False ends the scan.
using Visit = std::function<bool(const LabelsPtr& stream, std::int64_t t_ns, std::string_view line)>;

class Source {
 public:
  virtual ~Source() = default;

  // Entries of the streams that meet all matchers, by time over all streams.
  virtual void read(const Scan& scan, const Visit& visit) const = 0;
  // Streams that have an entry in [from_ns, to_ns), sorted by labels.
  virtual std::vector<LabelsPtr> streams(std::span<const Matcher> matchers, std::int64_t from_ns,
                                         std::int64_t to_ns) const = 0;
};

}  // namespace incident::logql
