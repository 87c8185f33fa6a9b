#include "match/command_json.h"
#include "match/json_reader.h"

namespace incident::match {
namespace {

Json roles_to_json(const std::vector<Role>& roles) {
  Json list = Json::array();
  for (const Role role : roles) {
    list.push_back(to_string(role));
  }
  return list;
}

std::vector<Role> read_roles(Reader& reader, const char* name) {
  std::vector<Role> roles;
  if (const Json* list = reader.array(name, kRoles)) {
    for (const Json& item : *list) {
      const auto role = item.is_string() ? parse_role(item.get<std::string>()) : std::nullopt;
      if (role) {
        roles.push_back(*role);
      } else {
        reader.fail(std::string("\"") + name + "\" holds something that is not a role.", name);
      }
    }
  }
  return roles;
}

}  // namespace

std::string encode(const Settings& settings) {
  Json json;
  json["v"] = kLogVersion;
  json["mode"] = to_string(settings.mode);
  json["time_scale"] = settings.time_scale;
  json["teams_max"] = settings.teams_max;
  json["players_max"] = settings.players_max;
  json["briefing_seconds"] = settings.briefing_seconds;
  json["action_roles"] = roles_to_json(settings.action_roles);
  json["declare_roles"] = roles_to_json(settings.declare_roles);
  json["time_limit"] = settings.time_limit.us;
  return dump(json);
}

Result<Settings> decode_settings(std::string_view text) {
  const Result<Json> json = parse_object(text);
  if (!json) {
    return json.error();
  }
  Reader reader(*json);
  reader.version();
  Settings settings;
  settings.mode = reader.word("mode", parse_mode);
  settings.time_scale = static_cast<int>(reader.integer("time_scale", 1, limits::kTimeScaleMax));
  settings.teams_max =
      static_cast<int>(reader.integer("teams_max", 1, static_cast<std::int64_t>(limits::kTeamsMax)));
  settings.players_max =
      static_cast<int>(reader.integer("players_max", 1, static_cast<std::int64_t>(limits::kPlayersMax)));
  settings.briefing_seconds =
      static_cast<int>(reader.integer("briefing_seconds", 0, limits::kBriefingSecondsMax));
  settings.action_roles = read_roles(reader, "action_roles");
  settings.declare_roles = read_roles(reader, "declare_roles");
  settings.time_limit = Duration{reader.integer("time_limit", 0, limits::kTimeLimitMax.us)};
  if (const Result<void> end = reader.end(); !end) {
    return end.error();
  }
  if (const Result<void> valid = validate(settings); !valid) {
    return valid.error();
  }
  return settings;
}

}  // namespace incident::match
