// An ended match's review as the message that clients read and the rows that boards keep. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "api/messages_out.h"
#include "match/match.h"
#include "match/review.h"
#include "store/store.h"

namespace incident::api {

out::MatchResult result_message(const std::string& match_id, const match::Match& match,
                                const match::Review& review);
std::vector<store::ResultRow> result_rows(const match::Match& match, const match::Review& review);

}  // namespace incident::api
