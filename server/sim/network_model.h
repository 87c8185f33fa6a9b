// What lies between services, as a model describes it: links, names and the resolvers that answer for them,
// certificates and secrets. Part of model.h; defaults change nothing.
#pragma once

#include <string>
#include <vector>

#include "sim/ids.h"
#include "sim/network_parameters.h"

namespace incident::sim {

// The way of every call from one group of services to another, both directions: a gateway, a peering, a
// policy.
struct LinkSpec {
  std::string name;
  std::vector<ServiceId> from, to;  // empty: every service
  LinkParameters initial;
};

struct ResolverSpec {
  std::string name;
  ResolverParameters initial;
};

// The name by which callers find a service. Each caller instance keeps the answer for its time to live.
struct DnsNameSpec {
  std::string name;  // "orders.internal"
  ServiceId service;
  ResolverId resolver;
  DnsNameParameters initial;
};

// What a service's instances present to those who connect.
struct CertificateSpec {
  std::string name;
  ServiceId service;
  CertificateParameters initial;
};

// The credentials with which clients call a service.
struct SecretSpec {
  std::string name;
  ServiceId service;               // who checks them
  std::vector<ServiceId> clients;  // who uses them; empty: every caller
  SecretParameters initial;
};

}  // namespace incident::sim
