#include "telemetry/log_chunk.h"

#include "telemetry/bit_stream.h"

namespace incident::telemetry {
namespace {

std::uint64_t step(std::uint64_t now, std::uint64_t before) {
  return zigzag(now - before);
}

}  // namespace

// A line: template and level, time, trace and pod as differences to the line before, cause, then the numbers
// without trailing zeros.
LogChunk::LogChunk(std::span<const LogRecord> records) : lines_(static_cast<std::uint32_t>(records.size())) {
  LogRecord before;
  bytes_.reserve(records.size() * 20);
  for (const LogRecord& r : records) {
    std::uint32_t args = static_cast<std::uint32_t>(r.args.size());
    while (args > 0 && r.args[args - 1] == 0) --args;
    put_varint(bytes_, ((static_cast<std::uint64_t>(r.what) * 8 + args) * 2 + (r.cause != 0)) * kLevels +
                           static_cast<std::uint64_t>(r.level));
    put_varint(bytes_, static_cast<std::uint64_t>(r.at.us - before.at.us));
    put_varint(bytes_, r.trace == 0 ? 0 : step(r.trace, before.trace) + 1);
    put_varint(bytes_, step(r.pod, before.pod));
    put_varint(bytes_, r.service.value);
    if (r.cause != 0) put_varint(bytes_, r.cause);
    for (std::uint32_t i = 0; i < args; ++i) put_varint(bytes_, r.args[i]);
    services_ |= std::uint64_t{1} << (r.service.value % 64);
    levels_ |= 1U << static_cast<int>(r.level);
    const std::uint64_t trace = r.trace == 0 ? before.trace : r.trace;
    before = r;
    before.trace = trace;
  }
  if (!records.empty()) {
    first_ = records.front().at;
    last_ = records.back().at;
  }
  bytes_.shrink_to_fit();
}

void LogChunk::decode(std::vector<LogRecord>& out) const {
  out.clear();
  out.reserve(lines_);
  const std::uint8_t* at = bytes_.data();
  const std::uint8_t* end = at + bytes_.size();
  LogRecord before;
  for (std::uint32_t i = 0; i < lines_; ++i) {
    LogRecord r;
    std::uint64_t head = get_varint(at, end);
    r.level = static_cast<Level>(head % kLevels);
    head /= kLevels;
    const bool has_cause = (head & 1) != 0;
    const std::size_t args = (head >> 1) & 7;
    r.what = static_cast<LogTemplate>(head >> 4);
    r.at.us = before.at.us + static_cast<std::int64_t>(get_varint(at, end));
    const std::uint64_t trace = get_varint(at, end);
    r.trace = trace == 0 ? 0 : before.trace + unzigzag(trace - 1);
    r.pod = static_cast<std::uint32_t>(before.pod + unzigzag(get_varint(at, end)));
    r.service = sim::ServiceId(get_varint(at, end));
    if (has_cause) r.cause = static_cast<sim::CauseMask>(get_varint(at, end));
    for (std::size_t a = 0; a < args; ++a) r.args[a] = static_cast<std::uint32_t>(get_varint(at, end));
    out.push_back(r);
    if (r.trace == 0) r.trace = before.trace;
    before = r;
  }
}

}  // namespace incident::telemetry
