// Turns what Beast parsed into a Request, and what it refused into the status and sentence a client gets.
// Internal to the room.
#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "net/http.h"
#include "net/limits.h"

namespace incident::net {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

struct Refusal {
  int status = 400;
  Error error;
};

// What to answer when reading the fields or the body failed; `request_line_done` tells a too long target
// from too many fields.
Refusal refusal_of(const boost::system::error_code& error, const HttpLimits& limits, bool request_line_done);

// Checks that a request's fields say one thing only: one Host, one length or "chunked", never both, so that
// no proxy in front can see another end of the request than we do. Nothing when all is well.
std::optional<Refusal> check_fields(const RequestParser::value_type& message, const HttpLimits& limits);

// Everything but peer, id, secure.
std::variant<Request, Refusal> make_request(RequestParser::value_type message, const HttpLimits& limits);

}  // namespace incident::net
