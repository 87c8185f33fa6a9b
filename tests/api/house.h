// The whole server in one process, on a free loopback port with an SQLite file in a folder of its own, and
// one player's client for it. The client keeps every byte that the server sent.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/api.h"
#include "base/log.h"
#include "scenario/library.h"
#include "store/sqlite/sqlite_store.h"

namespace incident::api::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using nlohmann::json;

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
        services{ticks.get_executor(), workers, *store, starts},
        rooms(services, library),
        api(*store, rooms, workers, nullptr),
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
  RoomServices services;
  Rooms rooms;
  Api api;
  net::IoPool io;
  std::unique_ptr<net::Server> server;
};

struct Answer {
  int status = 0;
  std::string body;
  json parsed() const { return json::parse(body); }
};

class Player {
 public:
  explicit Player(const House& house) : port_(house.server->port()) {}

  std::string heard;  // every byte, headers too

  Answer get(const std::string& target) { return ask(http::verb::get, target, ""); }
  Answer post(const std::string& target, const json& body) {
    return ask(http::verb::post, target, body.dump());
  }

  void open_socket(const std::string& match) {
    socket_ = std::make_unique<Socket>(context_);
    socket_->next_layer().connect({asio::ip::make_address("127.0.0.1"), port_});
    socket_->set_option(
        beast::websocket::stream_base::decorator([this](beast::websocket::request_type& request) {
          request.set(http::field::sec_websocket_protocol, "incident.v1");
          request.set(http::field::cookie, cookie_);
        }));
    socket_->handshake("127.0.0.1:" + std::to_string(port_), "/api/v1/matches/" + match + "/socket");
  }
  // Says it, and reads on to its answer: ack, error or action_preview.
  json say(const std::string& type, json fields = json::object()) {
    const int id = next_id_++;
    fields["type"] = type;
    fields["id"] = id;
    socket_->write(asio::buffer(fields.dump()));
    for (;;) {
      json frame = read();
      if (frame.value("id", -1) == id && frame["type"] != "snapshot") return frame;
      if (type == "hello" && frame["type"] == "snapshot") return frame;
    }
  }
  json read_until(const std::function<bool(const json&)>& wanted) {
    for (;;) {
      json frame = read();
      if (wanted(frame)) return frame;
    }
  }
  json read() {
    beast::flat_buffer buffer;
    socket_->read(buffer);
    const std::string text = beast::buffers_to_string(buffer.data());
    heard += text + "\n";
    json frame = json::parse(text);
    if (frame["type"] == "snapshot") snapshot = frame;
    return frame;
  }

  json snapshot;

 private:
  using Socket = beast::websocket::stream<asio::ip::tcp::socket>;

  Answer ask(http::verb verb, const std::string& target, const std::string& body) {
    asio::ip::tcp::socket socket(context_);
    socket.connect({asio::ip::make_address("127.0.0.1"), port_});
    http::request<http::string_body> request(verb, target, 11);
    request.set(http::field::host, "127.0.0.1");
    if (!cookie_.empty()) request.set(http::field::cookie, cookie_);
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(64UL * 1024 * 1024);
    http::read(socket, buffer, parser);
    const auto& response = parser.get();
    for (const auto& field : response) {
      heard.append(field.name_string().data(), field.name_string().size());
      heard += ": " + std::string(field.value().data(), field.value().size()) + "\n";
    }
    heard += response.body() + "\n";
    if (const auto cookie = response[http::field::set_cookie]; !cookie.empty())
      cookie_ = std::string(cookie.substr(0, cookie.find(';')));
    return {static_cast<int>(response.result_int()), response.body()};
  }

  std::uint16_t port_;
  asio::io_context context_;
  std::unique_ptr<Socket> socket_;
  std::string cookie_;
  int next_id_ = 1;
};

inline scenario::Library shipped_incidents() {
  log::set_level(log::Level::kError);
  return scenario::load_library(INCIDENT_SOURCE_DIR "/scenarios").value();
}

}  // namespace incident::api::testing
