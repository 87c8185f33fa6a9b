// Answers and errors in the shape of Prometheus' HTTP API. Pure functions; the text is UTF-8 JSON without
// line breaks.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "promql/engine.h"

namespace incident::promql {

// {"status":"success","data":{"resultType":...,"result":...}}
std::string to_json(const QueryResult& result);
// {"status":"error","errorType":...,"error":...}
std::string to_json(const QueryError& error);
// The HTTP status Prometheus sends with it: 400, 422 or 503.
int http_status(const QueryError& error);
const char* to_string(QueryErrorType type);

// Parts of other answers of the same API: {"a":"b"} and "text".
void append_json(std::string& out, const Labels& labels);
void append_json_string(std::string& out, std::string_view text);
// {"status":"success","data":[...]} of texts (labels, label values) and of label sets (series).
std::string success_json(std::span<const std::string> texts);
std::string success_json(std::span<const LabelsPtr> series);

}  // namespace incident::promql
