#include "net/target.h"

#include "net/utf8.h"

namespace incident::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing on a '%' without two hexadecimal digits, or when the result is not UTF-8 or holds a NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!is_utf8(out) || out.find('\0') != std::string::npos) return std::nullopt;
  return out;
}

Error bad_path() {
  return invalid(
      "The path must begin with '/', be percent-encoded UTF-8, and hold no '.', '..' or empty segment.",
      "path");
}

// Decodes segment by segment, so that an encoded '/' cannot make a segment that was not there before.
std::optional<std::string> decode_path(std::string_view encoded) {
  if (encoded.empty() || encoded.front() != '/') return std::nullopt;
  std::string path;
  std::size_t begin = 1;
  while (true) {
    const std::size_t end = std::min(encoded.find('/', begin), encoded.size());
    const auto segment = percent_decode(encoded.substr(begin, end - begin), false);
    if (!segment || *segment == "." || *segment == "..") return std::nullopt;
    if (segment->find_first_of("/\\") != std::string::npos) return std::nullopt;
    const bool last = end == encoded.size();
    if (segment->empty() && !last) return std::nullopt;
    path += '/';
    path += *segment;
    if (last) return path;
    begin = end + 1;
  }
}

}  // namespace

Result<NameValues> parse_parameters(std::string_view text, std::size_t parameters_max,
                                    std::string_view where) {
  NameValues out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (out.size() == parameters_max) {
      return Error{ErrorCode::kResourceExhausted,
                   "At most " + std::to_string(parameters_max) + " parameters are taken.",
                   std::string(where)};
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return invalid("Parameters must be percent-encoded UTF-8.", std::string(where));
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

Result<Target> parse_target(std::string_view target, std::size_t parameters_max) {
  if (target == "*") return Target{"*", {}};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.substr(0, scheme.size()) != scheme) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    if (path == std::string_view::npos || target[path] == '?') return bad_path();
    target.remove_prefix(path);
    break;
  }
  target = target.substr(0, target.find('#'));
  const std::size_t mark = std::min(target.find('?'), target.size());
  auto path = decode_path(target.substr(0, mark));
  if (!path) return bad_path();
  auto query = parse_parameters(target.substr(std::min(mark + 1, target.size())), parameters_max, "query");
  if (!query) return query.error();
  return Target{std::move(*path), std::move(*query)};
}

}  // namespace incident::net
