// Which client is behind a connection: the peer itself, or the one that a trusted proxy names.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace incident::net {

class TrustedProxies {
 public:
  // Each an address or a network such as "10.0.0.0/8" or "fd00::/8".
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  bool trusts(const boost::asio::ip::address& address) const;
  // The rightmost address of X-Forwarded-For that is no trusted proxy; the peer when there is none or the
  // peer is not trusted, because then the field is only a claim.
  boost::asio::ip::address client(const boost::asio::ip::address& peer, std::string_view forwarded_for) const;

 private:
  struct Network {
    boost::asio::ip::address address;
    unsigned prefix_bits = 0;
  };
  std::vector<Network> networks_;
};

// An IPv4 address that came in over IPv6 (::ffff:a.b.c.d) as the IPv4 address it is.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

// Whether an Origin field may open a socket here: its host and port are Host's, or it is in the list.
bool origin_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed);

}  // namespace incident::net
