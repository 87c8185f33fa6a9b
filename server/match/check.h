// Whether a command would be accepted now, with the sentence for the player when not. One function for each
// command, reading the match only. Match::check and Match::apply are its callers.
#pragma once

#include "base/result.h"
#include "match/command.h"
#include "match/match.h"

namespace incident::match {

// Number and time of the entry: faults of the shell or of a damaged log, not of players.
Result<void> check_order(const Match& match, const Entry& entry);
Result<void> check_command(const Match& match, const Entry& entry);

}  // namespace incident::match
