// The typed indices of the simulated system's parts, and handles to what is in flight.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace incident::sim {

using ServiceId = Id<struct ServiceTag, std::uint16_t>;
using OperationId = Id<struct OperationTag, std::uint16_t>;  // an endpoint or statement of a service
using InstanceId =
    Id<struct InstanceTag, std::uint16_t>;         // a slot: an instance that left frees it for the next
using EdgeId = Id<struct EdgeTag, std::uint16_t>;  // a dependency: a caller's client for one operation
using PoolId = Id<struct PoolTag, std::uint16_t>;
using CacheId = Id<struct CacheTag, std::uint16_t>;
using LockSetId = Id<struct LockSetTag, std::uint16_t>;
using JourneyId = Id<struct JourneyTag, std::uint16_t>;
using FlagId = Id<struct FlagTag, std::uint16_t>;
using RevisionId = Id<struct RevisionTag, std::uint16_t>;
using TableId = Id<struct TableTag, std::uint16_t>;
using TopicId = Id<struct TopicTag, std::uint16_t>;
using GroupId = Id<struct GroupTag, std::uint16_t>;  // consumers of a topic
using ConfigKeyId = Id<struct ConfigKeyTag, std::uint16_t>;
using LinkId = Id<struct LinkTag, std::uint16_t>;
using DnsNameId = Id<struct DnsNameTag, std::uint16_t>;
using ResolverId = Id<struct ResolverTag, std::uint16_t>;
using CertificateId = Id<struct CertificateTag, std::uint16_t>;
using SecretId = Id<struct SecretTag, std::uint16_t>;
using ChangeId = Id<struct ChangeTag, std::uint32_t>;  // position in the simulation's list of changes
using ActionId = Id<struct ActionTag, std::uint32_t>;  // position in the simulation's list of actions

// Causes are bits, so that what several faults touched can say so. Bit 0 upward, in the order of the plan's
// changes. They never leave the server.
using CauseMask = std::uint32_t;
inline constexpr int kCausesMax = 32;

// A reference into a pool of things in flight: stale once the slot's generation has moved on.
struct Handle {
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t generation = 0;
  constexpr bool valid() const { return slot != UINT32_MAX; }
  constexpr bool operator==(const Handle&) const = default;
};

}  // namespace incident::sim
