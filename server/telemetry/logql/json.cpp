#include "logql/json.h"

#include "promql/json.h"

namespace incident::logql {
namespace {

void append_streams(std::string& out, const std::vector<Stream>& streams) {
  out += R"({"status":"success","data":{"resultType":"streams","result":[)";
  for (const Stream& stream : streams) {
    if (out.back() != '[') out += ',';
    out += R"({"stream":)";
    promql::append_json(out, *stream.labels);
    out += R"(,"values":[)";
    for (const Entry& entry : stream.entries) {
      if (out.back() != '[') out += ',';
      out += "[\"" + std::to_string(entry.t_ns) + "\",";
      promql::append_json_string(out, entry.line);
      out += ']';
    }
    out += "]}";
  }
  out += ']';
}

}  // namespace

std::string to_json(const QueryResult& result) {
  std::string out;
  if (result.is_log) {
    append_streams(out, result.streams);
  } else {
    out = promql::to_json(result.metric);
    out.resize(out.size() - 2);  // the braces of data and of the whole, after what is added
  }
  // Grafana reads the summary; the speeds are of no meaning here.
  out +=
      R"(,"stats":{"summary":{"bytesProcessedPerSecond":0,"linesProcessedPerSecond":0,"totalBytesProcessed":)" +
      std::to_string(result.stats.bytes) + R"(,"totalLinesProcessed":)" + std::to_string(result.stats.lines) +
      R"(,"execTime":0,"queueTime":0,"subqueries":0,"totalEntriesReturned":)" +
      std::to_string(result.stats.entries) + "}}}}";
  return out;
}

int http_status(const QueryError& error) {
  switch (error.type) {
    case QueryErrorType::kBadRequest:
    case QueryErrorType::kLimit:
      return 400;
    case QueryErrorType::kTimeout:
      return 504;
    case QueryErrorType::kCanceled:
      return 499;
  }
  return 400;
}

}  // namespace incident::logql
