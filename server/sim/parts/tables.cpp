#include "sim/parts/tables.h"

#include <algorithm>

#include "sim/limits.h"
#include "sim/parts/actions.h"
#include "sim/parts/changes.h"
#include "sim/parts/cpu.h"
#include "sim/parts/instance.h"

namespace incident::sim {
namespace {

constexpr std::int64_t kReportUs = 5'000'000;
constexpr std::int64_t kFetchUs = 2;  // CPU for each further row that an index has found

void report(World& w, PartEvent event, std::uint16_t table, CauseMask cause, std::int64_t value) {
  report_part(w, event, w.model->tables[table].database.value, kNone16, table, cause, value);
}

bool takes_index(const TableState& s, const TableParameters& p, TableVerb verb, std::int64_t rows) {
  if (verb == TableVerb::kReadKey || verb == TableVerb::kInsert) return true;
  if (verb == TableVerb::kReadAll || p.index == 0) return false;
  if (p.flip_rows > 0 && s.live >= p.flip_rows && s.analyzed < p.flip_rows) return false;
  return for_rows(s.analyzed, p.scan_us) >= p.lookup_us + rows * kFetchUs;
}

// The number for a new row; false: there is none left.
bool next_key(World& w, std::uint16_t table) {
  TableState& s = w.tables[table];
  const TableParameters& p = w.table_parameters[table];
  if (p.key_max > 0 && s.key_next > p.key_max) {
    if (w.now - s.overflow_reported >= kReportUs) {
      s.overflow_reported = w.now;
      report(w, PartEvent::kKeysExhausted, table, w.cause(PartKind::kTable, table), p.key_max);
    }
    return false;
  }
  s.key_next += w.model->weight;
  return true;
}

// What the statement does to the table.
void change(World& w, std::uint16_t table, TableVerb verb, std::int64_t rows) {
  TableState& s = w.tables[table];
  const std::int64_t n = rows * w.model->weight;
  s.changed += n;
  if (verb == TableVerb::kInsert) {
    s.live += n;
    return;
  }
  const std::int64_t died = std::min(n, s.live);
  s.dead += died;
  s.died += died;
  if (verb == TableVerb::kDelete) s.live -= died;
}

// Rows that had died when the oldest transaction of the database began.
std::int64_t died_before_horizon(const World& w, std::uint16_t table) {
  const std::uint16_t service = w.model->tables[table].database.value;
  std::int64_t oldest = w.now;
  if (w.databases[service].open_since >= 0) oldest = w.databases[service].open_since;
  for (std::uint32_t task = 0; task < w.tasks.slots(); ++task) {
    if (!w.tasks.live(task)) continue;
    const Task& t = w.tasks[task];
    const bool works = t.state == TaskState::kRunning || t.state == TaskState::kLocking;
    if (works && t.instance != kNone16 && w.service_of(t.instance) == service)
      oldest = std::min(oldest, t.started);
  }
  const std::int64_t naps = (w.now - oldest) / kVacuumNapUs;
  if (naps == 0) return w.tables[table].died;
  const std::int64_t sample =
      std::max<std::int64_t>(w.now / kVacuumNapUs - std::min<std::int64_t>(naps, kDeathSamples - 1), 0);
  return w.table_deaths[table * kDeathSamples + static_cast<std::size_t>(sample) % kDeathSamples];
}

void end_vacuum(World& w, std::uint16_t table) {
  TableState& s = w.tables[table];
  const std::uint16_t service = w.model->tables[table].database.value;
  const auto action = static_cast<std::uint32_t>(s.vacuum_action);
  add_job(w, service, action != 0 ? -kJobMillicores : -kBackgroundMillicores);
  const std::int64_t held = std::clamp<std::int64_t>(s.died - s.vacuum_keeps, 0, s.dead);
  const std::int64_t removed = s.dead - held;
  s.dead = held;
  s.vacuum_until = 0;
  s.vacuum_action = 0;
  ++s.vacuumed;
  const CauseMask cause = w.cause(PartKind::kDatabase, service) | w.cause(PartKind::kTable, table);
  if (held > removed) {
    report(w, PartEvent::kVacuumHeldBack, table, cause, held);
  } else {
    report(w, PartEvent::kVacuumed, table, cause, removed);
  }
  if (action != 0) {
    analyze(w, table);
    end_action(w, action - 1, ActionState::kDone);
  }
}

void grow(World& w, std::uint16_t table) {
  TableState& s = w.tables[table];
  const std::int64_t growth = w.table_parameters[table].growth_per_kilosecond;
  if (growth == 0) return;
  s.grown += growth;  // a second's share, in thousandths of a row
  s.live += s.grown / 1000;
  s.changed += s.grown / 1000;
  s.grown %= 1000;
}

void autovacuum(World& w, std::uint16_t table) {
  TableState& s = w.tables[table];
  const std::uint16_t service = w.model->tables[table].database.value;
  const DatabaseParameters& p = w.database_parameters[service];
  if (p.autoanalyze != 0 && s.changed > kVacuumRows + s.analyzed * kAnalyzePermille / 1000) analyze(w, table);
  if (p.autovacuum != 0 && s.vacuum_until == 0 && s.dead > kVacuumRows + s.live * kVacuumPermille / 1000)
    begin_vacuum(w, table, kNone);
}

}  // namespace

void start_tables(World& w) {
  w.tables.resize(w.model->tables.size());
  w.table_deaths.resize(w.tables.size() * kDeathSamples);
  for (std::size_t t = 0; t < w.tables.size(); ++t) {
    const TableParameters& p = w.table_parameters[t];
    w.tables[t].live = w.tables[t].analyzed = p.rows;
    w.tables[t].key_next = p.key_next;
  }
}

bool run_statement(World& w, std::uint32_t task) {
  Task& t = w.tasks[task];
  const CompiledStep& step = w.compiled->steps[w.compiled->operations[t.operation].first + t.step];
  const std::uint16_t table = step.part;
  TableState& s = w.tables[table];
  const TableParameters& p = w.table_parameters[table];
  if (w.now < s.locked_until) {
    t.cause |= w.cause(PartKind::kTable, table);
    w.schedule(s.locked_until, EventKind::kGoOn, w.tasks.handle(task));
    return false;
  }
  const std::int64_t rows = step.permille;
  if (step.verb == TableVerb::kInsert && !next_key(w, table)) {
    t.cause |= w.cause(PartKind::kTable, table);
    end_task(w, task, Outcome::kKeyOverflow);
    return false;
  }
  const bool index = takes_index(s, p, step.verb, rows);
  std::int64_t cost = 0;
  if (index) {
    ++s.index_scans;
    // An index leads to dead rows as to live ones.
    cost = p.lookup_us + rows * kFetchUs;
    if (s.dead > 0 && s.live > 0)
      cost += static_cast<std::int64_t>(static_cast<Wide>(cost) * static_cast<Wide>(s.dead) /
                                        static_cast<Wide>(s.live));
  } else {
    ++s.table_scans;
    cost = for_rows(s.live + s.dead, p.scan_us);
  }
  // What made it slow: the table's own state, or what keeps vacuum and statistics from it.
  if (!index || s.dead > s.live / 2)
    t.cause |= w.cause(PartKind::kTable, table) | w.cause(PartKind::kDatabase, w.service_of(t.instance));
  if (step.verb >= TableVerb::kInsert) change(w, table, step.verb, rows);
  cost = cpu_cost(w, task, cost);
  if (cost <= 0) return true;
  cpu_add(w, task, cost);
  return false;
}

void analyze(World& w, std::uint16_t table) {
  TableState& s = w.tables[table];
  s.analyzed = s.live;
  s.changed = 0;
  report(w, PartEvent::kAnalyzed, table, 0, s.live);
}

void begin_vacuum(World& w, std::uint16_t table, std::uint32_t action) {
  TableState& s = w.tables[table];
  const std::uint16_t service = w.model->tables[table].database.value;
  if (s.vacuum_until != 0) {  // the background's gives way
    add_job(w, service, s.vacuum_action != 0 ? -kJobMillicores : -kBackgroundMillicores);
    if (s.vacuum_action != 0)
      end_action(w, static_cast<std::uint32_t>(s.vacuum_action - 1), ActionState::kFailed);
  }
  s.vacuum_action = action == kNone ? 0 : std::int64_t{action} + 1;
  s.vacuum_keeps = died_before_horizon(w, table);
  s.vacuum_until =
      w.now + std::max(for_rows(s.live + s.dead, w.table_parameters[table].vacuum_us), kStoreTickUs);
  add_job(w, service, action == kNone ? kBackgroundMillicores : kJobMillicores);
}

void look_after_tables(World& w, std::uint16_t service) {
  const bool nap_over = w.now % kVacuumNapUs < kStoreTickUs;
  for (std::uint16_t table = 0; table < w.tables.size(); ++table) {
    if (w.model->tables[table].database.value != service) continue;
    grow(w, table);
    if (w.tables[table].vacuum_until != 0 && w.tables[table].vacuum_until <= w.now) end_vacuum(w, table);
    if (!nap_over) continue;
    const auto sample = static_cast<std::size_t>(w.now / kVacuumNapUs) % kDeathSamples;
    w.table_deaths[table * kDeathSamples + sample] = w.tables[table].died;
    autovacuum(w, table);
  }
}

void table_changed(World& w, std::uint16_t table, std::size_t word) {
  TableState& s = w.tables[table];
  const TableParameters& p = w.table_parameters[table];
  // A bulk load or a deletion; the next number of the key.
  if (word == offsetof(TableParameters, rows) / sizeof p.rows) {
    s.changed += std::abs(p.rows - s.live);
    s.live = p.rows;
  }
  if (word == offsetof(TableParameters, key_next) / sizeof p.rows) s.key_next = p.key_next;
}

void add_job(World& w, std::uint16_t service, std::int64_t millicores) {
  const std::uint16_t at = w.databases[service].primary;
  if (at != kNone16) cpu_sync(w, at);
  w.databases[service].jobs_millicores += millicores;
  refresh_derived(w);
  if (at != kNone16 && w.instances[at].dispatching == 0) cpu_arm(w, at);
}

}  // namespace incident::sim
