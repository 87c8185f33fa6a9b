// What a running query may still use: samples in memory and time. The evaluator throws QueryFault when either
// is passed or a query cannot be answered; the engine's door catches it. One thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "promql/limits.h"

namespace incident::promql {

enum class QueryErrorType { kBadData, kExecution, kTimeout, kCanceled };

struct QueryFault {
  QueryErrorType type = QueryErrorType::kExecution;
  std::string message;
};

[[noreturn]] inline void fault(std::string message) {
  throw QueryFault{QueryErrorType::kExecution, std::move(message)};
}

enum class Stop { kNo, kTimeout, kCanceled };
// Asked now and then while a query runs; empty means never stop.
using StopCheck = std::function<Stop()>;

class Budget {
 public:
  Budget(std::size_t samples_max, StopCheck check) : samples_max_(samples_max), check_(std::move(check)) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  void take(std::size_t samples) {
    held_ += samples;
    if (held_ > peak_) peak_ = held_;
    if (held_ > samples_max_)
      fault("query processing would load too many samples into memory in query execution (the limit is " +
            std::to_string(samples_max_) + ")");
  }
  void give(std::size_t samples) { held_ -= samples; }

  // Counts work done, and looks whether to stop each kCheckIntervalSamples of it.
  void work(std::size_t samples) {
    since_check_ += samples;
    if (since_check_ < limits::kCheckIntervalSamples) return;
    since_check_ = 0;
    look();
  }
  void look() const {
    if (!check_) return;
    switch (check_()) {
      case Stop::kNo:
        return;
      case Stop::kTimeout:
        throw QueryFault{QueryErrorType::kTimeout, "query timed out in expression evaluation"};
      case Stop::kCanceled:
        throw QueryFault{QueryErrorType::kCanceled, "query was canceled in expression evaluation"};
    }
  }
  std::size_t peak() const { return peak_; }

 private:
  std::size_t samples_max_;
  StopCheck check_;
  std::size_t held_ = 0;
  std::size_t peak_ = 0;
  std::size_t since_check_ = 0;
};

// Samples taken from a budget for as long as this lives.
class Hold {
 public:
  explicit Hold(Budget& budget) : budget_(&budget) {}
  Hold(Hold&& o) noexcept : budget_(o.budget_), samples_(std::exchange(o.samples_, 0)) {}
  Hold& operator=(Hold&& o) noexcept {
    if (this != &o) {
      budget_->give(samples_);
      budget_ = o.budget_;
      samples_ = std::exchange(o.samples_, 0);
    }
    return *this;
  }
  ~Hold() { budget_->give(samples_); }

  void take(std::size_t samples) {
    samples_ += samples;
    budget_->take(samples);
  }
  void give(std::size_t samples) {
    samples_ -= samples;
    budget_->give(samples);
  }

 private:
  Budget* budget_;
  std::size_t samples_ = 0;
};

}  // namespace incident::promql
