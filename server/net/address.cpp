#include "net/address.h"

#include <charconv>

#include "net/text.h"

namespace incident::net {
namespace {

namespace ip = boost::asio::ip;

bool same_prefix(const unsigned char* a, const unsigned char* b, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned shift = 7 - i % 8;
    if (((a[i / 8] >> shift) & 1U) != ((b[i / 8] >> shift) & 1U)) return false;
  }
  return true;
}

// A field's element may carry a port: "192.0.2.1:4711", "[2001:db8::1]:4711".
std::string_view without_port(std::string_view text) {
  if (!text.empty() && text.front() == '[') return text.substr(1, text.find(']') - 1);
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos
             ? text.substr(0, colon)
             : text;
}

}  // namespace

ip::address plain_address(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies out;
  for (const std::string& text : networks) {
    const std::size_t slash = text.find('/');
    boost::system::error_code error;
    const ip::address address = ip::make_address(text.substr(0, slash), error);
    const unsigned widest = address.is_v4() ? 32 : 128;
    unsigned bits = widest;
    if (slash != std::string::npos) {
      const char* const end = text.data() + text.size();
      const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
      if (parsed.ec != std::errc{} || parsed.ptr != end || bits > widest) bits = widest + 1;
    }
    if (error || bits > widest) {
      return invalid(
          "A trusted proxy must be an address or a network such as 10.0.0.0/8; this is '" + text + "'.",
          "trusted_proxies");
    }
    out.networks_.push_back({address, bits});
  }
  return out;
}

bool TrustedProxies::trusts(const ip::address& address) const {
  for (const Network& network : networks_) {
    if (network.address.is_v4() != address.is_v4()) continue;
    if (address.is_v4()) {
      const auto a = address.to_v4().to_bytes();
      const auto b = network.address.to_v4().to_bytes();
      if (same_prefix(a.data(), b.data(), network.prefix_bits)) return true;
    } else {
      const auto a = address.to_v6().to_bytes();
      const auto b = network.address.to_v6().to_bytes();
      if (same_prefix(a.data(), b.data(), network.prefix_bits)) return true;
    }
  }
  return false;
}

ip::address TrustedProxies::client(const ip::address& peer, std::string_view forwarded_for) const {
  ip::address client = peer;
  while (trusts(client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::string_view last =
        comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
    boost::system::error_code error;
    const ip::address next = ip::make_address(std::string(without_port(trim(last))), error);
    if (error) break;
    client = plain_address(next);
    forwarded_for = comma == std::string_view::npos ? std::string_view{} : forwarded_for.substr(0, comma);
  }
  return client;
}

bool origin_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed) {
  for (const std::string& one : allowed) {
    if (same_name(one, origin)) return true;
  }
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && !host.empty() && same_name(origin.substr(scheme + 3), host);
}

}  // namespace incident::net
