// Systems with a platform, for the tests of its mechanisms.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "models.h"
#include "sim/gauges.h"

namespace incident::sim::testing {

// One service behind the users, with a second instance when asked.
struct Hosted : Builder {
  ServiceId app;
  OperationId page;
  EdgeId visit;

  explicit Hosted(double per_second, std::uint16_t instances = 1, Duration job = milliseconds(5)) {
    model.platform = true;
    app = service("app", instances);
    of(app).workers = 200;
    of(app).cpu_millicores = 2000;
    of(app).startup_us = 3'000'000;
    page = operation(app, "page", {work(job)});
    visit = edge(users, page);
    of(visit).network_us = 500;
    of(visit).timeout_us = 2'000'000;
    journey(per_second, {call(visit)});
  }
  ResourceParameters& resources() { return model.services[app.index()].resources; }
  DeploymentParameters& deployment() { return model.services[app.index()].deployment; }
  InstanceId first() const { return InstanceId(std::size_t{1 + 4}); }  // the users have five slots
};

inline PlannedChange change_at(Duration at, std::vector<Setting> settings, bool causal = true) {
  PlannedChange c;
  c.at = SimTime{} + at;
  c.kind = ChangeKind::kInfrastructure;
  c.causal = causal;
  c.settings = std::move(settings);
  return c;
}
inline Setting set(PartKind part, std::string_view parameter, std::size_t index, std::int64_t value) {
  return {Builder::ref(part, parameter, index), 0, value};
}

// Every event of a kind, with its time and value.
struct PartEvents : Meter {
  std::map<PartEvent, std::vector<PartRecord>> seen;
  void on_part(const PartRecord& r) override { seen[r.event].push_back(r); }
  std::size_t count(PartEvent e) const { return seen.contains(e) ? seen.at(e).size() : 0; }
  std::uint64_t ended(Outcome o) const { return outcomes[static_cast<int>(o)]; }
};

// By the metric's name and its fixed label's value, if it has one.
inline std::int64_t gauge(const Simulation& s, std::string_view metric, std::size_t at,
                          std::string_view fixed = {}) {
  const auto rows = gauges();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].metric == metric && (fixed.empty() || rows[r].fixed_value == fixed)) return s.gauge(r, at, 0);
  }
  ADD_FAILURE() << "no metric " << metric;
  return -1;
}

// A copy runs the same course, and everything that must add up does, all along.
inline void run_checked(Simulation& s, Duration time, Observer* observer = nullptr,
                        Duration step = seconds(1)) {
  Simulation copy = s;
  for (const SimTime end = s.now() + time; s.now() < end;) {
    s.run_until(std::min(end, s.now() + step), observer);
    copy.run_until(s.now());
    ASSERT_EQ(s.broken_invariant(), "") << "at " << s.now().us;
    ASSERT_EQ(s.hash(), copy.hash());
  }
}

}  // namespace incident::sim::testing
