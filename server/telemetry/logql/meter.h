// What a running query may still use: lines, bytes and time. Throws QueryFault when it has used up one of
// them; the engine's door catches it. One thread only.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "logql/engine.h"
#include "logql/limits.h"
#include "logql/units.h"

namespace incident::logql {

struct QueryFault {
  QueryErrorType type = QueryErrorType::kBadRequest;
  std::string message;
};

class Meter {
 public:
  Meter(const EngineOptions& options, const StopCheck& stop) : options_(options), stop_(stop) { look(); }
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void line(std::size_t bytes) {
    ++stats_.lines;
    stats_.bytes += bytes;
    if (stats_.lines > options_.lines_max)
      pass("the query would read too many lines (limit: " + std::to_string(options_.lines_max) + ")");
    if (stats_.bytes > options_.bytes_max)
      pass("the query would read too many bytes (limit: " + format_bytes(options_.bytes_max) + ")");
    work(1);
  }
  // Counts work done, and looks whether to stop each kCheckIntervalLines of it.
  void work(std::size_t lines) {
    since_look_ += lines;
    if (since_look_ < limits::kCheckIntervalLines) return;
    since_look_ = 0;
    look();
  }
  void streams(std::size_t count) const {
    if (count > options_.streams_max)
      throw QueryFault{QueryErrorType::kLimit,
                       "maximum of series (" + std::to_string(options_.streams_max) +
                           ") reached for a single query; consider adding by (...) to the aggregation, or a "
                           "narrower selector"};
  }
  void samples(std::size_t count) {
    samples_ += count;
    if (samples_ > options_.samples_max)
      throw QueryFault{QueryErrorType::kLimit, "the query would hold too many samples (limit: " +
                                                   std::to_string(options_.samples_max) +
                                                   "); consider a larger step or a shorter time range"};
  }
  Stats& stats() { return stats_; }

 private:
  [[noreturn]] static void pass(std::string what) {
    throw QueryFault{
        QueryErrorType::kLimit,
        std::move(what) +
            "; consider adding more specific stream selectors or reduce the time range of the query"};
  }
  void look() const {
    switch (stop_ ? stop_() : promql::Stop::kNo) {
      case promql::Stop::kNo:
        return;
      case promql::Stop::kTimeout:
        throw QueryFault{QueryErrorType::kTimeout, "the query timed out: consider a shorter time range"};
      case promql::Stop::kCanceled:
        throw QueryFault{QueryErrorType::kCanceled, "the query was canceled"};
    }
  }

  const EngineOptions& options_;
  const StopCheck& stop_;
  Stats stats_;
  std::size_t since_look_ = 0;
  std::size_t samples_ = 0;
};

}  // namespace incident::logql
