// promql_ask DATA: answers queries from standard input over the series of an OpenMetrics text file, one JSON
// answer a line. A query is a line of fields between tabs: instant TIME_MS QUERY, or range START_MS END_MS
// STEP_MS QUERY. The differential test asks it and a real Prometheus the same.
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "promql/json.h"
#include "promql/memory_store.h"
#include "promql/number.h"
#include "promql/parser.h"

using namespace incident::promql;

namespace {

bool read_series(const char* path, MemoryStore& store) {
  std::ifstream file(path);
  std::string line;
  std::string last_name;
  Labels labels;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t time_at = line.rfind(' ');
    const std::size_t value_at = line.rfind(' ', time_at - 1);
    std::string name = line.substr(0, value_at);
    if (name != last_name) {
      auto parsed = parse_labels(name);
      if (!parsed) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), parsed.error().message.c_str());
        return false;
      }
      labels = std::move(*parsed);
      last_name = std::move(name);
    }
    const auto value = parse_number(line.substr(value_at + 1, time_at - value_at - 1));
    const auto seconds = parse_number(line.substr(time_at + 1));
    if (!value || !seconds) return false;
    store.append(labels, {std::llround(*seconds * 1000), *value});
  }
  return store.size() > 0;
}

std::string field(std::string& line) {
  const std::size_t tab = line.find('\t');
  std::string out = line.substr(0, tab);
  line.erase(0, tab == std::string::npos ? tab : tab + 1);
  return out;
}

std::int64_t integer(std::string& line) {
  const std::string text = field(line);
  std::int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

}  // namespace

int main(int argc, char** argv) {
  MemoryStore store;
  if (argc != 2 || !read_series(argv[1], store)) {
    std::fprintf(stderr, "usage: %s DATA\n", argv[0]);
    return 2;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::string kind = field(line);
    std::int64_t times[3] = {0, 0, 0};
    const int count = kind == "range" ? 3 : 1;
    for (int i = 0; i < count; ++i) times[i] = integer(line);
    for (char& c : line)
      if (c == '\r') c = '\n';  // a line break inside the query
    const auto answer = kind == "range" ? range_query(store, line, times[0], times[1], times[2])
                                        : instant_query(store, line, times[0]);
    std::cout << (answer ? to_json(*answer) : to_json(answer.error())) << '\n';
  }
  return 0;
}
