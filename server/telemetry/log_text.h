// Turns a line's template and numbers into what the service would have written, in the style of its language
// or product. Without time and host, which every collector keeps beside the text. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/log_record.h"
#include "telemetry/names.h"

namespace incident::telemetry {

// Appends the line's text to `out`.
void render_line(const Names& names, const PodName& pod, const LogRecord& record, std::string& out);

// --- parts of the above, each in its file

// What an application has to say before its logger gives it form.
struct Phrase {
  std::string logger;  // class or module
  std::string message;
  std::string error;  // what the client library said, in the language's words; may be empty
  std::vector<std::pair<std::string_view, std::string>> fields;
};
Phrase application_phrase(const Names& names, const PodName& pod, const LogRecord& record);
// What a client library of that language says when a call ends so.
std::string client_error(LogStyle style, sim::Outcome outcome, bool to_database, std::int64_t timeout_ms);

// Databases, caches and proxies have formats of their own. False: the template is none of theirs.
bool render_postgres(const Names& names, const LogRecord& record, std::string& out);
bool render_redis(const Names& names, const LogRecord& record, std::string& out);
bool render_proxy(const Names& names, const PodName& pod, const LogRecord& record, std::string& out);
// Lines of the orchestrator about a pod.
bool render_kubelet(const Names& names, const PodName& pod, const LogRecord& record, std::string& out);

// "12.3" from microseconds, in milliseconds.
std::string milliseconds_text(std::uint32_t us, int digits = 1);

}  // namespace incident::telemetry
