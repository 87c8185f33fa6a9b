#include "push/tally.h"

namespace incident::push {
namespace {

constexpr std::array<const char*, otlp::kSignals> kNouns = {"data points", "lines", "spans"};

}  // namespace

void Tally::Items::add(const Items& other) {
  sent += other.sent;
  rejected += other.rejected;
  refused += other.refused;
  given_up += other.given_up;
  missed += other.missed;
}

std::uint64_t Tally::sent() const {
  std::uint64_t sum = 0;
  for (const Items& some : items) sum += some.sent;
  return sum;
}

std::uint64_t Tally::lost() const {
  std::uint64_t sum = 0;
  for (const Items& some : items) sum += some.lost();
  return sum;
}

void Tally::add(const Tally& other) {
  for (std::size_t i = 0; i < items.size(); ++i) items[i].add(other.items[i]);
  requests += other.requests;
  retries += other.retries;
}

std::string Tally::text() const {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? " and " : ", ";
    out += std::to_string(items[i].sent) + " " + kNouns[i];
  }
  out += " sent in " + std::to_string(requests) + " requests";
  if (retries > 0) out += " and " + std::to_string(retries) + " further tries";
  if (lost() == 0) return out + "; nothing lost";
  out += "; lost:";
  bool first = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto tell = [&](std::uint64_t count, const char* how) {
      if (count == 0) return;
      out += (first ? " " : ", ") + std::to_string(count) + " " + kNouns[i] + " " + how;
      first = false;
    };
    tell(items[i].rejected, "rejected by the collector");
    tell(items[i].refused, "in requests it refused");
    tell(items[i].given_up, "given up");
    tell(items[i].missed, "gone before their turn came");
  }
  return out;
}

}  // namespace incident::push
