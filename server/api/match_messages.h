// Between the catalogue's messages and the match room's types, in both directions. Pure functions; the match
// is read during the call only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/messages_in.h"
#include "api/messages_out.h"
#include "base/result.h"
#include "match/changes.h"
#include "match/match.h"

namespace incident::api {

// --- what a client says

// The command that a socket frame stands for; `arena` is the sender's, null before the clock runs.
Result<match::Command> command_of(const in::Frame& frame, const match::Arena* arena);
// What an action would do, in words; changes nothing.
Result<out::ActionPreview> action_preview(const match::Arena& arena, const in::ActionRequest& request);

// --- what a client is told

// Everything of the match and of this team's arena (none: a team id that has none) but what the room adds:
// the numbers of the stream, players with their presence, teams.
out::Snapshot match_snapshot(const match::Match& match, std::string_view team);
void add_arena_changes(const match::Arena& arena, const match::ArenaChanges& changes, out::Update& update);
out::Tick tick_of(const match::Arena& arena, double sent_at_ms);
out::Player player_of(const match::Player& player, bool online);
out::Briefing briefing_of(const match::Match& match);
out::ChannelLine channel_line(const match::ChannelLine& line);

// --- names

// Key of a team's doors: /t/{key}/...
std::string arena_key(std::string_view match, std::string_view team);
// The match and the team of a key; empty when it is none.
std::pair<std::string, std::string> split_arena_key(std::string_view key);
// What the doors call the moment of the page, Unix milliseconds.
std::int64_t wall_epoch_ms(std::int64_t created_ms);
// A stream's epoch: nobody has seen it before.
std::string new_epoch();

}  // namespace incident::api
