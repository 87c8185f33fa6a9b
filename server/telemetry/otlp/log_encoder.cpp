#include "otlp/log_encoder.h"

#include <algorithm>
#include <map>

#include "otlp/json_text.h"
#include "promql/json.h"

namespace incident::otlp {
namespace {

// OpenTelemetry's numbers for INFO, WARN and ERROR.
struct Severity {
  int number;
  const char* text;
};
constexpr Severity kSeverities[telemetry::kLevels] = {{9, "INFO"}, {13, "WARN"}, {17, "ERROR"}};

std::string record_json(const telemetry::LogStore& store, const Identity& identity, std::uint64_t number,
                        const telemetry::LogRecord& record, std::string& text) {
  std::string out = R"({"timeUnixNano":)";
  append_int64_text(out, identity.unix_ns(record.at));
  out += R"(,"observedTimeUnixNano":)";
  append_int64_text(out, identity.unix_ns(record.at));
  const Severity& severity = kSeverities[static_cast<int>(record.level)];
  out += R"(,"severityNumber":)";
  append_integer(out, severity.number);
  out += R"(,"severityText":")";
  out += severity.text;
  out += R"(","body":{"stringValue":)";
  store.render(record, text);
  promql::append_json_string(out, text);
  out += R"(},"attributes":[)";
  append_attribute(out, "log.record.uid", telemetry::log_id(number));
  out += ']';
  if (record.trace != 0) out += R"(,"traceId":")" + store.names().trace_id(record.trace) + '"';
  return out + '}';
}

}  // namespace

std::uint64_t encode_logs(const telemetry::LogStore& store, const Identity& identity, std::uint64_t from,
                          std::size_t lines_max, BatchWriter::Limits limits, std::vector<Batch>& out) {
  struct Item {
    std::uint32_t pod;
    std::string json;
  };
  std::vector<Item> items;
  std::string text;
  std::uint64_t next = std::max(from, store.first_number());
  store.scan_from(next, [&](std::uint64_t number, const telemetry::LogRecord& record) {
    if (items.size() >= lines_max) return false;
    items.push_back({record.pod, record_json(store, identity, number, record, text)});
    next = number + 1;
    return true;
  });
  // Lines of one pod stay in order, which is all that a collector's streams ask for.
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.pod < b.pod; });
  BatchWriter writer(Signal::kLogs, limits, out);
  std::uint32_t pod = telemetry::kNoPod;
  std::string resource;
  for (const Item& item : items) {
    if (item.pod != pod || resource.empty()) {
      pod = item.pod;
      const telemetry::PodName& name = store.pod(pod);
      resource = resource_json(identity, store.names().service(name.service).name, name.version, name.name);
    }
    writer.add(resource, {}, {}, item.json);
  }
  writer.finish();
  return next;
}

}  // namespace incident::otlp
