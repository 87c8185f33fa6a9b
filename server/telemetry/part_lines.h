// What is written when something happens to a part rather than to a request (sim::PartEvent): who writes the
// line, at which level, and its words. One row for each event; events that have lines of their own elsewhere
// (log_writer.cpp) have none here. Static; any thread.
//
// In the words, {pod} and {service} are whom it concerns, {other} is the name of the part that the event
// names, {value} the record's number, {seconds} and {ms} that number as time from microseconds, {mib} as
// mebibytes from bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/observer.h"
#include "telemetry/log_record.h"
#include "telemetry/names.h"

namespace incident::telemetry {

// kProcess: the process' own logger, in its language's form. kStore: as a database, cache or broker writes,
// the words as they stand. kKubelet, kKernel: about the pod, from its node.
enum class Writer : std::uint8_t { kProcess, kStore, kKubelet, kKernel };

struct PartLine {
  sim::PartEvent event;
  Writer writer;
  Level level;
  std::string_view logger;  // kProcess: class or module
  std::string_view words;
  sim::PartKind other = sim::PartKind::kService;  // what the record's `other` is an index of
};

std::span<const PartLine> part_lines();
const PartLine* find_part_line(sim::PartEvent event);

// The words with everything filled in.
std::string part_words(const Names& names, const PodName& pod, const PartLine& line, std::uint32_t other,
                       std::int64_t value);

}  // namespace incident::telemetry
