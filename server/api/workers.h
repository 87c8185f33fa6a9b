// Threads for what takes long: warm-ups, queries, replays, reviews. They run at lower priority than the
// threads that carry rooms and sockets, so that a review never delays a tick. Any thread may post.
#pragma once

#include <boost/asio/thread_pool.hpp>

namespace incident::api {

class Workers {
 public:
  using Executor = boost::asio::thread_pool::executor_type;

  explicit Workers(unsigned threads);  // 0: one for each core
  ~Workers();                          // waits for what runs
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  Executor executor() { return pool_.get_executor(); }
  void stop();  // what has not begun is dropped

 private:
  boost::asio::thread_pool pool_;
};

}  // namespace incident::api
