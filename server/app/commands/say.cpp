#include "app/commands/say.h"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace incident::app {

int fail(const Error& error) {
  std::cerr << "incident: " << (error.at.empty() ? "" : error.at + ": ") << error.message << "\n";
  return 1;
}

std::string hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

void report(const std::string& name, const push::Tally& tally, const std::string& trouble, bool json) {
  if (!json) {
    std::cout << name << ": " << tally.text() << (trouble.empty() ? "" : "; at last: " + trouble) << "\n";
    return;
  }
  nlohmann::json line = {{"name", name}, {"requests", tally.requests}, {"retries", tally.retries}};
  for (std::size_t i = 0; i < tally.items.size(); ++i) {
    const auto& items = tally.items[i];
    line[otlp::to_string(static_cast<otlp::Signal>(i))] = {{"sent", items.sent},
                                                           {"rejected", items.rejected},
                                                           {"refused", items.refused},
                                                           {"given_up", items.given_up},
                                                           {"missed", items.missed}};
  }
  if (!trouble.empty()) line["trouble"] = trouble;
  std::cout << line.dump() << "\n";
}

std::int64_t unix_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace incident::app
