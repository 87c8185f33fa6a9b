#include "logql/log_run.h"

#include <algorithm>

namespace incident::logql {

std::vector<Stream> run_log_query(const Source& source, const Selector& selector, const LogRange& range,
                                  Meter& meter) {
  StreamTable table(meter);
  std::vector<Stream> streams;
  std::size_t entries = 0;
  Line line;
  const Scan scan{selector.matchers, range.start_ns, range.end_ns, range.backward, true};
  source.read(scan, [&](const LabelsPtr& stream, std::int64_t t_ns, std::string_view text) {
    meter.line(text.size());
    line.t_ns = t_ns;
    line.text = text;
    line.labels.reset(stream);
    if (!apply(selector.stages, line)) return true;
    const std::size_t number = table.number_of(line.labels);
    if (number == streams.size()) streams.push_back({table.labels(number), {}});
    streams[number].entries.push_back({t_ns, std::string(line.text)});
    return ++entries < range.limit;
  });
  meter.stats().entries = entries;
  std::sort(streams.begin(), streams.end(),
            [](const Stream& a, const Stream& b) { return *a.labels < *b.labels; });
  return streams;
}

}  // namespace incident::logql
