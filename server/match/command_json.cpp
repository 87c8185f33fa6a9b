#include "match/command_json.h"

#include <array>
#include <utility>

#include "match/json_reader.h"

namespace incident::match {
namespace {

// The log's own words for actions: renaming an enumerator must not change what is on disk.
constexpr std::array<std::string_view, sim::kActionKinds> kActionNames = {
    "rollback",          "restart",
    "restart_instance",  "scale",
    "set_flag",          "set_config",
    "revert_change",     "shed_traffic",
    "purge_cache",       "drain_instance",
    "kill_queries",      "collect_garbage",
    "renew_certificate", "reload_certificate",
    "rotate_secret",     "sync_secret",
    "flush_dns",         "restore_record",
    "set_link_policy",   "set_rate_limit",
    "set_breaker",       "sync_clock",
    "fail_over",         "promote_instance",
    "fence_instance",    "end_idle_transactions",
    "analyze_table",     "vacuum_table",
    "create_index",      "alter_key_bigint",
    "free_disk",         "drop_replication_slot",
    "extend_volume",     "skip_message",
    "reset_offsets",     "restart_group",
    "pause_consumer",    "scale_partitions",
    "purge_topic",       "delete_pod",
    "set_memory_limit",  "set_cpu_limit",
    "set_autoscaler",    "cordon_node",
    "drain_node",        "reboot_node",
    "clean_node",        "suspend_job"};
static_assert(!kActionNames.back().empty(), "every kind has its word");

constexpr std::int64_t kTimeMaxUs = 365LL * 24 * 3600 * 1'000'000;

std::optional<sim::ActionKind> parse_action_kind(std::string_view text) {
  for (std::size_t i = 0; i < kActionNames.size(); ++i) {
    if (kActionNames[i] == text) {
      return static_cast<sim::ActionKind>(i);
    }
  }
  return std::nullopt;
}

// --- writing: one overload for each command that has members

template <class T>
void write(const T&, Json&) {}
void write(const Join& c, Json& j) {
  j["handle"] = c.handle;
}
void write(const ChooseTeam& c, Json& j) {
  j["team"] = c.team;
  j["name"] = c.name;
}
void write(const SetRole& c, Json& j) {
  j["role"] = to_string(c.role);
}
void write(const SetReady& c, Json& j) {
  j["ready"] = c.ready;
}
void write(const Act& c, Json& j) {
  j["kind"] = kActionNames[static_cast<std::size_t>(c.action.kind)];
  j["target"] = c.action.target;
  j["value"] = c.action.value;
}
void write(const Pin& c, Json& j) {
  const Evidence& e = c.evidence;
  j["kind"] = to_string(e.kind);
  j["ref"] = e.ref;
  j["query"] = e.query;
  if (e.from) {
    j["from"] = e.from->us;
  }
  if (e.to) {
    j["to"] = e.to->us;
  }
  j["label"] = e.label;
}
void write(const Unpin& c, Json& j) {
  j["pin"] = c.pin;
}
void write(const Declare& c, Json& j) {
  j["component"] = c.component;
  j["mechanism"] = c.mechanism;
  j["trigger"] = c.trigger;
  j["pins"] = c.pins;
}
void write(const Chat& c, Json& j) {
  j["text"] = c.text;
}
void write(const StatusUpdate& c, Json& j) {
  j["state"] = to_string(c.state);
  j["text"] = c.text;
}

// --- reading

template <class T>
void read(T&, Reader&) {}
void read(Join& c, Reader& r) {
  c.handle = r.text("handle", limits::kHandleBytes);
}
void read(ChooseTeam& c, Reader& r) {
  c.team = r.text("team", limits::kNameBytes);
  c.name = r.text("name", limits::kTeamNameBytes);
}
void read(SetRole& c, Reader& r) {
  c.role = r.word("role", parse_role);
}
void read(SetReady& c, Reader& r) {
  c.ready = r.boolean("ready");
}
void read(Act& c, Reader& r) {
  c.action.kind = r.word("kind", parse_action_kind);
  c.action.target = static_cast<std::uint32_t>(r.integer("target", 0, UINT32_MAX));
  c.action.value = r.integer("value", INT64_MIN, INT64_MAX);
}
void read(Pin& c, Reader& r) {
  c.evidence.kind = r.word("kind", parse_evidence_kind);
  c.evidence.ref = r.text("ref", limits::kPinRefBytes);
  c.evidence.query = r.text("query", limits::kPinQueryBytes);
  if (const auto from = r.optional_integer("from", -kTimeMaxUs, kTimeMaxUs)) {
    c.evidence.from = Duration{*from};
  }
  if (const auto to = r.optional_integer("to", -kTimeMaxUs, kTimeMaxUs)) {
    c.evidence.to = Duration{*to};
  }
  c.evidence.label = r.text("label", limits::kPinLabelBytes);
}
void read(Unpin& c, Reader& r) {
  c.pin = r.integer("pin", INT64_MIN, INT64_MAX);
}
void read(Declare& c, Reader& r) {
  c.component = r.text("component", limits::kNameBytes);
  c.mechanism = r.text("mechanism", limits::kNameBytes);
  c.trigger = r.text("trigger", limits::kNameBytes);
  if (const Json* pins = r.array("pins", limits::kDeclarationPinsMax)) {
    for (const Json& pin : *pins) {
      c.pins.push_back(r.integer_of(pin, "pins", INT64_MIN, INT64_MAX));
    }
  }
}
void read(Chat& c, Reader& r) {
  c.text = r.text("text", limits::kChatBytes);
}
void read(StatusUpdate& c, Reader& r) {
  c.state = r.word("state", parse_status_state);
  c.text = r.text("text", limits::kStatusBytes);
}

template <std::size_t... I>
Command blank(std::size_t index, std::index_sequence<I...>) {
  Command command;
  (void)((index == I ? (command.emplace<I>(), true) : false) || ...);
  return command;
}

std::optional<Command> parse_command_name(std::string_view text) {
  constexpr std::size_t kCount = std::variant_size_v<Command>;
  for (std::size_t i = 0; i < kCount; ++i) {
    Command command = blank(i, std::make_index_sequence<kCount>{});
    if (name_of(command) == text) {
      return command;
    }
  }
  return std::nullopt;
}

Command read_command(Reader& reader) {
  Command command = reader.word("do", parse_command_name);
  std::visit([&](auto& c) { read(c, reader); }, command);
  return command;
}

void write_command(const Command& command, Json& json) {
  json["do"] = name_of(command);
  std::visit([&](const auto& c) { write(c, json); }, command);
}

}  // namespace

std::string encode(const Command& command) {
  Json json;
  json["v"] = kLogVersion;
  write_command(command, json);
  return dump(json);
}

Result<Command> decode_command(std::string_view text) {
  const Result<Json> json = parse_object(text);
  if (!json) {
    return json.error();
  }
  Reader reader(*json);
  reader.version();
  Command command = read_command(reader);
  if (const Result<void> end = reader.end(); !end) {
    return end.error();
  }
  return command;
}

std::string encode(const Entry& entry) {
  Json json;
  json["v"] = kLogVersion;
  json["n"] = entry.number;
  json["at"] = entry.at.us;
  json["by"] = entry.player;
  write_command(entry.command, json);
  return dump(json);
}

Result<Entry> decode_entry(std::string_view text) {
  const Result<Json> json = parse_object(text);
  if (!json) {
    return json.error();
  }
  Reader reader(*json);
  reader.version();
  Entry entry;
  entry.number = reader.integer("n", 1, INT64_MAX);
  entry.at = Duration{reader.integer("at", 0, kTimeMaxUs)};
  entry.player = reader.text("by", limits::kPlayerIdBytes);
  entry.command = read_command(reader);
  if (const Result<void> end = reader.end(); !end) {
    return end.error();
  }
  return entry;
}

}  // namespace incident::match
