#include "telemetry/metric_store.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace incident::telemetry {
namespace {

constexpr std::string_view kServiceLabel = "service";

void show_values(const Series& series, std::span<const std::int64_t> sums, double* out) {
  if (series.floating) {
    for (std::size_t i = 0; i < sums.size(); ++i) out[i] = std::bit_cast<double>(sums[i]);
    return;
  }
  const auto multiplier = std::int64_t{series.multiplier};
  for (std::size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<double>(sums[i] * multiplier);
  if (series.divisor == 1) return;
  const auto divisor = static_cast<double>(series.divisor);
  for (std::size_t i = 0; i < sums.size(); ++i) out[i] /= divisor;
}

std::size_t heap_bytes(const std::string& text) {
  return text.capacity() > 15 ? text.capacity() + 1 : 0;
}

}  // namespace

std::uint32_t MetricStore::add_cells(std::size_t count) {
  const std::size_t first = cells_.size();
  cells_.resize(first + count, 0);
  return static_cast<std::uint32_t>(first);
}

std::uint32_t MetricStore::add_series(Series series) {
  series.from = scrapes_ + 1;
  series.to = Series::kOpen;
  series.next = Series::kOpen;
  const std::string_view service = series.labels->get(kServiceLabel);
  const auto known = std::find(services_.begin(), services_.end(), service);
  series.service = static_cast<std::uint16_t>(known - services_.begin());
  if (known == services_.end()) services_.emplace_back(service);
  const auto index = static_cast<std::uint32_t>(series_.size());
  // Kept in the order of labels, which is the order in which the query engine wants series.
  std::vector<std::uint32_t>& named = by_name_[std::string(series.labels->metric_name())];
  const auto place = std::lower_bound(
      named.begin(), named.end(), *series.labels,
      [&](std::uint32_t other, const promql::Labels& labels) { return *labels_of(other) < labels; });
  named.insert(place, index);
  series_.push_back(std::move(series));
  return index;
}

std::uint32_t MetricStore::last_life(std::uint32_t first_life) const {
  std::uint32_t at = first_life;
  while (series_[at].next != Series::kOpen) at = series_[at].next;
  return at;
}

void MetricStore::end_series(std::uint32_t first_life) {
  Series& life = series_[last_life(first_life)];
  if (life.to == Series::kOpen) life.to = scrapes_ + 1;
}

void MetricStore::reopen_series(std::uint32_t first_life) {
  const std::uint32_t last = last_life(first_life);
  if (series_[last].to == Series::kOpen) return;
  if (series_[last].to == scrapes_ + 1) {  // no scrape has missed it
    series_[last].to = Series::kOpen;
    return;
  }
  Series later = series_[last];
  later.from = scrapes_ + 1;
  later.to = Series::kOpen;
  series_[last].next = static_cast<std::uint32_t>(series_.size());
  series_.push_back(std::move(later));
}

void MetricStore::retire_series(std::uint32_t first_life) {
  end_series(first_life);
  const promql::LabelsPtr labels = series_[first_life].labels;
  if (labels == nullptr) return;
  const std::uint32_t packed = retired_.pack(*labels);
  for (std::uint32_t at = first_life; at != Series::kOpen; at = series_[at].next) {
    series_[at].labels = nullptr;
    series_[at].packed = packed;
  }
}

promql::LabelsPtr MetricStore::labels_of(std::uint32_t index) const {
  const Series& series = series_[index];
  return series.labels != nullptr ? series.labels : retired_.unpack(series.packed);
}

void MetricStore::scrape() {
  ++scrapes_;
  rows_.push_back(std::make_shared<const Row>(cells_));
  if (rows_.size() == limits::kScrapesPerBlock) {
    const auto first = static_cast<std::uint32_t>(scrapes_ + 1 - rows_.size());
    blocks_.push_back(std::make_shared<const MetricBlock>(first, rows_));
    rows_.clear();
  }
  causes_.scraped(scrapes_);
}

bool MetricStore::shown(std::uint32_t first_life, std::uint32_t first, std::uint32_t last) const {
  for (std::uint32_t at = first_life; at != Series::kOpen; at = series_[at].next) {
    const Series& life = series_[at];
    if (life.from < life.to && life.from <= last && life.to >= first) return true;
  }
  return false;
}

std::vector<std::uint32_t> MetricStore::find(std::span<const promql::Matcher> matchers, std::uint32_t first,
                                             std::uint32_t last) const {
  std::vector<std::uint32_t> found;
  if (first > last) return found;
  // The metric's name and the service are looked up; what is left is compared label by label.
  const std::vector<std::uint32_t>* named = nullptr;
  std::size_t service = services_.size();
  std::vector<const promql::Matcher*> rest;
  for (const promql::Matcher& matcher : matchers) {
    if (matcher.op == promql::Matcher::kEqual && matcher.name == promql::kMetricName && named == nullptr) {
      const auto it = by_name_.find(matcher.value);
      if (it == by_name_.end()) return found;
      named = &it->second;
    } else if (matcher.op == promql::Matcher::kEqual && matcher.name == kServiceLabel &&
               service == services_.size()) {
      const auto it = std::find(services_.begin(), services_.end(), matcher.value);
      if (it == services_.end()) return found;
      service = static_cast<std::size_t>(it - services_.begin());
    } else {
      rest.push_back(&matcher);
    }
  }
  const auto filter = [&](const std::vector<std::uint32_t>& indices) {
    for (const std::uint32_t index : indices) {
      if (service != services_.size() && series_[index].service != service) continue;
      if (!shown(index, first, last)) continue;
      const promql::LabelsPtr labels = rest.empty() ? nullptr : labels_of(index);
      const bool meets = std::all_of(rest.begin(), rest.end(), [&](const promql::Matcher* matcher) {
        return matcher->matches(labels->get(matcher->name));
      });
      if (meets) found.push_back(index);
    }
  };
  if (named != nullptr) {
    filter(*named);
  } else {
    for (const auto& [name, indices] : by_name_) filter(indices);
  }
  return found;
}

void MetricStore::sum_cells(const Series& series, std::uint32_t first, std::uint32_t last,
                            Cursor& cursor) const {
  const bool goes_on = cursor.cell == series.cell && cursor.cells > 0 && cursor.cells <= series.cells &&
                       cursor.first == first && cursor.last == last;
  if (!goes_on) {
    cursor.cell = series.cell;
    cursor.cells = 0;
    cursor.first = first;
    cursor.last = last;
    cursor.sums.assign(last - first + 1, 0);
  }
  std::array<std::int64_t, limits::kScrapesPerBlock> column;
  for (std::uint32_t cell = series.cell + cursor.cells; cell < series.cell + series.cells; ++cell) {
    for (std::size_t b = (first - 1) / limits::kScrapesPerBlock; b < blocks_.size(); ++b) {
      const MetricBlock& block = *blocks_[b];
      if (block.first_scrape() > last) break;
      if (block.first_scrape() >= first && block.last_scrape() <= last) {
        block.add_column(cell, &cursor.sums[block.first_scrape() - first]);
        continue;
      }
      column.fill(0);
      if (!block.add_column(cell, column.data())) continue;
      const std::uint32_t from = std::max(first, block.first_scrape());
      const std::uint32_t to = std::min(last, block.last_scrape());
      for (std::uint32_t k = from; k <= to; ++k) cursor.sums[k - first] += column[k - block.first_scrape()];
    }
    const auto rows_from = static_cast<std::uint32_t>(scrapes_ + 1 - rows_.size());
    for (std::uint32_t k = std::max(first, rows_from); k <= last; ++k) {
      const Row& row = *rows_[k - rows_from];
      if (cell < row.size()) cursor.sums[k - first] += row[cell];
    }
  }
  cursor.cells = series.cells;
}

void MetricStore::read(std::uint32_t first_life, std::uint32_t first, std::uint32_t last, Cursor& cursor,
                       SeriesColumns& out) const {
  out.clear();
  first = std::max(first, 1U);
  last = std::min(last, scrapes_);
  for (std::uint32_t at = first_life; at != Series::kOpen; at = series_[at].next) {
    const Series& life = series_[at];
    if (life.from >= life.to || life.from > last || life.to < first) continue;
    const std::uint32_t from = std::max(first, life.from);
    const std::uint32_t to = std::min(last, life.to - 1);
    if (from <= to) {
      sum_cells(life, from, to, cursor);
      out.add_run(from, to);
      const std::size_t before = out.values.size();
      out.values.resize(before + (to - from + 1));
      show_values(life, cursor.sums, out.values.data() + before);
    }
    if (life.to >= first && life.to <= last) {
      out.add_run(life.to, life.to);
      out.values.push_back(promql::stale_marker());
      out.stale = true;
    }
  }
}

sim::CauseMask MetricStore::causes(std::span<const promql::Matcher> matchers, SimTime from,
                                   SimTime to) const {
  if (to < from || to.us < 0) return 0;
  const auto first = static_cast<std::uint32_t>(std::max<std::int64_t>(from.us, 0) / interval_.us);
  const auto last =
      static_cast<std::uint32_t>(std::min<std::int64_t>((to.us + interval_.us - 1) / interval_.us, scrapes_));
  sim::CauseMask mask = 0;
  for (const std::uint32_t index : find(matchers, first, last)) {
    mask |= causes_.causes(series_[index].group, first, last);
  }
  return mask;
}

std::size_t MetricStore::memory_bytes() const {
  std::size_t bytes = sizeof *this + cells_.capacity() * sizeof(std::int64_t) +
                      series_.capacity() * sizeof(Series) + retired_.memory_bytes() + causes_.memory_bytes();
  for (const auto& [name, indices] : by_name_) {
    bytes += 64 + heap_bytes(name) + indices.capacity() * sizeof(std::uint32_t);
    for (const std::uint32_t index : indices) {
      if (series_[index].labels == nullptr) continue;
      bytes += sizeof(promql::Labels) + 16;
      for (const promql::Label& label : *series_[index].labels) {
        bytes += sizeof label + heap_bytes(label.name) + heap_bytes(label.value);
      }
    }
  }
  for (const auto& block : blocks_) bytes += block->memory_bytes();
  for (const auto& row : rows_) bytes += sizeof(Row) + 16 + row->capacity() * sizeof(std::int64_t);
  return bytes;
}

void MetricStore::hash(Hasher& hasher) const {
  hasher.add(interval_.us);
  hasher.add(scrapes_);
  hasher.add(cells_);
  hasher.add(static_cast<std::uint64_t>(series_.size()));
  for (std::uint32_t i = 0; i < series_.size(); ++i) {
    const Series& series = series_[i];
    hasher.add(labels_of(i)->hash());
    for (const std::uint32_t word :
         {series.cell, std::uint32_t{series.cells}, series.group, series.from, series.to, series.next}) {
      hasher.add(word);
    }
    hasher.add(series.multiplier);
    hasher.add(series.divisor);
  }
  for (const auto& block : blocks_) block->hash(hasher);
  for (const auto& row : rows_) hasher.add(*row);
  causes_.hash(hasher);
}

}  // namespace incident::telemetry
