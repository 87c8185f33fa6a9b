#include "match/command.h"

#include <array>
#include <span>

namespace incident::match {
namespace {

template <class Enum>
std::optional<Enum> find_name(std::span<const std::string_view> names, std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) {
      return static_cast<Enum>(i);
    }
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, kRoles> kRoleNames = {"none", "incident_commander", "operations",
                                                             "communications", "scribe"};
constexpr std::array<std::string_view, kEvidenceKinds> kEvidenceNames = {"log",    "trace", "metric",
                                                                         "change", "alert", "note"};
constexpr std::array<std::string_view, kStatusStates> kStatusNames = {"investigating", "identified",
                                                                      "monitoring", "resolved"};

constexpr std::array<std::string_view, std::variant_size_v<Command>> kCommandNames = {
    "join",    "choose_team", "set_role",      "set_ready", "start",         "act",
    "pin",     "unpin",       "declare",       "chat",      "status_update", "take_hint",
    "concede", "leave",       "begin_running", "pause",     "resume",        "end_match"};

}  // namespace

std::string_view to_string(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}
std::optional<Role> parse_role(std::string_view text) {
  return find_name<Role>(kRoleNames, text);
}
std::string_view to_string(EvidenceKind kind) {
  return kEvidenceNames[static_cast<std::size_t>(kind)];
}
std::optional<EvidenceKind> parse_evidence_kind(std::string_view text) {
  return find_name<EvidenceKind>(kEvidenceNames, text);
}
std::string_view to_string(StatusState state) {
  return kStatusNames[static_cast<std::size_t>(state)];
}
std::optional<StatusState> parse_status_state(std::string_view text) {
  return find_name<StatusState>(kStatusNames, text);
}
std::string_view name_of(const Command& command) {
  return kCommandNames[command.index()];
}

}  // namespace incident::match
