#include "app/pushing.h"

#include <utility>

#include "app/commands/push_options.h"
#include "promql/number.h"

namespace incident::app {

Result<std::optional<Pushing>> pushing_of(const ServeConfig::Otlp& otlp) {
  if (otlp.off()) return std::optional<Pushing>();
  push::CollectorText text = otlp.collector;
  if (auto added = add_secret_headers(otlp.headers_file, text.headers); !added) return added.error();
  auto collector = push::parse_collector(text);
  if (!collector) return collector.error();
  const auto interval = promql::parse_duration_ms(otlp.interval);
  if (!interval || *interval <= 0) return invalid("must be a length of time such as 15s", "--otlp-interval");
  const auto history = promql::parse_duration_ms(otlp.history);
  if (!history) return invalid("must be a length of time such as 10m", "--otlp-history");
  Pushing pushing;
  pushing.exporter.collector = std::move(*collector);
  pushing.settings.metric_interval = milliseconds(*interval);
  pushing.settings.history = milliseconds(*history);
  return std::optional(std::move(pushing));
}

}  // namespace incident::app
