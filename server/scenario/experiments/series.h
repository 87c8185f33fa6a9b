// The series that expectations and charts may name, and the PromQL behind each: what players could draw.
// Names without a part are about customers. Static; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/model.h"

namespace incident::scenario {

// How far back a point of a series looks.
inline constexpr Duration kSeriesLooksBack = seconds(15);

struct NamedSeries {
  std::string name, unit;  // "p99 of api", "s"
  std::string query;       // PromQL with one series as its answer
};

struct SeriesKind {
  std::string_view name, unit, meaning;
  std::string_view query;        // $ stands for the part
  std::string_view store_query;  // when the part is a database or a cache; empty: the same
  std::string_view part;         // service, pool, cache or row locks; empty: of customers
};
std::span<const SeriesKind> series_kinds();

// `own` are those that the file defines. Errors say what would be right, without a place.
Result<NamedSeries> find_series(const sim::Model& model, std::span<const NamedSeries> own,
                                const std::string& name, const std::string& part);

}  // namespace incident::scenario
