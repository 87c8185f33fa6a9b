// Pushes running matches to the operator's collector: looks at every live room now and then, takes a picture
// of each arena on the room's strand, which costs a copy of a few lists, and hands it to the exporter.
// Matches that are looked at again after their end are not pushed again; one that is recovered after a
// restart goes on from where it is. Any thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "api/rooms.h"
#include "push/exporter.h"

namespace incident::api {

struct PushSettings {
  std::chrono::milliseconds look_every{5'000};
  Duration metric_interval = seconds(15);
  Duration history = minutes(10);  // of before the page
};

class Pushes {
 public:
  // All of it must outlive the pushes.
  Pushes(Rooms& rooms, push::Exporter& exporter, PushSettings settings,
         boost::asio::thread_pool::executor_type ticks);

  void start();
  void stop();

 private:
  using Key = std::pair<std::string, std::string>;  // match and team

  void look_later();
  void look();
  void offer(const SharedRoom& room, const std::vector<Room::TeamPicture>& pictures);
  std::shared_ptr<push::Feed> open(const Room& room, const Room::TeamPicture& picture);

  Rooms& rooms_;
  push::Exporter& exporter_;
  PushSettings settings_;
  boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
  std::map<Key, std::shared_ptr<push::Feed>> feeds_;  // null: it has said its last
};

}  // namespace incident::api
