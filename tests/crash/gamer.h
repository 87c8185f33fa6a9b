// A player who goes on playing one match whatever happens to the server, on a thread of its own, and keeps a
// record of everything that was said and of what the server answered. After each restart it compares the
// snapshot with the record.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "player.h"

namespace incident::crash {

using api::testing::json;
using api::testing::Player;

// Where the server is now, for all players. `run` counts its starts; 0: it is down.
struct Address {
  std::atomic<std::uint16_t> port{0};
  std::atomic<int> run{0};
  std::atomic<bool> ending{false};  // players concede
  std::atomic<bool> quit{false};
};

// Simulated time may be lost by a crash (the clock's checkpoint is written each second); said commands may
// not.
inline constexpr int kTimeScale = 10;
inline constexpr double kTimeLostMax = 3.0 * kTimeScale;

struct Said {
  enum class Outcome { kUnknown, kAcknowledged, kRefused };
  std::string what;  // chat | pin | status_update | act | take_hint
  std::string mark;  // a text that is nowhere else; act: none
  int value = 0;     // act: percent, which no other act of this team has
  Outcome outcome = Outcome::kUnknown;
  std::int64_t entry = 0;
};

class Gamer {
 public:
  Gamer(Address& address, std::string handle, unsigned seed);
  ~Gamer();

  // Before `play`: over HTTP.
  std::string found_match(const std::string& mode, const std::string& incident);  // its code
  void join(const std::string& code);
  void begin_when(std::function<bool()> start) { may_start_ = std::move(start); }

  void play();  // starts the thread; it ends when the match has ended
  void finish();

  const std::string& id() const { return id_; }
  const std::string& match() const { return match_; }
  std::vector<Said> record() const;
  Player& player() { return player_; }  // before play and after finish

  // What other threads wait for.
  std::atomic<int> run_joined{0};    // the server's run in which the last snapshot came
  std::atomic<int> ticks_in_run{0};  // since then
  std::atomic<bool> has_team{false}, running{false}, ended{false};

 private:
  void life();
  void session(int run);
  void look(const json& frame);
  void compare(const json& snapshot) const;
  void lobby();
  void say_something();
  void say(Said said, const json& fields);

  Address& address_;
  std::string handle_, id_, match_;
  std::mt19937 random_;
  Player player_;
  std::function<bool()> may_start_ = [] { return true; };
  std::thread thread_;
  std::vector<Said> record_;
  int said_ = 0, acts_ = 0;

  std::string epoch_, phase_;
  std::int64_t seq_ = -1;
  double latest_ = 0;  // match time
};

}  // namespace incident::crash
