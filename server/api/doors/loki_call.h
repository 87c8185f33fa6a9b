// One request to the Loki door: its view of the arena and its parameters, from the address and from a posted
// form. Inside the door only. What is wrong with a parameter is thrown as a LokiFault and caught by the door.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/arena_view.h"
#include "logql/engine.h"
#include "logql/log_store_source.h"
#include "net/http.h"

namespace incident::api {

inline constexpr std::int64_t kNsInMs = 1'000'000;

struct LokiFault {
  logql::QueryError error;
};

class LokiCall {
 public:
  LokiCall(const ArenaView& view, const net::Request& request, const promql::StopCheck& stop);

  // loki.cpp
  net::Response query() const;
  net::Response query_range() const;
  net::Response labels() const;
  net::Response label_values(std::string_view name) const;
  net::Response series() const;

  // loki_volume.cpp
  net::Response stats() const;
  net::Response volume() const;
  net::Response volume_range() const;
  net::Response detected_labels() const;
  net::Response detected_fields() const;
  net::Response detected_field_values(std::string_view name) const;

  std::string text(std::string_view name) const;
  // A whole number of more than ten digits is nanoseconds; all else is as in the Prometheus API.
  std::int64_t time(const char* name, std::int64_t otherwise) const;
  std::size_t count(const char* name, std::size_t otherwise) const;
  // [start, end), the last hour unless said.
  logql::LogRange range() const;
  // One nanosecond more than now, so that what has just happened is in [start, end).
  std::int64_t now() const { return view_.unix_ms(view_.now) * kNsInMs + kNsInMs; }

 private:
  struct Volumes;
  std::vector<promql::Matcher> selector(std::string_view text) const;
  std::vector<promql::LabelsPtr> streams(std::string_view selector, const logql::LogRange& range) const;
  logql::QueryResult instant(const std::string& query, std::int64_t at_ns) const;
  logql::QueryResult over(const std::string& query, const logql::LogRange& range) const;
  std::int64_t step(const logql::LogRange& range) const;
  Volumes volumes(const logql::LogRange& range) const;
  // Names and values of what the lines hold beside their labels.
  struct Field;
  std::vector<Field> fields() const;

  const ArenaView& view_;
  logql::LogStoreSource source_;
  const promql::StopCheck& stop_;
  net::NameValues parameters_;
};

net::Response loki_failed(const logql::QueryError& error);

}  // namespace incident::api
