#include "gamer.h"

#include <gtest/gtest.h>

#include <set>

namespace incident::crash {
namespace {

using std::chrono::milliseconds;

constexpr int kPercentMax = 100;

std::ptrdiff_t count_lines(const json& channel, const std::string& kind, const std::string& mark) {
  return std::count_if(channel.begin(), channel.end(), [&](const json& line) {
    return line["kind"] == kind && line["text"].get<std::string>().find(mark) != std::string::npos;
  });
}

// How often a snapshot shows it.
std::ptrdiff_t count_in(const json& snapshot, const Said& said) {
  if (said.what == "chat") return count_lines(snapshot["channel"], "chat", said.mark);
  if (said.what == "status_update") return count_lines(snapshot["channel"], "status", said.mark);
  if (said.what == "pin") {
    return std::count_if(snapshot["pins"].begin(), snapshot["pins"].end(),
                         [&](const json& pin) { return pin["label"] == said.mark; });
  }
  return std::count_if(snapshot["actions"].begin(), snapshot["actions"].end(), [&](const json& action) {
    return action["kind"] == "shed_traffic" && action["value"] == said.value;
  });
}

}  // namespace

Gamer::Gamer(Address& address, std::string handle, unsigned seed)
    : address_(address), handle_(std::move(handle)), random_(seed), player_(address.port) {
  player_.on_frame = [this](const json& frame) { look(frame); };
  id_ = player_.post("/api/v1/session", {{"handle", handle_}}).parsed()["player"];
}

Gamer::~Gamer() {
  finish();
}

std::string Gamer::found_match(const std::string& mode, const std::string& incident) {
  const json made =
      player_
          .post(
              "/api/v1/matches",
              {{"incident", incident}, {"mode", mode}, {"team", handle_ + "'s"}, {"time_scale", kTimeScale}})
          .parsed();
  match_ = made.at("match");
  return made.at("code");
}

void Gamer::join(const std::string& code) {
  match_ = player_.post("/api/v1/join", {{"code", code}}).parsed().at("match");
}

void Gamer::play() {
  thread_ = std::thread([this] { life(); });
}

void Gamer::finish() {
  if (thread_.joinable()) thread_.join();
}

std::vector<Said> Gamer::record() const {
  return record_;
}

void Gamer::life() {
  while (!ended && !address_.quit) {
    const int run = address_.run;
    if (run == 0 || run == run_joined) {  // down, or not up again yet
      std::this_thread::sleep_for(milliseconds(20));
      continue;
    }
    try {
      session(run);
    } catch (const boost::system::system_error&) {
      std::this_thread::sleep_for(milliseconds(20));  // it was killed; another run will come
    } catch (const std::exception& e) {
      ADD_FAILURE() << handle_ << ": " << e.what();
      return;
    }
  }
}

// One socket's life, to the end of the match or until the server dies.
void Gamer::session(int run) {
  player_.move_to(address_.port);
  player_.open_socket(match_);
  const std::string old_epoch = epoch_;
  json hello = json::object();
  if (!old_epoch.empty()) hello = {{"epoch", old_epoch}, {"since", seq_}};
  const json snapshot = player_.say("hello", hello);
  ASSERT_EQ(snapshot["type"], "snapshot") << "an old epoch is answered with the whole state";
  EXPECT_NE(snapshot["epoch"], old_epoch) << handle_;
  compare(snapshot);
  ticks_in_run = 0;
  run_joined = run;
  while (!ended && !address_.quit) {
    if (phase_ == "lobby") {
      lobby();
    } else if (phase_ != "running") {
      player_.read();
    } else if (address_.ending) {
      player_.say("concede");
      player_.read_until([this](const json&) { return ended.load(); });
    } else {
      say_something();
      std::this_thread::sleep_for(milliseconds(40 + random_() % 80));
    }
  }
}

void Gamer::look(const json& frame) {
  const std::string type = frame["type"];
  if (type == "snapshot") {
    EXPECT_GE(frame["time"].get<double>(), latest_ - kTimeLostMax) << handle_ << ": time went back";
    epoch_ = frame["epoch"];
    seq_ = frame["seq"];
    has_team = !frame["your_team"].get<std::string>().empty();
    latest_ = frame["time"];
  }
  if (type == "tick" || type == "update") {
    EXPECT_EQ(frame["seq"], seq_ + 1) << handle_ << ": frames lost or twice: " << type;
    seq_ = frame["seq"];
    EXPECT_GE(frame["time"].get<double>(), latest_) << handle_;
  }
  if (type == "tick" || type == "update" || type == "ack")
    latest_ = std::max(latest_, frame["time"].get<double>());
  if (type == "tick") ++ticks_in_run;
  if (frame.contains("phase") && frame["phase"].is_string()) {
    phase_ = frame["phase"];
    running = phase_ == "running";
    ended = phase_ == "ended";
  }
}

void Gamer::compare(const json& snapshot) const {
  std::size_t hints = 0;
  for (const Said& said : record_) {
    if (said.what == "take_hint") {
      hints += said.outcome == Said::Outcome::kAcknowledged ? 1 : 0;
      continue;
    }
    const auto seen = count_in(snapshot, said);
    if (said.outcome == Said::Outcome::kAcknowledged) {
      EXPECT_EQ(seen, 1) << handle_ << ": " << said.what << " " << said.mark << said.value << ", entry "
                         << said.entry;
    } else {
      EXPECT_LE(seen, said.outcome == Said::Outcome::kRefused ? 0 : 1) << handle_ << ": " << said.mark;
    }
  }
  std::set<std::int64_t> numbers;
  for (const json& hint : snapshot["hints"]) numbers.insert(hint["number"].get<std::int64_t>());
  EXPECT_EQ(numbers.size(), snapshot["hints"].size());
  EXPECT_GE(numbers.size(), hints);
}

void Gamer::lobby() {
  if (!has_team) {
    player_.say("choose_team", {{"team", ""}, {"name", handle_ + "'s"}});
    player_.read_until([this](const json&) { return has_team.load(); });
    return;
  }
  const json& players = player_.snapshot["players"];
  const bool host = std::any_of(players.begin(), players.end(),
                                [this](const json& p) { return p["id"] == id_ && p["host"]; });
  if (!host) {
    player_.read();
  } else if (may_start_()) {
    player_.say("start_match");
    player_.read_until([this](const json&) { return phase_ != "lobby"; });
  } else {
    std::this_thread::sleep_for(milliseconds(20));
  }
}

void Gamer::say_something() {
  const int n = ++said_;
  const std::string mark = "mark-" + handle_ + "-" + std::to_string(n) + "-";
  switch (random_() % 10) {
    case 0:
    case 1:
    case 2: {
      const json evidence = {{"kind", "note"}, {"ref", ""}, {"query", ""}, {"label", mark}};
      return say({"pin", mark}, {{"evidence", evidence}});
    }
    case 3:
    case 4: {
      if (acts_ == kPercentMax) return say({"chat", mark}, {{"text", mark}});
      const int percent = ++acts_;
      const json action = {{"kind", "shed_traffic"}, {"target", "search"}, {"value", percent}};
      return say({"act", "", percent}, {{"action", action}});
    }
    case 5:
      return say({"status_update", mark}, {{"state", "investigating"}, {"text", mark}});
    case 6:
      if (n % 4 == 0) return say({"take_hint"}, json::object());
      [[fallthrough]];
    default:
      return say({"chat", mark}, {{"text", mark}});
  }
}

void Gamer::say(Said said, const json& fields) {
  const std::string type = said.what;
  record_.push_back(std::move(said));
  const json answer = player_.say(type, fields);
  Said& last = record_.back();
  last.outcome = answer["type"] == "ack" ? Said::Outcome::kAcknowledged : Said::Outcome::kRefused;
  if (answer["type"] == "ack") last.entry = answer["entry"];
}

}  // namespace incident::crash
