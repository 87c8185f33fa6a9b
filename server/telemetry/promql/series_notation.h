// The line of a promqltest file that writes a series down: http_requests{job="api"} 0+10x5 _ stale 7.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/labels.h"

namespace incident::promql {

struct SeriesLine {
  Labels labels;
  std::vector<std::optional<double>> values;  // nothing where '_' left a gap; the stale marker for 'stale'
};

// a+bxn is a, a+b ... n times more; axn is a, n times more; _xn is n gaps. At most kSeriesLineValuesMax
// values.
Result<SeriesLine> parse_series_line(std::string_view line);

}  // namespace incident::promql
