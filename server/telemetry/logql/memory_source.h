// The smallest source there is: entries in a sorted list. For tests, the test language and tools; the game's
// own lines are in telemetry::LogStore. Not synchronized.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "logql/source.h"

namespace incident::logql {

class MemorySource : public Source {
 public:
  void append(const Labels& labels, std::int64_t t_ns, std::string line);
  void clear();

  void read(const Scan& scan, const Visit& visit) const override;
  std::vector<LabelsPtr> streams(std::span<const Matcher> matchers, std::int64_t from_ns,
                                 std::int64_t to_ns) const override;

 private:
  struct Entry {
    LabelsPtr stream;
    std::int64_t t_ns = 0;
    std::string line;
  };
  std::map<Labels, LabelsPtr> streams_;
  std::vector<Entry> entries_;  // by time, then as they came
};

}  // namespace incident::logql
