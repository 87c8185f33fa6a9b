#include "net/http_url.h"

#include <algorithm>
#include <charconv>

#include "net/text.h"

namespace incident::net {
namespace {

constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443;

bool is_plain(char c) {  // what may stand in an address without being encoded
  return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' && c != '`' &&
         c != '{' && c != '|' && c != '}';
}

}  // namespace

std::string HttpUrl::host_field() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (secure ? kHttpsPort : kHttpPort)) out += ":" + std::to_string(port);
  return out;
}

std::string HttpUrl::text() const {
  return (secure ? "https://" : "http://") + host_field() + target.substr(0, target.find('?'));
}

Result<HttpUrl> parse_http_url(std::string_view text) {
  HttpUrl url;
  const std::string lower = lower_text(text.substr(0, 8));
  if (lower.starts_with("https://")) {
    url.secure = true;
    url.port = kHttpsPort;
    text.remove_prefix(8);
  } else if (lower.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return invalid("an address begins with http:// or https://");
  }
  if (!std::all_of(text.begin(), text.end(), is_plain))
    return invalid("an address has no spaces and no characters that must be encoded");
  text = text.substr(0, text.find('#'));
  const std::size_t path = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, path);
  url.target = text.substr(path);
  if (url.target.empty() || url.target.front() == '?') url.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos)
    return invalid("an address holds no user or password here; send them in a header");
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return invalid("the address of the host is not closed with ]");
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    if (!port.empty() && port.front() != ':') return invalid("after ] comes a port, such as [::1]:4318");
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (url.host.empty()) return invalid("the address has no host");
  if (port.empty()) return url;
  port.remove_prefix(1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc() || end != port.data() + port.size() || url.port == 0)
    return invalid("a port is a number from 1 to 65535");
  return url;
}

}  // namespace incident::net
