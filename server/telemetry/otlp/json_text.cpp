#include "otlp/json_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "promql/json.h"

namespace incident::otlp {
namespace {

void begin_attribute(std::string& out, std::string_view key) {
  if (!out.empty() && out.back() == '}') out += ',';
  out += R"({"key":)";
  promql::append_json_string(out, key);
}

}  // namespace

void append_integer(std::string& out, std::int64_t n) {
  std::array<char, 24> buffer{};
  out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr);
}

void append_int64_text(std::string& out, std::int64_t n) {
  out += '"';
  append_integer(out, n);
  out += '"';
}

void append_double(std::string& out, double v) {
  if (std::isnan(v)) {
    out += "\"NaN\"";
  } else if (std::isinf(v)) {
    out += v > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    std::array<char, 40> buffer{};
    out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr);
  }
}

void append_attribute(std::string& out, std::string_view key, std::string_view value) {
  begin_attribute(out, key);
  out += R"(,"value":{"stringValue":)";
  promql::append_json_string(out, value);
  out += "}}";
}

void append_attribute(std::string& out, std::string_view key, std::int64_t value) {
  begin_attribute(out, key);
  out += R"(,"value":{"intValue":)";
  append_int64_text(out, value);
  out += "}}";
}

}  // namespace incident::otlp
