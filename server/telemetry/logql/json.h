// Answers in the shape of Loki's HTTP API. Pure functions; the text is UTF-8 JSON without line breaks. Errors
// have no JSON: Loki sends them as plain text.
#pragma once

#include <string>

#include "logql/engine.h"

namespace incident::logql {

// {"status":"success","data":{"resultType":"streams"|"matrix"|"vector"|"scalar","result":...,"stats":...}}
std::string to_json(const QueryResult& result);
// The HTTP status that Loki sends with it: 400, 499 or 504.
int http_status(const QueryError& error);

}  // namespace incident::logql
