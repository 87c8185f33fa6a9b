#include "api/match_messages.h"

#include <sodium.h>

#include <array>
#include <set>

#include "api/action_catalogue.h"
#include "match/action_text.h"
#include "match/views.h"
#include "scenario/action_names.h"
#include "scenario/mechanisms.h"
#include "sim/part_names.h"

namespace incident::api {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::optional<Duration> duration_of(const std::optional<double>& seconds) {
  constexpr double kSecondsMax = 1e7;
  if (!seconds || !(*seconds > -kSecondsMax && *seconds < kSecondsMax)) return std::nullopt;
  return Duration{static_cast<std::int64_t>(*seconds * 1e6)};
}

std::optional<double> seconds_of(const std::optional<Duration>& duration) {
  if (!duration) return std::nullopt;
  return duration->seconds();
}

out::Pod pod(const match::PodView& p) {
  return {p.name, p.service, p.version, p.state, p.restarts, p.started.seconds()};
}

out::ConfigKey config_key(const match::ConfigView& c) {
  return {c.name,
          c.service,
          c.unit,
          static_cast<double>(c.value),
          static_cast<double>(c.min),
          static_cast<double>(c.max)};
}

out::Change change(const match::ChangeRow& c) {
  return {c.number, c.at.seconds(), c.kind, c.service, c.title, c.author, c.detail, c.ours, c.reverted};
}

out::Alert alert(const match::AlertRow& a) {
  return {a.name, a.service, a.severity, a.summary, a.state, a.since.seconds(), seconds_of(a.until), a.value};
}

out::ActionStatus action_status(const match::ActionRecord& a, std::size_t index) {
  out::ActionStatus row;
  row.id = static_cast<std::int64_t>(index) + 1;
  row.kind = a.kind;
  row.target = a.target;
  row.title = a.title;
  row.by = a.by;
  row.value = match::shown_value(a.action);
  row.begun = a.begun.seconds();
  row.ended = seconds_of(a.ended);
  constexpr std::array kStates = {"running", "done", "failed"};
  row.state = kStates[static_cast<std::size_t>(a.state)];
  row.message = a.message;
  return row;
}

out::Pinned pinned(const match::PinRecord& p) {
  out::Pinned row;
  row.id = p.id;
  row.kind = match::to_string(p.evidence.kind);
  row.ref = p.evidence.ref;
  row.query = p.evidence.query;
  row.label = p.evidence.label;
  row.by = p.by;
  row.from = seconds_of(p.evidence.from);
  row.to = seconds_of(p.evidence.to);
  row.at = p.at.seconds();
  return row;
}

out::Hint hint(const match::HintRecord& h) {
  return {static_cast<std::int64_t>(h.number), h.text, h.price};
}

// Whether component and mechanism were right is told; whether the trigger was is for the review.
out::Declaration declaration(const match::DeclarationRecord& d) {
  return {d.component, d.mechanism, d.trigger, d.by, d.right, d.at.seconds()};
}

template <class Row, class Records, class Make>
void add_rows(std::vector<Row>& rows, const Records& records, Make make) {
  rows.reserve(rows.size() + records.size());
  for (const auto& record : records) rows.push_back(make(record));
}

// The parts that actions are done to, of the kinds that the snapshot does not list by itself.
void add_targets(const sim::Model& model, out::Snapshot& s) {
  std::set<sim::PartKind> done = {sim::PartKind::kService, sim::PartKind::kFlag, sim::PartKind::kCache};
  for (const auto& info : scenario::action_kinds()) {
    const auto part = scenario::target_part(info.target_kind);
    if (!part || !done.insert(*part).second) continue;
    for (std::size_t i = 0; i < sim::part_count(model, *part); ++i) {
      const sim::ServiceId owner = sim::service_of_part(model, *part, i);
      s.targets.push_back({std::string(info.target_kind), sim::part_name(model, *part, i),
                           owner.valid() ? model.services[owner.index()].name : std::string()});
    }
  }
}

void add_system(const scenario::Incident& incident, out::Snapshot& s) {
  const sim::Model& model = *incident.model;
  for (std::size_t i = 0; i < model.services.size(); ++i) {
    const auto& spec = model.services[i];
    if (spec.kind == sim::ServiceKind::kUsers) continue;
    out::ServiceInfo row;
    row.name = spec.name;
    constexpr std::array kKinds = {"users", "application", "database", "cache", "external"};
    row.kind = kKinds[static_cast<std::size_t>(spec.kind)];
    row.description = incident.info->describe(spec.name);
    row.tags = spec.tags;
    std::set<std::string> calls;
    for (const auto& edge : model.edges) {
      if (edge.from.index() != i) continue;
      calls.insert(model.services[model.operations[edge.to.index()].service.index()].name);
    }
    row.calls.assign(calls.begin(), calls.end());
    for (const auto& operation : model.operations) {
      if (operation.service.index() == i) row.routes.push_back(operation.name);
    }
    s.services.push_back(std::move(row));
  }
  for (const auto& cache : model.caches) s.caches.push_back(cache.name);
  add_targets(model, s);
}

}  // namespace

Result<match::Command> command_of(const in::Frame& frame, const match::Arena* arena) {
  using R = Result<match::Command>;
  return std::visit(
      Overloaded{
          [](const in::Hello&) -> R { return invalid("hello is not a command"); },
          [](const in::PreviewAction&) -> R { return invalid("a preview is not a command"); },
          [](const in::ChooseTeam& m) -> R {
            return match::Command(match::ChooseTeam{m.team, m.name});
          },
          [](const in::SetRole& m) -> R {
            const auto role = match::parse_role(m.role);
            if (!role)
              return invalid("must be none, incident_commander, operations, communications or scribe",
                             "role");
            return match::Command(match::SetRole{*role});
          },
          [](const in::SetReady& m) -> R { return match::Command(match::SetReady{m.ready}); },
          [](const in::StartMatch&) -> R { return match::Command(match::Start{}); },
          [](const in::PauseMatch&) -> R { return match::Command(match::Pause{}); },
          [](const in::ResumeMatch&) -> R { return match::Command(match::Resume{}); },
          [&](const in::Act& m) -> R {
            if (arena == nullptr)
              return Error{ErrorCode::kFailedPrecondition, "The match is not running yet.", {}};
            const auto action = parse_action(*arena, m.action);
            if (!action) return action.error();
            return match::Command(match::Act{*action});
          },
          [](const in::Pin& m) -> R {
            const auto kind = match::parse_evidence_kind(m.evidence.kind);
            if (!kind) return invalid("must be log, trace, metric, change, alert or note", "evidence.kind");
            return match::Command(
                match::Pin{{*kind, m.evidence.ref, m.evidence.query, duration_of(m.evidence.from),
                            duration_of(m.evidence.to), m.evidence.label}});
          },
          [](const in::Unpin& m) -> R { return match::Command(match::Unpin{m.pin}); },
          [](const in::Declare& m) -> R {
            return match::Command(match::Declare{m.component, m.mechanism, m.trigger, m.pins});
          },
          [](const in::Chat& m) -> R { return match::Command(match::Chat{m.text}); },
          [](const in::StatusUpdate& m) -> R {
            const auto state = match::parse_status_state(m.state);
            if (!state) return invalid("must be investigating, identified, monitoring or resolved", "state");
            return match::Command(match::StatusUpdate{*state, m.text});
          },
          [](const in::TakeHint&) -> R { return match::Command(match::TakeHint{}); },
          [](const in::Concede&) -> R { return match::Command(match::Concede{}); },
      },
      frame);
}

Result<out::ActionPreview> action_preview(const match::Arena& arena, const in::ActionRequest& request) {
  const auto action = parse_action(arena, request);
  if (!action) return action.error();
  if (auto allowed = arena.check_act(*action); !allowed) return allowed.error();
  const auto preview = match::preview(arena, *action);
  if (!preview) return preview.error();
  out::ActionPreview message;
  message.title = preview->title;
  message.effect = preview->effect;
  message.takes = preview->takes.seconds();
  message.requests_cut = preview->requests_cut;
  message.touches = preview->touches;
  return message;
}

out::Snapshot match_snapshot(const match::Match& match, std::string_view team) {
  out::Snapshot s;
  const auto& incident = match.incident();
  s.mode = match::to_string(match.settings().mode);
  s.incident = incident.id;
  s.incident_title = incident.title;
  s.phase = match::to_string(match.phase());
  s.time = match.time().seconds();
  s.time_scale = match.settings().time_scale;
  s.your_team = team;
  s.wrong_declaration_cost = match::kWrongDeclarationCost;
  if (match.phase() == match::Phase::kLobby) return s;

  s.briefing = briefing_of(match);
  add_system(incident, s);
  s.action_kinds = action_kinds();
  add_rows(s.mechanisms, scenario::mechanisms(), [](const scenario::Mechanism& m) {
    return out::Mechanism{std::string(m.id), std::string(m.name), std::string(m.description)};
  });
  const auto index = match.team_index(team);
  if (!index || *index >= match.arenas().size()) return s;

  const match::Arena& arena = match.arenas()[*index];
  s.time = arena.time().seconds();
  add_rows(s.config, match::config(arena), config_key);
  add_rows(s.flags, match::flags(arena), [](const match::FlagView& f) {
    return out::Flag{f.name, f.service, f.on};
  });
  add_rows(s.pods, match::pods(arena), pod);
  add_rows(s.changes, match::changes(arena), change);
  add_rows(s.alerts, match::alerts(arena), alert);
  for (const auto& pin : arena.pins()) {
    if (!pin.removed) s.pins.push_back(pinned(pin));
  }
  for (std::size_t i = 0; i < arena.actions().size(); ++i)
    s.actions.push_back(action_status(arena.actions()[i], i));
  add_rows(s.channel, arena.channel(), channel_line);
  add_rows(s.hints, arena.hints(), hint);
  s.hints_left = static_cast<std::int64_t>(arena.hints_left());
  s.next_hint_price = arena.next_hint_price();
  add_rows(s.declarations, arena.declarations(), declaration);
  s.declarations_left = static_cast<std::int64_t>(arena.declarations_left());
  s.harm = static_cast<double>(arena.harm());
  s.budget_left = arena.budget_left();
  return s;
}

void add_arena_changes(const match::Arena& arena, const match::ArenaChanges& changes, out::Update& update) {
  if (changes.pods) add_rows(update.pods, *changes.pods, pod);
  add_rows(update.config, changes.config, config_key);
  add_rows(update.flags, changes.flags, [](const match::FlagView& f) {
    return out::Flag{f.name, f.service, f.on};
  });
  add_rows(update.changes, changes.changes, change);
  add_rows(update.alerts, changes.alerts, alert);
  for (const std::size_t i : changes.actions) update.actions.push_back(action_status(arena.actions()[i], i));
  for (const std::size_t i : changes.lines) update.channel.push_back(channel_line(arena.channel()[i]));
  for (const std::size_t i : changes.pins) update.pins.push_back(pinned(arena.pins()[i]));
  update.unpinned = changes.unpinned;
  for (const std::size_t i : changes.hints) update.hints.push_back(hint(arena.hints()[i]));
  if (!changes.hints.empty()) {
    update.hints_left = static_cast<std::int64_t>(arena.hints_left());
    update.next_hint_price = arena.next_hint_price();
  }
  for (const std::size_t i : changes.declarations)
    update.declarations.push_back(declaration(arena.declarations()[i]));
  if (!changes.declarations.empty())
    update.declarations_left = static_cast<std::int64_t>(arena.declarations_left());
}

out::Tick tick_of(const match::Arena& arena, double sent_at_ms) {
  out::Tick tick;
  tick.time = arena.time().seconds();
  tick.harm = static_cast<double>(arena.harm());
  tick.harm_rate = arena.harm_rate();
  tick.budget_left = arena.budget_left();
  for (const auto& journey : arena.journeys())
    tick.journeys.push_back({journey.name, journey.rate, journey.error_share, journey.slow_share});
  tick.sent_at_ms = sent_at_ms;
  return tick;
}

out::Player player_of(const match::Player& player, bool online) {
  return {player.id,    player.handle, player.team, std::string(match::to_string(player.role)),
          player.ready, online,        player.host};
}

out::Briefing briefing_of(const match::Match& match) {
  const auto& incident = match.incident();
  out::Briefing briefing;
  briefing.text = incident.briefing;
  briefing.severity = incident.severity;
  briefing.system = incident.system;
  briefing.system_description = incident.info->description;
  briefing.minutes = incident.expected.seconds() / 60;
  briefing.time_limit = match.time_limit().seconds();
  return briefing;
}

out::ChannelLine channel_line(const match::ChannelLine& line) {
  return {line.id, line.at.seconds(), std::string(match::to_string(line.kind)), line.by, line.text};
}

std::string arena_key(std::string_view match, std::string_view team) {
  return std::string(match) + "." + std::string(team);
}

std::pair<std::string, std::string> split_arena_key(std::string_view key) {
  const auto dot = key.rfind('.');
  if (dot == std::string_view::npos) return {};
  return {std::string(key.substr(0, dot)), std::string(key.substr(dot + 1))};
}

std::int64_t wall_epoch_ms(std::int64_t created_ms) {
  constexpr std::int64_t kMinute = 60'000;
  return created_ms / kMinute * kMinute;
}

std::string new_epoch() {
  std::array<unsigned char, 8> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, 17> text;
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  return text.data();
}

}  // namespace incident::api
