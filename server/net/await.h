// Two bridges from callback code into coroutines. Both resume the coroutine on its own executor, whichever
// thread the work ran on.
//
// Give closures that own something a name and move them in: GCC 12 destroys temporaries that own something
// twice when they stand in a co_await expression.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "net/http.h"

namespace incident::net {

// Calls start(done), where done takes one T, once, on any thread; resumes with that T:
//   auto row = co_await from_callback<Result<Row>>([&](auto done) { store.find(id, done); });
template <class T, class Start>
awaitable<T> from_callback(Start start) {
  auto initiation = [&start](auto handler) {
    using H = decltype(handler);
    auto executor = boost::asio::get_associated_executor(handler);
    auto shared = std::make_shared<H>(std::move(handler));
    std::function<void(T)> done = [shared, executor](T value) {
      boost::asio::post(
          executor, [shared, value = std::move(value)]() mutable { std::move (*shared)(std::move(value)); });
    };
    start(std::move(done));
  };
  co_return co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(T)>(
      initiation, boost::asio::use_awaitable);
}

// Runs f() on another executor (a room's strand) and resumes with what it returned, which must not be void.
template <class Executor, class F>
auto run_on(Executor executor, F f) -> awaitable<std::invoke_result_t<F>> {
  using T = std::invoke_result_t<F>;
  return from_callback<T>([executor, f = std::move(f)](std::function<void(T)> done) mutable {
    boost::asio::post(executor, [f = std::move(f), done = std::move(done)]() mutable { done(f()); });
  });
}

}  // namespace incident::net
