#include "sim/parts/dns.h"

#include <algorithm>

#include "sim/engine/draw.h"
#include "sim/parts/route.h"
#include "sim/parts/token_bucket.h"

namespace incident::sim {
namespace {

// Asks the resolver; false: no answer, or that it has failed.
bool ask(World& w, Call& c, std::uint16_t name, std::int64_t& delay) {
  const std::uint16_t resolver = w.model->dns_names[name].resolver.value;
  const ResolverParameters& p = w.resolver_parameters[resolver];
  ResolverState& state = w.resolvers[resolver];
  const std::int64_t questions = w.dns_name_parameters[name].queries;
  for (std::int64_t n = 0; n < questions; ++n) {
    bool answered = false;
    for (std::int64_t tries = 0; tries < p.tries && !answered; ++tries) {
      answered =
          p.down == 0 && (p.rate_limit == 0 || take_token(state.bucket, w.now, p.rate_limit, p.rate_burst));
      if (p.rate_limit > 0) {
        if (state.bucket.tokens >= (p.rate_burst - 1) * kTokenUnit) state.bucket.tint = 0;
        state.bucket.tint |= c.cause;
      }
      if (answered) break;
      ++state.dropped;
      delay += p.timeout_us;
      c.cause |=
          state.bucket.tint | w.cause(PartKind::kResolver, resolver) | w.cause(PartKind::kDnsName, name);
    }
    if (!answered) return false;
    delay += to_microseconds(draw_exponential(c.stream) * static_cast<double>(p.lookup_us));
    if (n + 1 < questions) ++state.no_domain;
  }
  if (p.error_permille > 0 && draw_permille(c.stream, p.error_permille)) {
    ++state.server_failures;
    c.cause |= w.cause(PartKind::kResolver, resolver);
    return false;
  }
  return true;
}

LookUp meaning(Call& c, const NameCache& known) {
  if (known.answer == NameAnswer::kRight) return LookUp::kFound;
  c.cause |= known.cause;
  return known.answer == NameAnswer::kStale ? LookUp::kNowhere : LookUp::kFailed;
}

}  // namespace

LookUp look_up_name(World& w, Call& c, std::uint16_t name, std::int64_t& delay) {
  NameCache& known = w.name_caches[client_column(w, name, c.owner)];
  if (known.answer != NameAnswer::kNone && w.now < known.until) {
    delay += std::max<std::int64_t>(known.ready - w.now, 0);  // somebody here is asking already
    return meaning(c, known);
  }
  const DnsNameParameters& p = w.dns_name_parameters[name];
  ResolverState& state = w.resolvers[w.model->dns_names[name].resolver.index()];
  const bool elsewhere = w.edge_parameters[c.edge].wrong_resolver != 0;
  if (!ask(w, c, name, delay)) return LookUp::kFailed;
  known.cause = w.cause(PartKind::kDnsName, name) | (elsewhere ? w.cause(PartKind::kEdge, c.edge) : 0);
  known.ready = w.now + delay;
  if (p.deleted != 0 || elsewhere) {
    ++state.no_domain;
    known.answer = NameAnswer::kAbsent;
    known.until = known.ready + p.negative_ttl_us;
  } else {
    ++state.no_error;
    known.answer = p.stale != 0 ? NameAnswer::kStale : NameAnswer::kRight;
    known.until = known.ready + p.ttl_us;
  }
  return meaning(c, known);
}

void forget_names(World& w, std::uint16_t instance) {
  for (std::size_t name = 0; name < w.dns_name_parameters.size(); ++name)
    w.name_caches[client_column(w, name, instance)] = {};
}

void forget_name(World& w, std::uint16_t name) {
  const std::size_t first = client_column(w, name, 0);
  for (std::size_t i = 0; i <= w.instances.size(); ++i) w.name_caches[first + i] = {};
}

}  // namespace incident::sim
