#include "promql/json.h"

#include <array>
#include <charconv>

#include "promql/number.h"
#include "promql/utf8.h"

namespace incident::promql {

namespace {

void append_integer(std::string& out, std::int64_t n) {
  std::array<char, 24> buffer{};
  out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr);
}

// Seconds, with three decimals where there are milliseconds.
void append_time(std::string& out, std::int64_t ms) {
  if (ms < 0) {
    out += '-';
    ms = -ms;
  }
  append_integer(out, ms / 1000);
  const std::int64_t fraction = ms % 1000;
  if (fraction == 0) return;
  out += '.';
  out += static_cast<char>('0' + fraction / 100);
  out += static_cast<char>('0' + fraction / 10 % 10);
  out += static_cast<char>('0' + fraction % 10);
}

void append_point(std::string& out, const Sample& point) {
  out += '[';
  append_time(out, point.t_ms);
  out += ",\"";
  append_sample_value(out, point.v);
  out += "\"]";
}

void append_series(std::string& out, const QueryResult& result) {
  out += '[';
  bool first = true;
  for (const ResultSeries& series : result.series) {
    if (!first) out += ',';
    first = false;
    out += "{\"metric\":";
    append_json(out, *series.labels);
    if (result.type == ValueType::kVector) {
      out += ",\"value\":";
      append_point(out, series.points.front());
    } else {
      out += ",\"values\":[";
      for (std::size_t i = 0; i < series.points.size(); ++i) {
        if (i > 0) out += ',';
        append_point(out, series.points[i]);
      }
      out += ']';
    }
    out += '}';
  }
  out += ']';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n != 1) {
      out += n == 0 ? std::string_view("\\ufffd") : text.substr(0, n);  // no UTF-8 is no JSON
      text.remove_prefix(n == 0 ? 1 : n);
      continue;
    }
    const char c = text[0];
    text.remove_prefix(1);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_json(std::string& out, const Labels& labels) {
  out += '{';
  bool first = true;
  for (const Label& label : labels) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, label.name);
    out += ':';
    append_json_string(out, label.value);
  }
  out += '}';
}

std::string to_json(const QueryResult& result) {
  std::string out = R"({"status":"success","data":{"resultType":")";
  switch (result.type) {
    case ValueType::kScalar:
      out += R"(scalar","result":[)";
      append_time(out, result.time_ms);
      out += ",\"" + format_fixed(result.scalar) + "\"]";
      break;
    case ValueType::kString:
      out += R"(string","result":[)";
      append_time(out, result.time_ms);
      out += ',';
      append_json_string(out, result.text);
      out += ']';
      break;
    default:
      out += result.type == ValueType::kVector ? R"(vector","result":)" : R"(matrix","result":)";
      append_series(out, result);
  }
  return out + "}}";
}

const char* to_string(QueryErrorType type) {
  switch (type) {
    case QueryErrorType::kBadData:
      return "bad_data";
    case QueryErrorType::kExecution:
      return "execution";
    case QueryErrorType::kTimeout:
      return "timeout";
    case QueryErrorType::kCanceled:
      return "canceled";
  }
  return "execution";
}

int http_status(const QueryError& error) {
  switch (error.type) {
    case QueryErrorType::kBadData:
      return 400;
    case QueryErrorType::kExecution:
      return 422;
    case QueryErrorType::kTimeout:
    case QueryErrorType::kCanceled:
      return 503;
  }
  return 422;
}

std::string to_json(const QueryError& error) {
  std::string out = R"({"status":"error","errorType":")";
  out += to_string(error.type);
  out += R"(","error":)";
  append_json_string(out, error.parameter.empty()
                              ? error.message
                              : "invalid parameter \"" + error.parameter + "\": " + error.message);
  return out + "}";
}

std::string success_json(std::span<const std::string> texts) {
  std::string out = R"({"status":"success","data":[)";
  for (const std::string& text : texts) {
    if (out.back() != '[') out += ',';
    append_json_string(out, text);
  }
  return out + "]}";
}

std::string success_json(std::span<const LabelsPtr> series) {
  std::string out = R"({"status":"success","data":[)";
  for (const LabelsPtr& labels : series) {
    if (out.back() != '[') out += ',';
    append_json(out, *labels);
  }
  return out + "]}";
}

}  // namespace incident::promql
