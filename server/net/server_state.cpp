#include "net/server_state.h"

#include <array>
#include <cstdio>
#include <random>

namespace incident::net {

Slot::Slot(std::shared_ptr<ServerState> state, boost::asio::ip::address address, bool counts_for_address)
    : state_(std::move(state)), address_(std::move(address)), counts_for_address_(counts_for_address) {}

Slot::~Slot() {
  const std::lock_guard lock(state_->mutex_);
  if (counts_for_address_) {
    const auto found = state_->by_address_.find(address_);
    if (found != state_->by_address_.end() && --found->second == 0) state_->by_address_.erase(found);
  }
  if (--state_->open_ == 0) state_->empty_.notify_all();
}

std::unique_ptr<Slot> ServerState::take_slot(const boost::asio::ip::address& address, std::string_view& why) {
  // All clients behind a trusted proxy share its address, so only the whole server's limit holds for it.
  const bool counts_for_address = !proxies.trusts(address);
  const std::lock_guard lock(mutex_);
  if (open_ >= options.limits.connections_max) {
    why = "The server is full; please try again in a moment.";
    return nullptr;
  }
  if (counts_for_address) {
    const auto found = by_address_.find(address);
    if (found != by_address_.end() && found->second >= options.limits.connections_per_address_max) {
      why = "Too many connections from your address; please close some.";
      return nullptr;
    }
    ++by_address_[address];
  }
  ++open_;
  return std::make_unique<Slot>(shared_from_this(), address, counts_for_address);
}

std::size_t ServerState::connections() {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool ServerState::wait_until_empty(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, time, [this] { return open_ == 0; });
}

std::string ServerState::make_request_id() {
  // A random part for this process, so that ids of two runs in one log do not meet.
  static const auto process = static_cast<unsigned>(std::random_device{}());
  std::array<char, 40> text{};
  const int n =
      std::snprintf(text.data(), text.size(), "%08x-%llx", process,
                    static_cast<unsigned long long>(next_id.fetch_add(1, std::memory_order_relaxed)));
  return {text.data(), static_cast<std::size_t>(n)};
}

}  // namespace incident::net
