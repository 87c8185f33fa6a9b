// Keeps the books of a run from what the simulation tells: every request of a customer ends once, every trace
// ends once and nothing carries its number afterwards, spans are not used twice, and no time runs backwards.
#pragma once

#include <set>
#include <string>

#include "sim/observer.h"

namespace incident::torture {

class Ledger : public sim::Observer {
 public:
  std::uint64_t users = 0;
  std::string broken;  // the first entry that was wrong

  void on_call(const sim::CallRecord& r) override {
    ordered(r.start, r.end, "call");
    if (r.trace != 0) open(r.trace, "a call");
    if (r.pool_wait.us < 0) say("a call waited for its pool for a negative time");
    if (static_cast<int>(r.outcome) >= sim::kOutcomes) say("a call has no outcome");
  }
  void on_task(const sim::TaskRecord& r) override {
    ordered(r.arrived, r.end, "task");
    if (r.started > r.end) say("a task began after its end");
    if (r.trace != 0) open(r.trace, "a task");
    if (r.lock_wait.us < 0) say("a task waited for a row for a negative time");
  }
  void on_user(const sim::UserRecord& r) override {
    // (What a customer waited for may have been there before the customer looked.)
    if (r.end < r.start) say("a customer's request ended before it began");
    open(r.trace, "a customer's request");
    if (!answered_.insert(r.trace).second) say("a customer's request ended twice");
    ++users;
  }
  void on_trace_end(std::uint64_t trace) override {
    if (!ended_.insert(trace).second) say("a trace ended twice");
    answered_.erase(trace);
  }

 private:
  void say(const char* what) {
    if (broken.empty()) broken = what;
  }
  void ordered(SimTime start, SimTime end, const char* what) {
    if (end < start && broken.empty()) broken = std::string("a ") + what + " ended before it began";
    if (end < last_ && broken.empty()) broken = std::string("a ") + what + " ended in the past";
    last_ = std::max(last_, end);
  }
  void open(std::uint64_t trace, const char* what) {
    if (ended_.contains(trace) && broken.empty())
      broken = std::string(what) + " belongs to a trace that has ended";
  }

  std::set<std::uint64_t> ended_, answered_;
  SimTime last_{0};
};

}  // namespace incident::torture
