// What all connections of one server share. Internal to the room. Counters and slots: any thread.
#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/address.h"
#include "net/hub.h"
#include "net/server.h"

namespace incident::net {

struct ServerState;

// One open connection's share of the limits; given back when it is destroyed.
class Slot {
 public:
  Slot(std::shared_ptr<ServerState> state, boost::asio::ip::address address, bool counts_for_address);
  ~Slot();
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  std::shared_ptr<ServerState> state_;
  boost::asio::ip::address address_;
  bool counts_for_address_;
};

struct ServerState : std::enable_shared_from_this<ServerState> {
  ServerState(ServerOptions o, Handler h, UpgradeHandler u)
      : options(std::move(o)), handler(std::move(h)), upgrade(std::move(u)) {}

  ServerOptions options;
  Handler handler;
  UpgradeHandler upgrade;
  TrustedProxies proxies;
  std::string security_fields;  // ready to be written
  std::vector<std::shared_ptr<Hub>> hubs;
  std::atomic<bool> stopping{false};

  std::atomic<std::uint64_t> sockets{0}, requests{0}, refused{0}, overflows{0}, next_id{0};

  // Nothing when a limit is passed; `why` then says which one.
  std::unique_ptr<Slot> take_slot(const boost::asio::ip::address& address, std::string_view& why);
  std::size_t connections();
  // Waits until no connection is open; false when the time is over.
  bool wait_until_empty(std::chrono::milliseconds time);
  std::string make_request_id();

 private:
  friend class Slot;
  std::mutex mutex_;  // guards what follows
  std::condition_variable empty_;
  std::map<boost::asio::ip::address, std::size_t> by_address_;
  std::size_t open_ = 0;
};

}  // namespace incident::net
