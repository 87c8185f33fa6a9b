#include "app/serve.h"

#include <sodium.h>

#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <iostream>
#include <thread>

#include "api/api.h"
#include "api/pushes.h"
#include "app/pushing.h"
#include "base/log.h"
#include "net/server.h"
#include "net/static_files.h"
#include "scenario/library.h"
#include "store/sqlite/sqlite_store.h"

namespace incident::app {
namespace {

int fail(const std::string& what, const Error& error) {
  std::cerr << "incident: " << what << ": " << (error.at.empty() ? "" : error.at + ": ") << error.message
            << "\n";
  return 1;
}

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::kDebug;
  if (name == "warn") return log::Level::kWarn;
  if (name == "error") return log::Level::kError;
  return log::Level::kInfo;
}

std::string address_of(const std::string& bind, std::uint16_t port) {
  const bool any = bind == "0.0.0.0" || bind == "::" || bind == "127.0.0.1" || bind == "::1";
  const std::string host = any ? "localhost" : bind.find(':') != std::string::npos ? "[" + bind + "]" : bind;
  return "http://" + host + ":" + std::to_string(port);
}

api::MetricsFor metrics_for(const std::string& name) {
  if (name == "off") return api::MetricsFor::kNobody;
  return name == "all" ? api::MetricsFor::kEverybody : api::MetricsFor::kLoopback;
}

// What the network and the store count, in /metrics.
void watch(api::SelfMetrics& metrics, const net::Server& server, const store::Store& store) {
  metrics.gauge("incident_connections", "Open TCP connections, sockets included.", {},
                [&] { return static_cast<double>(server.stats().connections); });
  metrics.gauge("incident_sockets", "Open WebSockets.", {},
                [&] { return static_cast<double>(server.stats().sockets); });
  metrics.total("incident_connections_refused_total", "Connections turned away by a limit.",
                [&] { return static_cast<double>(server.stats().refused); });
  metrics.total("incident_socket_overflows_total", "Sockets dropped because their queue was full.",
                [&] { return static_cast<double>(server.stats().overflows); });
  metrics.gauge("incident_store_queue_length", "Writes waiting for the disk.", {},
                [&] { return static_cast<double>(store.stats().queued); });
  metrics.total("incident_store_commits_total", "Transactions committed.",
                [&] { return static_cast<double>(store.stats().commits); });
  metrics.total("incident_store_writes_total", "Writes committed.",
                [&] { return static_cast<double>(store.stats().writes); });
  metrics.total("incident_store_writes_failed_total", "Writes that the disk did not take.",
                [&] { return static_cast<double>(store.stats().failed); });
  metrics.total("incident_store_commit_seconds_total", "Time spent in transactions.",
                [&] { return store.stats().commit_seconds; });
}

void watch(api::SelfMetrics& metrics, const push::Exporter& exporter) {
  metrics.total("incident_push_items_sent_total", "Data points, lines and spans that the collector took.",
                [&] { return static_cast<double>(exporter.total().sent()); });
  metrics.total("incident_push_items_lost_total", "Data points, lines and spans that it did not get.",
                [&] { return static_cast<double>(exporter.total().lost()); });
  metrics.total("incident_push_retries_total", "Requests to the collector that were tried again.",
                [&] { return static_cast<double>(exporter.total().retries); });
}

}  // namespace

int serve(const ServeConfig& config) {
  log::set_level(level_of(config.log_level));
  if (sodium_init() < 0) return fail("start", {ErrorCode::kInternal, "libsodium does not start", {}});
  // Blocked before any thread starts, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const auto home = home_folder();
  const auto scenarios = config.scenarios.empty() ? home / "scenarios" : config.scenarios;
  auto library = scenario::load_library(scenarios);
  if (!library) return fail("scenarios", library.error());
  const auto web = config.web.empty() ? home / "web" / "dist" : config.web;
  auto files = net::StaticFiles::load(web);
  if (!files) return fail("web client", files.error());

  auto pushing = pushing_of(config.otlp);
  if (!pushing) {
    fail("push", pushing.error());
    return 2;
  }

  // The order is that of the shutdown, backwards: rooms live on ticks and workers, and the store's callbacks
  // reach into rooms, so the store ends first.
  boost::asio::thread_pool ticks(std::max(1U, std::thread::hardware_concurrency()));
  api::Workers workers(config.workers);
  auto store = store::open_sqlite_store(config.data_dir);
  if (!store) return fail("data", store.error());
  net::IoPool io(config.io_threads);
  api::Starts starts(workers);
  api::SelfMetrics metrics;
  api::RoomServices services{ticks.get_executor(), workers, **store, starts, metrics};
  api::Rooms rooms(services, *library);
  api::Api api(**store, rooms, workers, metrics, &*files, metrics_for(config.metrics));

  net::ServerOptions options;
  options.bind = config.bind;
  options.port = config.port;
  options.trusted_proxies = config.trusted_proxies;
  options.allowed_origins = config.allowed_origins;
  options.security_headers = net::default_security_headers();
  net::Server server(
      io, options, [&api](net::Request request) { return api.handle(std::move(request)); },
      [&api](net::Request request) { return api.upgrade(std::move(request)); });
  watch(metrics, server, **store);
  std::optional<push::Exporter> exporter;
  std::optional<api::Pushes> pushes;
  if (*pushing) {
    exporter.emplace(std::vector<boost::asio::any_io_executor>{io.next(), io.next()}, workers.executor(),
                     (*pushing)->exporter);
    pushes.emplace(rooms, *exporter, (*pushing)->settings, ticks.get_executor());
    pushes->start();
    watch(metrics, *exporter);
  }
  // What runs on workers and ticks reaches into rooms and starts, so it ends before they do.
  const auto end_rooms = [&] {
    if (pushes) pushes->stop();
    if (exporter) exporter->stop();
    rooms.close();
    workers.stop();
    ticks.stop();
    ticks.join();
  };
  // Before anybody can ask: a client that came first would be given a second room for the same match.
  if (auto recovered = rooms.recover(); !recovered) {
    end_rooms();
    return fail("recover", recovered.error());
  }
  if (auto started = server.start(); !started) {
    end_rooms();
    return fail("listen", started.error());
  }
  for (const auto& incident : library->incidents()) starts.prepare(incident);
  api.set_ready();
  std::cout << "The Incident Challenge is at " << address_of(config.bind, server.port()) << std::endl;

  int signal = 0;
  sigwait(&signals, &signal);
  log::info("app", "stopping", {{"signal", signal}});
  rooms.close();
  server.stop();
  end_rooms();
  return 0;
}

}  // namespace incident::app
