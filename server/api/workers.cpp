#include "api/workers.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace incident::api {
namespace {

constexpr int kWorkerNice = 5;

}  // namespace

Workers::Workers(unsigned threads) : stay_(context_.get_executor()) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      // Linux keeps a nice value for each thread.
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kWorkerNice);
      context_.run();
    });
  }
}

Workers::~Workers() {
  stop();
}

void Workers::stop() {
  context_.stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace incident::api
