// Parameters of what lies between services: links, names and resolvers, certificates, secrets. Included by
// parameters.h, which says how such structs are made and listed. Times in microseconds; moments too, since
// the simulation's time zero. As they stand here, each part changes nothing.
#pragma once

#include <cstdint>

namespace incident::sim {

inline constexpr std::int64_t kInTheFarFuture = 90LL * 24 * 3600 * 1'000'000;  // 90 days, as certbot's

struct LinkParameters {
  std::int64_t delay_us = 0;         // added to every message, each way
  std::int64_t jitter_us = 0;        // up to this much more, drawn evenly
  std::int64_t loss_permille = 0;    // messages that TCP has to send again after its timeout
  std::int64_t blocked = 0;          // 1: what is sent is dropped without a word
  std::int64_t blocked_back = 0;     // 1: answers are dropped
  std::int64_t refused = 0;          // 1: a policy or a router refuses it: no route
  std::int64_t mtu_bytes = 0;        // larger messages never arrive, and nobody says so; 0: all pass
  std::int64_t bytes_per_s = 0;      // capacity, each way; 0: any
  std::int64_t buffer_us = 100'000;  // queueing at full capacity before it drops
};

struct DnsNameParameters {
  std::int64_t ttl_us = 30'000'000;          // how long an answer is kept by those who asked
  std::int64_t negative_ttl_us = 5'000'000;  // the same for "no such name"
  std::int64_t deleted = 0;                  // 1: the record is gone (NXDOMAIN)
  std::int64_t stale = 0;                    // 1: it points to addresses where nobody answers
  std::int64_t queries = 1;                  // questions for one look-up: the search path that ndots causes
};

struct ResolverParameters {
  std::int64_t lookup_us = 500;     // time for one question, on average
  std::int64_t down = 0;            // 1: it does not answer
  std::int64_t error_permille = 0;  // look-ups that end in SERVFAIL
  std::int64_t rate_limit = 0;      // questions in 1000 s that it takes; more are dropped; 0: any number
  std::int64_t rate_burst = 100;
  std::int64_t timeout_us = 5'000'000;  // until a question is asked again (resolv.conf timeout)
  std::int64_t tries = 2;               // how often it is asked (resolv.conf attempts)
};

struct CertificateParameters {
  std::int64_t not_before_us = -kInTheFarFuture;
  std::int64_t not_after_us = kInTheFarFuture;
  std::int64_t chain_not_after_us = kInTheFarFuture;  // from then on old clients do not accept its chain
  std::int64_t wrong_name = 0;                        // 1: it is for another host name
  std::int64_t auto_reload = 1;  // 1: processes take a new one at once; 0: only when they start
};

struct SecretParameters {
  std::int64_t version = 1;                  // in the store that clients load it from
  std::int64_t accepted_from = 1;            // oldest version that the server takes
  std::int64_t accepted_to = 1'000'000'000;  // newest version that the server knows
  std::int64_t reload_us = 0;                // clients load it again after this long; 0: only when they start
  std::int64_t missing = 0;                  // 1: the server does not know this user
  std::int64_t revoked = 0;                  // 1: it knows the user, who may do nothing
  std::int64_t max_skew_us = 0;              // difference of clocks that a signed request may show; 0: any
};

}  // namespace incident::sim
