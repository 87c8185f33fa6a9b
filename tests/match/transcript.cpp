#include "transcript.h"

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "match/command_json.h"
#include "match/replay.h"
#include "match/review.h"
#include "match/views.h"
#include "scenario/action_names.h"
#include "transcript_world.h"

namespace incident::match::testing {
namespace {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string rest_of(std::istringstream& in) {
  std::string rest;
  std::getline(in >> std::ws, rest);
  return rest;
}

std::string word(std::istringstream& in, const char* what) {
  std::string text;
  if (!(in >> text)) {
    throw Failure(std::string("expected ") + what);
  }
  return text;
}

std::int64_t number(const std::string& text) {
  try {
    std::size_t used = 0;
    const std::int64_t value = std::stoll(text, &used);
    if (used == text.size()) {
      return value;
    }
  } catch (const std::logic_error&) {
  }
  throw Failure("\"" + text + "\" is not a number");
}

std::optional<Duration> parse_time(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() ||
      text.find_first_not_of("0123456789:.") != std::string::npos) {
    return std::nullopt;
  }
  return Duration{static_cast<std::int64_t>(std::stod(text.substr(0, colon)) * 60e6) +
                  static_cast<std::int64_t>(std::stod(text.substr(colon + 1)) * 1e6)};
}

bool within(std::int64_t value, const std::string& range) {
  const std::size_t dots = range.find("..");
  if (dots == std::string::npos) {
    return value == number(range);
  }
  return value >= number(range.substr(0, dots)) && value <= number(range.substr(dots + 2));
}

std::vector<Role> parse_roles(std::istringstream& in) {
  std::vector<Role> roles;
  for (std::string text; in >> text;) {
    const auto role = parse_role(text);
    if (!role) {
      throw Failure("no role " + text);
    }
    roles.push_back(*role);
  }
  return roles;
}

class Player {
 public:
  void line(const std::string& text) {
    std::istringstream in(text);
    std::string first;
    if (!(in >> first) || first[0] == '#') {
      return;
    }
    if (const auto at = parse_time(first)) {
      open();
      run_to(*at);
      command_or_expectation(in);
    } else if (first == "expect") {
      open();
      expect(in);
    } else if (!head(first, in)) {
      after_the_end(first, in);
    }
  }

 private:
  // --- the head

  bool head(const std::string& key, std::istringstream& in) {
    if (key == "incident") {
      incident_ = word(in, "an incident");
    } else if (key == "seed") {
      seed_ = static_cast<std::uint64_t>(number(word(in, "a seed")));
    } else if (key == "mode") {
      const auto mode = parse_mode(word(in, "a mode"));
      settings_ = default_settings(mode ? *mode : throw Failure("no such mode"));
    } else if (key == "action_roles") {
      settings_.action_roles = parse_roles(in);
    } else if (key == "declare_roles") {
      settings_.declare_roles = parse_roles(in);
    } else if (key == "time_limit") {
      settings_.time_limit = parse_time(word(in, "a time")).value();
    } else {
      return false;
    }
    return true;
  }

  void open() {
    if (!match_) {
      world_ = open_world(incident_, seed_);
      match_.emplace(world_.incident, settings_);
      match_->begin(world_.start);
    }
  }

  void run_to(Duration at) {
    if (at < match_->time()) {
      throw Failure("the time goes backward");
    }
    match_->advance(at);
  }

  // --- commands

  void command_or_expectation(std::istringstream& in) {
    std::string who = word(in, "a player");
    if (who == "expect") {
      return expect(in);
    }
    const char mark = who.back();
    who.pop_back();
    std::string text = rest_of(in);
    std::string refusal;
    if (mark == '!') {
      const std::size_t arrow = text.find(" => ");
      if (arrow == std::string::npos) {
        throw Failure("a refused command needs => and a part of the refusal");
      }
      refusal = text.substr(arrow + 4);
      text.resize(arrow);
    } else if (mark != ':') {
      throw Failure("expected a player and a colon");
    }
    std::istringstream words(text);
    const Entry entry{match_->last_entry() + 1, match_->time(), who == "server" ? "" : who,
                      command(who, words)};
    const auto checked = match_->check(entry);
    if (!checked) {
      if (mark != '!' || checked.error().message.find(refusal) == std::string::npos) {
        throw Failure("refused: " + checked.error().message);
      }
      return;
    }
    if (mark == '!') {
      throw Failure("was not refused");
    }
    log_.push_back(entry);
    if (match_->apply(entry).refused) {
      throw Failure("was checked and then refused");
    }
  }

  Command command(const std::string& who, std::istringstream& in) {
    const std::string verb = word(in, "a command");
    if (verb == "join") return Join{who};
    if (verb == "found") return ChooseTeam{"", rest_of(in)};
    if (verb == "team") return ChooseTeam{word(in, "a team"), ""};
    if (verb == "role") return SetRole{parse_roles(in).at(0)};
    if (verb == "ready") return SetReady{true};
    if (verb == "start") return Start{};
    if (verb == "begin") return BeginRunning{};
    if (verb == "pause") return Pause{};
    if (verb == "resume") return Resume{};
    if (verb == "end") return EndMatch{};
    if (verb == "act") return Act{action(arena_of(who), in)};
    if (verb == "pin") return Pin{evidence(arena_of(who), in)};
    if (verb == "unpin") return Unpin{number(word(in, "a pin"))};
    if (verb == "declare") return declare(in);
    if (verb == "chat") return Chat{rest_of(in)};
    if (verb == "hint") return TakeHint{};
    if (verb == "concede") return Concede{};
    if (verb == "leave") return Leave{};
    if (verb == "status") {
      const auto state = parse_status_state(word(in, "a state"));
      return StatusUpdate{state ? *state : throw Failure("no such state"), rest_of(in)};
    }
    throw Failure("no command \"" + verb + "\"");
  }

  const Arena& arena_of(const std::string& who) const {
    const Arena* arena = match_->arena_of(who);
    return arena == nullptr ? throw Failure(who + " has no arena yet") : *arena;
  }

  sim::Action action(const Arena& arena, std::istringstream& in) const {
    const std::string kind = word(in, "a kind of action");
    const std::string target = word(in, "a target");
    std::string value = "0";
    in >> value;
    for (const scenario::ActionInfo& info : scenario::action_kinds()) {
      if (info.name == kind) {
        const auto index = find_target(arena, info, target);
        return {info.kind, {}, index ? *index : throw Failure("no target " + target), number(value)};
      }
    }
    throw Failure("no kind of action " + kind);
  }

  Evidence evidence(const Arena& arena, std::istringstream& in) const {
    Evidence e;
    const std::string kind = word(in, "a kind of evidence");
    e.kind = parse_evidence_kind(kind).value_or(EvidenceKind::kNote);
    e.label = kind;
    switch (e.kind) {
      case EvidenceKind::kMetric:
        e.query = rest_of(in);
        break;
      case EvidenceKind::kNote:
        e.label = rest_of(in);
        break;
      case EvidenceKind::kLog: {
        const std::string service = word(in, "a service");
        const std::string level = word(in, "a level");
        e.ref = newest_log(arena, service, level, rest_of(in));
        break;
      }
      case EvidenceKind::kTrace:
        e.ref = newest_bad_trace(arena, word(in, "a service"));
        break;
      default:
        e.ref = word(in, "what to pin");
    }
    return e;
  }

  Command declare(std::istringstream& in) const {
    Declare d;
    d.component = word(in, "a component");
    d.mechanism = word(in, "a mechanism");
    if (d.mechanism == "right" || d.mechanism == "wrong") {
      d.mechanism = mechanism_that_is(*world_.incident, d.mechanism == "right");
    }
    d.trigger = word(in, "a trigger");
    std::string pins;
    if (in >> pins && pins != "pins") {
      throw Failure("expected pins");
    }
    for (std::string pin; in >> pin;) {
      d.pins.push_back(number(pin));
    }
    return d;
  }

  // --- expectations

  std::size_t team(std::istringstream& in) const {
    const std::string id = word(in, "a team");
    const auto index = match_->team_index(id);
    return index ? *index : throw Failure("no team " + id);
  }

  void expect(std::istringstream& in) {
    const std::istringstream::pos_type start = in.tellg();
    if (word(in, "what to expect") == "phase") {
      same("phase", std::string(to_string(match_->phase())), word(in, "a phase"));
      return;
    }
    in.seekg(start);
    const Arena& arena = match_->arenas().at(team(in));
    const std::string what = word(in, "what to expect");
    if (what == "state") {
      same(what, std::string(to_string(arena.state())), word(in, "a state"));
    } else if (what == "line") {
      const std::string text = rest_of(in);
      if (!has_line(arena, text)) {
        throw Failure("no line of the channel says \"" + text + "\"");
      }
    } else if (what == "no") {
      word(in, "line");
      const std::string text = rest_of(in);
      if (has_line(arena, text)) {
        throw Failure("a line of the channel says \"" + text + "\"");
      }
    } else {
      const std::string range = word(in, "a range");
      const std::int64_t value = figure(arena, what);
      if (!within(value, range)) {
        throw Failure(what + " is " + std::to_string(value) + ", expected " + range);
      }
    }
  }

  static bool has_line(const Arena& arena, const std::string& text) {
    return std::any_of(arena.channel().begin(), arena.channel().end(),
                       [&](const ChannelLine& l) { return l.text.find(text) != std::string::npos; });
  }

  static std::int64_t figure(const Arena& arena, const std::string& what) {
    if (what == "harm") return arena.harm();
    if (what == "actions") return static_cast<std::int64_t>(arena.actions().size());
    if (what == "declarations_left") return static_cast<std::int64_t>(arena.declarations_left());
    if (what == "hints_left") return static_cast<std::int64_t>(arena.hints_left());
    if (what == "pins") {
      return std::count_if(arena.pins().begin(), arena.pins().end(),
                           [](const PinRecord& p) { return !p.removed; });
    }
    throw Failure("no figure \"" + what + "\"");
  }

  static void same(const std::string& what, const std::string& is, const std::string& wanted) {
    if (is != wanted) {
      throw Failure(what + " is " + is + ", expected " + wanted);
    }
  }

  // --- after the end

  void after_the_end(const std::string& key, std::istringstream& in) {
    open();
    if (match_->phase() != Phase::kEnded) {
      throw Failure("\"" + key + "\" is for after the end, or not a word of this language");
    }
    if (key == "replay") {
      const auto again = replay(world_.incident, world_.start, settings_, log_);
      if (!again || again->hash() != match_->hash()) {
        throw Failure("the replay has another hash");
      }
      return;
    }
    if (key == "hash") {
      std::ostringstream hash;
      hash << std::hex << std::setw(16) << std::setfill('0') << match_->hash();
      same(key, hash.str(), word(in, "a hash"));
      return;
    }
    if (!review_) {
      review_ = review(*match_);
    }
    if (key == "first") {
      same(key, review_->teams[review_->standings.at(0)].team, word(in, "a team"));
      return;
    }
    const TeamReview& t = review_->teams.at(team(in));
    if (key == "score") {
      expect_score(t.score, in);
    } else if (key == "move") {
      const auto index = static_cast<std::size_t>(number(word(in, "an action"))) - 1;
      one_of("move", std::string(to_string(t.moves.at(index).verdict)), word(in, "a verdict"));
    } else if (key == "evidence") {
      const std::int64_t pin = number(word(in, "a pin"));
      for (const PinVerdict& verdict : t.evidence) {
        if (verdict.pin == pin) {
          one_of("evidence", std::string(to_string(verdict.verdict)), word(in, "a verdict"));
        }
      }
    } else {
      throw Failure("\"" + key + "\" is not a word of this language");
    }
  }

  static void one_of(const std::string& what, const std::string& is, const std::string& wanted) {
    std::istringstream words(wanted);
    for (std::string w; std::getline(words, w, '|');) {
      if (w == is) {
        return;
      }
    }
    throw Failure(what + " is " + is + ", expected " + wanted);
  }

  static void expect_score(const Score& score, std::istringstream& in) {
    const std::string part = word(in, "a part");
    std::string all;
    for (const ScoreLine& l : score.lines) {
      all += "\n  " + std::to_string(l.points) + " of " + std::to_string(l.of) + ": " + l.text;
    }
    if (part == "says") {
      const std::string text = rest_of(in);
      if (all.find(text) == std::string::npos) {
        throw Failure("no line of the score says \"" + text + "\":" + all);
      }
      return;
    }
    const std::string range = word(in, "a range");
    const int value = part == "total"        ? score.total
                      : part == "mitigation" ? score.mitigation
                      : part == "diagnosis"  ? score.diagnosis
                      : part == "conduct"    ? score.conduct
                                             : throw Failure("no part " + part);
    if (!within(value, range)) {
      throw Failure(part + " is " + std::to_string(value) + ", expected " + range + all);
    }
  }

  std::string incident_ = "small-pool";
  std::uint64_t seed_ = 7;
  Settings settings_ = default_settings(Mode::kPractice);
  World world_;
  std::optional<Match> match_;
  std::vector<Entry> log_;
  std::optional<Review> review_;
};

}  // namespace

std::string play_transcript(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return path + ": cannot be read";
  }
  Player player;
  int number = 0;
  for (std::string text; std::getline(file, text);) {
    ++number;
    try {
      player.line(text);
    } catch (const std::exception& failure) {
      return path + ":" + std::to_string(number) + ": " + text + "\n  " + failure.what();
    }
  }
  return {};
}

}  // namespace incident::match::testing
