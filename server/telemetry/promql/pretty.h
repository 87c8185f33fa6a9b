// A query over several lines where one would be long, as Prometheus' format_query writes it. Pure.
#pragma once

#include <string>

#include "promql/ast.h"

namespace incident::promql {

std::string pretty(const Expr& expr);

}  // namespace incident::promql
