// The threads that do input and output: N of them, each running one io_context of its own. All that belongs
// to one connection runs on one of these threads, so a connection needs no lock and no strand. Nothing that
// takes long (a simulation's tick, a proof) may run here: post it to a pool of its own, such as
// boost::asio::thread_pool. All functions may be called from any thread.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace incident::net {

class IoPool {
 public:
  using Executor = boost::asio::io_context::executor_type;

  explicit IoPool(unsigned threads);  // 0: one for each core
  ~IoPool();                          // stop() and join()
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;

  // The next thread's executor, round robin.
  Executor next();
  Executor at(std::size_t index);
  std::size_t size() const { return loops_.size(); }
  // Ends the loops even with work outstanding. Destroys nothing until the pool's own end.
  void stop();
  void join();

 private:
  struct Loop;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace incident::net
