#include "api/workers.h"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <latch>
#include <thread>

namespace incident::api {
namespace {

constexpr int kWorkerNice = 5;

unsigned count(unsigned threads) {
  return threads > 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Workers::Workers(unsigned threads) : pool_(count(threads)) {
  // Linux keeps a nice value for each thread: every thread of the pool sets its own, once all of them are
  // here.
  const auto n = static_cast<std::ptrdiff_t>(count(threads));
  auto all_here = std::make_shared<std::latch>(n);
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    boost::asio::post(pool_, [all_here] {
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kWorkerNice);
      all_here->arrive_and_wait();
    });
  }
}

Workers::~Workers() {
  pool_.stop();
  pool_.join();
}

void Workers::stop() {
  pool_.stop();
}

}  // namespace incident::api
