// What there is in the logs, and how much of it: Loki's statistics, volumes, and the labels and fields that
// it detects in lines. All but the statistics are LogQL queries, so that they have its limits.
#include <algorithm>
#include <map>
#include <set>

#include "api/doors/loki_call.h"
#include "promql/json.h"

namespace incident::api {
namespace {

constexpr std::size_t kVolumesDefault = 100;      // rows of an answer, as in Loki
constexpr std::size_t kFieldLinesDefault = 1000;  // lines looked at for fields, as in Loki
constexpr std::size_t kFieldsDefault = 1000;
// Lines of JSON are read as such, and all others as logfmt.
constexpr const char* kJsonFields = R"( |~ "^\\s*[{]" | json | __error__="")";
constexpr const char* kLogfmtFields = R"( !~ "^\\s*[{]" | logfmt | __error__="")";

std::string quoted(std::string_view text) {
  std::string out;
  promql::append_json_string(out, text);
  return out;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

// "boolean", "int", "float", "duration", "bytes" or "string": the narrowest that all values are.
const char* type_of(const std::set<std::string>& values) {
  const auto all = [&](std::string_view digits, std::initializer_list<std::string_view> units) {
    return std::all_of(values.begin(), values.end(), [&](std::string_view value) {
      if (value.starts_with('-')) value.remove_prefix(1);
      const std::size_t end = std::min(value.find_first_not_of(digits), value.size());
      return end > 0 && value.substr(0, end) != "." &&
             std::find(units.begin(), units.end(), value.substr(end)) != units.end();
    });
  };
  if (std::all_of(values.begin(), values.end(),
                  [](const std::string& value) { return value == "true" || value == "false"; }))
    return "boolean";
  if (all("0123456789", {""})) return "int";
  if (all("0123456789.", {""})) return "float";
  if (all("0123456789.", {"ns", "us", "\u00b5s", "ms", "s", "m", "h"})) return "duration";
  if (all("0123456789.", {"B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB"})) return "bytes";
  return "string";
}

}  // namespace

// What a query over these streams would read.
net::Response LokiCall::stats() const {
  const logql::LogRange asked = range();
  const auto matchers = selector(text("query"));
  std::uint64_t entries = 0, bytes = 0;
  bool stopped = false;
  std::set<const promql::Labels*> streams;
  source_.read({matchers, asked.start_ns, asked.end_ns, false, true},
               [&](const promql::LabelsPtr& stream, std::int64_t, std::string_view line) {
                 ++entries;
                 bytes += line.size();
                 streams.insert(stream.get());
                 stopped = entries % logql::limits::kCheckIntervalLines == 0 && stop_ &&
                           stop_() != promql::Stop::kNo;
                 return !stopped;
               });
  if (stopped)
    throw LokiFault{{logql::QueryErrorType::kTimeout, "the count timed out: consider a shorter time range"}};
  const std::string count = std::to_string(streams.size());
  return net::json_response(200, "{\"streams\":" + count + ",\"chunks\":" + count + ",\"bytes\":" +
                                     std::to_string(bytes) + ",\"entries\":" + std::to_string(entries) + "}");
}

// How volumes are added up. By series: into label sets of the labels that are asked for, or else those that
// the selector names. By labels: for each label by itself, whatever its value.
struct LokiCall::Volumes {
  struct Query {
    std::string metric;         // as JSON, of every row; or empty: the rows' own labels
    std::string before, after;  // around the range: bytes_over_time({...}[5m])
  };
  std::vector<Query> queries;
  std::size_t limit = kVolumesDefault;

  std::string text(const Query& query, std::int64_t range_ns) const {
    return query.before + std::to_string(std::max<std::int64_t>(range_ns / kNsInMs, 1)) + "ms" + query.after;
  }
};

LokiCall::Volumes LokiCall::volumes(const logql::LogRange& range) const {
  if (range.end_ns <= range.start_ns)
    throw LokiFault{{logql::QueryErrorType::kBadRequest, "the end of the range must lie after its start"}};
  const std::string query = text("query").empty() ? R"({service=~".+"})" : text("query");
  const auto matchers = selector(query);
  std::vector<std::string> labels = split(text("targetLabels"));
  if (labels.empty()) {
    for (const auto& matcher : matchers) labels.push_back(matcher.name);
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  }
  for (const std::string& label : labels) {
    if (!promql::is_label_name(label))
      throw LokiFault{{logql::QueryErrorType::kBadRequest, "invalid label name: " + quoted(label)}};
  }
  Volumes volumes;
  volumes.limit = count("limit", kVolumesDefault);
  if (text("aggregateBy") != "labels") {
    volumes.queries.push_back({"", "sum by (" + joined(labels) + ") (bytes_over_time(" + query + "[", "]))"});
    return volumes;
  }
  for (const std::string& label : labels) {
    const std::string selected = query.substr(0, query.rfind('}')) + ", " + label + "!=\"\"}";
    volumes.queries.push_back(
        {"{" + quoted(label) + ":\"\"}", "sum(bytes_over_time(" + selected + "[", "]))"});
  }
  return volumes;
}

net::Response LokiCall::volume() const {
  const logql::LogRange asked = range();
  const Volumes wanted = volumes(asked);
  std::vector<std::pair<double, std::string>> rows;  // and the metric as JSON
  for (const auto& query : wanted.queries) {
    const auto result = instant(wanted.text(query, asked.end_ns - asked.start_ns), asked.end_ns);
    for (const auto& series : result.metric.series) {
      std::string metric = query.metric;
      if (metric.empty()) promql::append_json(metric, *series.labels);
      rows.emplace_back(series.points.front().v, std::move(metric));
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (rows.size() > wanted.limit) rows.resize(wanted.limit);
  std::string out = R"({"status":"success","data":{"resultType":"vector","result":[)";
  const std::string seconds = std::to_string(asked.end_ns / (1000 * kNsInMs));
  for (const auto& [bytes, metric] : rows) {
    if (out.back() != '[') out += ',';
    out += R"({"metric":)" + metric + ",\"value\":[" + seconds + ",\"" +
           std::to_string(static_cast<std::int64_t>(bytes)) + "\"]}";
  }
  return net::json_response(200, out += R"(],"stats":{}}})");
}

net::Response LokiCall::volume_range() const {
  logql::LogRange asked = range();
  asked.step_ns = step(asked);
  const Volumes wanted = volumes(asked);
  // A step's volume stands at its end.
  asked.start_ns = std::min(asked.start_ns + asked.step_ns, asked.end_ns);
  struct Row {
    double total = 0;
    std::string metric, values;
  };
  std::vector<Row> rows;
  for (const auto& query : wanted.queries) {
    const auto result = over(wanted.text(query, asked.step_ns), asked);
    for (const auto& series : result.metric.series) {
      Row row;
      row.metric = query.metric;
      if (row.metric.empty()) promql::append_json(row.metric, *series.labels);
      for (const auto& sample : series.points) {
        row.total += sample.v;
        if (!row.values.empty()) row.values += ',';
        row.values += "[" + std::to_string(sample.t_ms / 1000) + ",\"" +
                      std::to_string(static_cast<std::int64_t>(sample.v)) + "\"]";
      }
      rows.push_back(std::move(row));
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.total > b.total; });
  if (rows.size() > wanted.limit) rows.resize(wanted.limit);
  std::string out = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (const Row& row : rows) {
    if (out.back() != '[') out += ',';
    out += R"({"metric":)" + row.metric + ",\"values\":[" + row.values + "]}";
  }
  return net::json_response(200, out += R"(],"stats":{}}})");
}

net::Response LokiCall::detected_labels() const {
  std::map<std::string, std::set<std::string>> values;
  for (const auto& stream : streams(text("query"), range())) {
    for (const auto& label : *stream) values[label.name].insert(label.value);
  }
  std::string out = R"({"detectedLabels":[)";
  for (const auto& [name, some] : values) {
    if (out.back() != '[') out += ',';
    out += R"({"label":)" + quoted(name) + R"(,"cardinality":)" + std::to_string(some.size()) + "}";
  }
  return net::json_response(200, out += "]}");
}

struct LokiCall::Field {
  std::string name;
  std::set<std::string> values, parsers;
};

std::vector<LokiCall::Field> LokiCall::fields() const {
  logql::LogRange asked = range();
  const auto lines = count("line_limit", kFieldLinesDefault);
  asked.limit = std::min(lines, logql::limits::kEntriesMax);
  const std::string query = text("query");
  std::map<std::string, Field> found;
  for (const auto& [parser, stages] : {std::pair("json", kJsonFields), std::pair("logfmt", kLogfmtFields)}) {
    for (const auto& stream : over(query + stages, asked).streams) {
      for (const auto& label : *stream.labels) {
        if (label.name == "service" || label.name == "pod" || label.name == "level") continue;
        Field& field = found[label.name];
        field.name = label.name;
        field.values.insert(label.value);
        field.parsers.insert(parser);
      }
    }
  }
  std::vector<Field> fields;
  for (auto& [name, field] : found) fields.push_back(std::move(field));
  return fields;
}

net::Response LokiCall::detected_fields() const {
  const std::size_t limit = count("limit", kFieldsDefault);
  std::string out = R"({"fields":[)";
  std::size_t rows = 0;
  for (const Field& field : fields()) {
    if (++rows > limit) break;
    if (out.back() != '[') out += ',';
    out += R"({"label":)" + quoted(field.name) + R"(,"type":")" + type_of(field.values) +
           R"(","cardinality":)" + std::to_string(field.values.size()) + R"(,"parsers":[)";
    for (const std::string& parser : field.parsers) out += (out.back() == '[' ? "" : ",") + quoted(parser);
    out += "]}";
  }
  return net::json_response(200, out + R"(],"limit":)" + std::to_string(limit) + "}");
}

net::Response LokiCall::detected_field_values(std::string_view name) const {
  const std::size_t limit = count("limit", kFieldsDefault);
  std::string out = R"({"values":[)";
  std::size_t rows = 0;
  for (const Field& field : fields()) {
    if (field.name != name) continue;
    for (const std::string& value : field.values) {
      if (++rows > limit) break;
      out += (out.back() == '[' ? "" : ",") + quoted(value);
    }
  }
  return net::json_response(200, out + R"(],"limit":)" + std::to_string(limit) + "}");
}

}  // namespace incident::api
