#include "net/hub.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/connection.h"
#include "net/socket_session.h"

namespace incident::net {
namespace {

constexpr std::chrono::milliseconds kTick{250};
// Sockets written between two looks at what else the thread has to do.
constexpr std::size_t kDrainAtOnce = 128;

template <class T>
void put(std::vector<std::shared_ptr<T>>& list, std::shared_ptr<T> item) {
  item->place().index = list.size();
  list.push_back(std::move(item));
}

template <class T>
void take(std::vector<std::shared_ptr<T>>& list, T& item) {
  const std::size_t index = std::exchange(item.place().index, HubPlace{}.index);
  if (index == HubPlace{}.index) return;
  // The item may live through this list alone: it goes out of scope at the end, after the list is whole
  // again.
  const std::shared_ptr<T> keep = std::move(list[index]);
  if (index + 1 != list.size()) {
    list[index] = std::move(list.back());
    list[index]->place().index = index;
  }
  list.pop_back();
}

}  // namespace

void Hub::start() {
  boost::asio::post(executor_, [self = shared_from_this()] { self->arm(); });
}

void Hub::stop() {
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->ticker_.cancel();
  });
}

void Hub::arm() {
  if (stopped_) return;
  ticker_.expires_after(kTick);
  ticker_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error) return;
    self->tick();
    self->arm();
  });
}

void Hub::tick() {
  const Clock::time_point now = Clock::now();
  // A session that ends in its tick takes itself out of the list, and the last one takes its place.
  for (std::size_t i = 0; i < sessions_.size();) {
    const std::shared_ptr<SocketSession> session = sessions_[i];
    session->tick(now);
    if (i < sessions_.size() && sessions_[i] == session) ++i;
  }
}

void Hub::add(std::shared_ptr<SocketSession> session) {
  put(sessions_, std::move(session));
}
void Hub::remove(SocketSession& session) {
  take(sessions_, session);
}
void Hub::add(std::shared_ptr<Connection> connection) {
  put(connections_, std::move(connection));
}
void Hub::remove(Connection& connection) {
  take(connections_, connection);
}

void Hub::schedule(std::shared_ptr<SocketSession> session) {
  bool post = false;
  {
    const std::lock_guard lock(mutex_);
    scheduled_.push_back(std::move(session));
    post = !std::exchange(posted_, true);
  }
  if (post) boost::asio::post(executor_, [self = shared_from_this()] { self->drain(); });
}

void Hub::drain() {
  if (drained_ == draining_.size()) {
    draining_.clear();
    drained_ = 0;
    const std::lock_guard lock(mutex_);
    draining_.swap(scheduled_);
  }
  for (std::size_t i = 0; i < kDrainAtOnce && drained_ < draining_.size(); ++i) {
    const std::shared_ptr<SocketSession> session = std::move(draining_[drained_++]);
    session->flush();
  }
  bool more = drained_ < draining_.size();
  if (!more) {
    const std::lock_guard lock(mutex_);
    more = !scheduled_.empty();
    posted_ = more;
  }
  if (more) boost::asio::post(executor_, [self = shared_from_this()] { self->drain(); });
}

void Hub::close_all(bool cut) {
  boost::asio::post(executor_, [self = shared_from_this(), cut] {
    for (const auto& connection : std::vector(self->connections_)) connection->stop(cut);
    for (const auto& session : std::vector(self->sessions_)) {
      if (cut) {
        session->cut();
      } else {
        session->close(kCloseGoingAway, std::string(kRestartReason));
      }
    }
  });
}

}  // namespace incident::net
