// The whole server in one process, on a free loopback port with an SQLite file in a folder of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "api/api.h"
#include "base/log.h"
#include "player.h"
#include "scenario/library.h"
#include "store/sqlite/sqlite_store.h"

namespace incident::api::testing {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "incident-api-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

class House {
 public:
  House(const std::filesystem::path& data, scenario::Library incidents)
      : library(std::move(incidents)),
        ticks(2),
        workers(2),
        store(store::open_sqlite_store(data).value()),
        starts(workers),
        services{ticks.get_executor(), workers, *store, starts, metrics},
        rooms(services, library),
        api(*store, rooms, workers, metrics, nullptr),
        io(1) {
    net::ServerOptions options;
    options.security_headers = net::default_security_headers();
    server = std::make_unique<net::Server>(
        io, options, [this](net::Request r) { return api.handle(std::move(r)); },
        [this](net::Request r) { return api.upgrade(std::move(r)); });
    server->start().value();
    rooms.recover().value();
    api.set_ready();
  }
  std::uint16_t port() const { return server->port(); }
  ~House() {
    rooms.close();
    server->stop();
    workers.stop();
    ticks.stop();
    ticks.join();
  }

  scenario::Library library;
  asio::thread_pool ticks;
  Workers workers;
  std::unique_ptr<store::Store> store;
  Starts starts;
  SelfMetrics metrics;
  RoomServices services;
  Rooms rooms;
  Api api;
  net::IoPool io;
  std::unique_ptr<net::Server> server;
};

inline scenario::Library shipped_incidents() {
  log::set_level(log::Level::kError);
  return scenario::load_library(INCIDENT_SOURCE_DIR "/scenarios").value();
}

}  // namespace incident::api::testing
