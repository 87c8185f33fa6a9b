#include "telemetry/log_text.h"

#include <algorithm>
#include <array>

#include "telemetry/part_lines.h"
#include "telemetry/text_format.h"

namespace incident::telemetry {
namespace {

const char* upper(Level level) {
  constexpr const char* kNames[kLevels] = {"INFO", "WARN", "ERROR"};
  return kNames[static_cast<int>(level)];
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // where what was not written yet begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '\\') continue;
    out.append(text, plain, i - plain);
    out += '\\';
    plain = i;
  }
  out.append(text, plain);
  out += '"';
}

// Digits, with at most one point that is not the first character.
bool is_number(std::string_view text) {
  if (text.empty() || text.front() == '.') return false;
  int points = 0;
  for (const char c : text) {
    if (c == '.' ? ++points > 1 : c < '0' || c > '9') return false;
  }
  return true;
}

// logfmt, as Go's slog.TextHandler writes it.
void write_go(const LogRecord& record, const Phrase& phrase, std::string_view trace, std::string& out) {
  out += "level=";
  out += upper(record.level);
  out += " msg=";
  append_quoted(out, phrase.message);
  const auto field = [&](std::string_view key, std::string_view value) {
    out += ' ';
    out += key;
    out += '=';
    if (value.empty() ||
        std::any_of(value.begin(), value.end(), [](char c) { return c == ' ' || c == '=' || c == '"'; })) {
      append_quoted(out, value);
    } else {
      out += value;
    }
  };
  for (const auto& [key, value] : phrase.fields) field(key, value);
  if (!phrase.error.empty()) field("err", phrase.error);
  if (!trace.empty()) field("trace_id", trace);
}

// Logback's usual pattern: level, thread, logger, message.
void write_java(const Names& names, const PodName& pod, const LogRecord& record, const Phrase& phrase,
                std::string_view trace, std::string& out) {
  out += upper(record.level);
  out += record.level == Level::kError ? " [" : "  [";
  if (record.trace != 0) {
    out += "http-nio-8080-exec-";
    append_number(out, names.draw(7, record.trace ^ pod.service.value) % 16 + 1);
  } else {
    out += "main";
  }
  out += "] c.s.";
  out += names.service(pod.service).name;
  out += '.';
  out += phrase.logger;
  out += " : ";
  out += phrase.message;
  bool first = true;
  for (const auto& [key, value] : phrase.fields) {
    out += first ? " (" : ", ";
    out += key;
    out += '=';
    out += value;
    first = false;
  }
  if (!first) out += ')';
  if (!phrase.error.empty()) {
    out += ": ";
    out += phrase.error;
  }
  if (!trace.empty()) {
    out += " [trace_id=";
    out += trace;
    out += ']';
  }
}

// One JSON object a line, as pino writes it.
void write_node(const Names& names, const PodName& pod, const LogRecord& record, const Phrase& phrase,
                std::string_view trace, std::string& out) {
  constexpr std::array<const char*, kLevels> kNumbers = {"30", "40", "50"};
  out += "{\"level\":";
  out += kNumbers[static_cast<std::size_t>(record.level)];
  out += ",\"name\":";
  append_quoted(out, names.service(pod.service).name);
  const auto field = [&](std::string_view key, std::string_view value) {
    out += ",\"";
    out += key;
    out += "\":";
    if (is_number(value)) {
      out += value;
    } else {
      append_quoted(out, value);
    }
  };
  for (const auto& [key, value] : phrase.fields) field(key, value);
  if (!phrase.error.empty()) field("err", phrase.error);
  if (!trace.empty()) field("trace_id", trace);
  out += ",\"msg\":";
  append_quoted(out, phrase.message);
  out += '}';
}

// The standard library's formatter with extra fields at the end.
void write_python(const Names& names, const PodName& pod, const LogRecord& record, const Phrase& phrase,
                  std::string_view trace, std::string& out) {
  out += record.level == Level::kWarn ? "WARNING" : upper(record.level);
  out += ' ';
  std::string module = names.service(pod.service).name;
  for (char& c : module) c = c == '-' ? '_' : c;
  out += module;
  out += '.';
  for (const char c : phrase.logger) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  out += ": ";
  out += phrase.message;
  for (const auto& [key, value] : phrase.fields) {
    out += ' ';
    out += key;
    out += '=';
    out += value;
  }
  if (!phrase.error.empty()) {
    out += " error=";
    append_quoted(out, phrase.error);
  }
  if (!trace.empty()) {
    out += " trace_id=";
    out += trace;
  }
}

void write_application(const Names& names, const PodName& pod, const LogRecord& record, const Phrase& phrase,
                       std::string& out) {
  std::array<char, 32> id;
  std::string_view trace;
  if (record.trace != 0) {
    names.write_trace_id(record.trace, id);
    trace = {id.data(), id.size()};
  }
  switch (names.service(pod.service).style) {
    case LogStyle::kJava:
      write_java(names, pod, record, phrase, trace, out);
      return;
    case LogStyle::kNode:
      write_node(names, pod, record, phrase, trace, out);
      return;
    case LogStyle::kPython:
      write_python(names, pod, record, phrase, trace, out);
      return;
    default:
      write_go(record, phrase, trace, out);
  }
}

// Stores and proxies have no loggers to tell apart: their lines are the words themselves.
bool has_logger(LogStyle style) {
  return style == LogStyle::kGo || style == LogStyle::kJava || style == LogStyle::kNode ||
         style == LogStyle::kPython;
}

void render_part(const Names& names, const PodName& pod, const LogRecord& record, std::string& out) {
  const PartLine& line = *find_part_line(static_cast<sim::PartEvent>(record.args[0]));
  const auto value =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(record.args[3]) << 32 | record.args[2]);
  std::string words = part_words(names, pod, line, record.args[1], value);
  if (line.writer == Writer::kProcess && has_logger(names.service(pod.service).style)) {
    Phrase phrase;
    phrase.logger = line.logger;
    phrase.message = std::move(words);
    return write_application(names, pod, record, phrase, out);
  }
  if (line.writer == Writer::kKubelet) out += "kubelet: ";
  if (line.writer == Writer::kKernel) out += "kernel: ";
  out += words;
}

}  // namespace

std::string milliseconds_text(std::uint32_t us, int digits) {
  std::string text;
  std::uint32_t unit = 1000;
  for (int i = 0; i < digits; ++i) unit /= 10;
  append_fixed(text, us, digits, unit);
  return text;
}

void render_line(const Names& names, const PodName& pod, const LogRecord& record, std::string& out) {
  const LogStyle style = names.service(pod.service).style;
  if (record.what == LogTemplate::kPart) return render_part(names, pod, record, out);
  if (render_kubelet(names, pod, record, out)) return;
  if (style == LogStyle::kPostgres && render_postgres(names, record, out)) return;
  if (style == LogStyle::kRedis && render_redis(names, record, out)) return;
  if ((style == LogStyle::kNginx || style == LogStyle::kEnvoy) && render_proxy(names, pod, record, out))
    return;
  write_application(names, pod, record, application_phrase(names, pod, record), out);
}

}  // namespace incident::telemetry
