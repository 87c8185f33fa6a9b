// All live matches of this server: made, found, recovered after a restart, taken out when nobody needs them
// any more. A match that has ended can be looked at again: its room is rebuilt from the log. Any thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/room.h"
#include "net/await.h"
#include "scenario/library.h"

namespace incident::api {

using SharedRoom = std::shared_ptr<Room>;

class Rooms {
 public:
  Rooms(RoomServices& services, const scenario::Library& library);

  // Reads from the store which matches are open and begins to recover them on the workers, one after the
  // other so that players' queries find a worker free; a match that somebody asks for comes first. Then keeps
  // clocks and sweeps. Called once, before clients come.
  Result<void> recover();
  // Tells every client, and waits a moment until that is said; no command is taken any more.
  void close();

  net::awaitable<Result<SharedRoom>> create(SharedIncident incident, match::Settings settings,
                                            std::string host);
  // Live, or from the store when it has ended.
  Result<SharedRoom> find(const std::string& id);
  SharedRoom find_live(const std::string& id) const;
  // The open match with this join code; null when there is none.
  SharedRoom find_by_code(const std::string& code);
  std::size_t live_count() const;
  std::vector<SharedRoom> live() const;
  const scenario::Library& library() const { return library_; }
  Starts& starts() { return services_.starts; }

 private:
  void add(SharedRoom room);
  void recover_next();
  Result<SharedRoom> from_row(const store::MatchRow& row, std::function<void()> opened);
  void end_unplayable(const store::MatchRow& row);
  std::size_t archived_count() const;
  std::size_t count(match::Phase phase) const;
  void every_second();
  void save_clocks();
  void sweep();

  RoomServices& services_;
  const scenario::Library& library_;
  boost::asio::steady_timer timer_;
  mutable std::mutex mutex_;
  std::mutex rebuild_mutex_;
  std::map<std::string, SharedRoom> rooms_;
  std::deque<store::MatchRow> to_recover_;
};

}  // namespace incident::api
