#include "promql/queryable.h"

#include <algorithm>

namespace incident::promql {

void Queryable::read(std::span<const Matcher> matchers, std::int64_t min_t_ms, std::int64_t max_t_ms,
                     SeriesReader& reader) const {
  std::vector<SeriesView> series = select(matchers, min_t_ms, max_t_ms);
  const auto before = [](const SeriesView& a, const SeriesView& b) { return *a.labels < *b.labels; };
  if (!std::is_sorted(series.begin(), series.end(), before)) std::sort(series.begin(), series.end(), before);
  reader.begin(series.size());
  Columns columns;
  for (std::size_t i = 0; i < series.size(); ++i)
    reader.take(i, std::move(series[i].labels), columns.of(series[i].samples));
}

}  // namespace incident::promql
