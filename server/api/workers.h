// Threads for what takes long: warm-ups, queries, replays, reviews. They run at lower priority than the
// threads that carry rooms and sockets, so that a review never delays a tick. Any thread may post.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

namespace incident::api {

class Workers {
 public:
  using Executor = boost::asio::io_context::executor_type;

  explicit Workers(unsigned threads);  // 0: one for each core
  ~Workers();                          // stop()
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  Executor executor() { return context_.get_executor(); }
  // What has not begun is dropped; waits for what runs. Not to be called on a worker.
  void stop();

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<Executor> stay_;
  std::vector<std::thread> threads_;
};

}  // namespace incident::api
