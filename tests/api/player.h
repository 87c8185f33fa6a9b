// One player's client, blocking: HTTP with the session's cookie, and the socket of one match. It keeps every
// byte that the server sent. What the network fails at is thrown (boost::system::system_error). One thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace incident::api::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using nlohmann::json;

struct Answer {
  int status = 0;
  std::string body;
  std::map<std::string, std::string, std::less<>> fields;  // names in lower case
  json parsed() const { return json::parse(body); }
};

class Player {
 public:
  explicit Player(std::uint16_t port) : port_(port) {}
  // Another window of the same player: the cookie, and no socket yet.
  Player(const Player& other) : port_(other.port_), cookie_(other.cookie_) {}
  // For a server that has started again somewhere else; the cookie stays.
  void move_to(std::uint16_t port) { port_ = port; }
  const std::string& cookie() const { return cookie_; }

  std::string heard;  // every byte, headers too
  std::function<void(const json&)> on_frame = [](const json&) {};

  Answer get(const std::string& target) { return ask(http::verb::get, target, ""); }
  Answer post(const std::string& target, const json& body) {
    return ask(http::verb::post, target, body.dump());
  }

  Answer remove(const std::string& target) { return ask(http::verb::delete_, target, ""); }
  Answer options(const std::string& target) { return ask(http::verb::options, target, ""); }
  // Sent with every request from now on; a cookie is only sent while there are none of these.
  std::map<std::string, std::string> fields;
  // As browsers and Prometheus clients post queries.
  Answer post_form(const std::string& target, const std::string& form) {
    return ask(http::verb::post, target, form, "application/x-www-form-urlencoded");
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
  // Without a closing handshake, as when a cable is pulled.
  void drop_socket() { socket_.reset(); }
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
    on_frame(frame);
    return frame;
  }

  json snapshot;

 private:
  using Socket = beast::websocket::stream<asio::ip::tcp::socket>;

  Answer ask(http::verb verb, const std::string& target, const std::string& body,
             const char* type = "application/json") {
    asio::ip::tcp::socket socket(context_);
    socket.connect({asio::ip::make_address("127.0.0.1"), port_});
    http::request<http::string_body> request(verb, target, 11);
    request.set(http::field::host, "127.0.0.1");
    for (const auto& [name, value] : fields) request.set(name, value);
    if (!cookie_.empty() && fields.empty()) request.set(http::field::cookie, cookie_);
    if (!body.empty()) request.set(http::field::content_type, type);
    request.body() = body;
    request.prepare_payload();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(64UL * 1024 * 1024);
    http::read(socket, buffer, parser);
    const auto& response = parser.get();
    Answer answer{static_cast<int>(response.result_int()), response.body(), {}};
    for (const auto& field : response) {
      std::string name(field.name_string());
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      answer.fields[name] = std::string(field.value());
      heard.append(field.name_string().data(), field.name_string().size());
      heard += ": " + std::string(field.value().data(), field.value().size()) + "\n";
    }
    heard += response.body() + "\n";
    if (const auto cookie = response[http::field::set_cookie]; !cookie.empty())
      cookie_ = std::string(cookie.substr(0, cookie.find(';')));
    return answer;
  }

  std::uint16_t port_;
  std::string cookie_;
  asio::io_context context_;
  std::unique_ptr<Socket> socket_;
  int next_id_ = 1;
};

}  // namespace incident::api::testing
