#include "scenario/mechanisms.h"

#include <algorithm>
#include <iterator>

namespace incident::scenario {
namespace {

constexpr Mechanism kMechanisms[] = {
    {"retry_storm", "Retry storm", "Retries multiply the load and keep an overloaded part from recovering."},
    {"pool_exhaustion", "Connection pool exhausted",
     "Requests wait for a connection from a pool that is too small or leaks."},
    {"cpu_saturation_code", "Code that eats the CPU",
     "A new version or rule costs far more CPU for each request."},
    {"cpu_throttling", "CPU throttling", "The CPU limit is too low for the load, so work is slowed down."},
    {"overload", "Plain overload", "More traffic than the capacity can serve; no part is broken."},
    {"bad_timeout", "Wrong timeout",
     "A timeout is shorter than the work needs, or so long that callers pile up."},
    {"bad_deploy_errors", "Faulty release", "A new version fails some or all of its requests."},
    {"bad_deploy_latency", "Slow release", "A new version is slow without using more CPU."},
    {"feature_flag_bug", "Faulty code behind a flag", "A feature flag switched on a path with a defect."},
    {"bad_config_value", "Wrong configuration value", "A configuration push set a value that does not fit."},
    {"missing_config", "Missing configuration",
     "A setting, file or variable that the code needs is not there."},
    {"slow_query", "Slow query",
     "A statement costs far more than before: a changed plan, or a missing index."},
    {"n_plus_one", "N+1 queries", "The code asks the database once for each item instead of once."},
    {"lock_contention", "Lock contention", "Transactions wait for the same rows."},
    {"deadlock", "Deadlock", "Transactions wait for each other in a circle."},
    {"long_transaction", "Long transaction",
     "A transaction that stays open holds locks or keeps old rows alive."},
    {"too_many_connections", "Too many connections", "The database refuses connections beyond its limit."},
    {"replication_lag", "Replication lag", "Replicas are behind, so reads are stale or slow."},
    {"split_brain", "Split brain", "Two primaries accept writes after a failover."},
    {"cache_outage", "Cache lost",
     "The cache is cold, off or empty, and its load falls on what stands behind."},
    {"cache_stampede", "Cache stampede", "An entry expired and everybody recomputes it at once."},
    {"hot_key", "Hot key or shard", "One key, row or shard carries most of the load."},
    {"memory_leak", "Memory leak",
     "Memory grows until the process is killed or collects garbage all the time."},
    {"gc_pressure", "Garbage collection pressure", "Collections take so much time that requests wait."},
    {"file_descriptors", "File descriptors exhausted", "A process can open no more files or sockets."},
    {"port_exhaustion", "Ephemeral ports or conntrack exhausted",
     "No more connections can be opened or tracked."},
    {"disk_full", "Disk full", "A volume has no space left for data, logs or the write-ahead log."},
    {"slow_disk", "Slow disk", "A worn or shared disk answers late."},
    {"noisy_neighbour", "Noisy neighbour or bad host",
     "One host or pod is much slower or fails more than its peers."},
    {"network_loss", "Packet loss", "Requests are lost on a link."},
    {"network_delay", "Network delay", "A link adds latency."},
    {"network_partition", "Network partition", "Two parts cannot reach each other."},
    {"dns_failure", "DNS failure", "A name does not resolve, or resolves to the wrong place."},
    {"certificate_expired", "Certificate expired", "A TLS certificate is no longer, or not yet, valid."},
    {"credentials", "Credentials or permissions",
     "A secret was rotated or a right revoked, so access is denied."},
    {"bad_probe", "Misconfigured probe", "A health check takes good instances out or restarts them."},
    {"bad_scaling", "Too few instances",
     "Replicas were removed, cannot be scheduled or scale the wrong way."},
    {"rate_limited", "Rate limited by a provider", "An external provider refuses calls beyond a limit."},
    {"provider_outage", "External provider down", "An external provider fails or is slow."},
    {"consumer_lag", "Consumers fall behind", "A queue grows faster than it is read."},
    {"poison_message", "Poison message", "One message fails again and again and blocks the rest."},
    {"batch_job", "Batch job in the way", "A scheduled job takes the capacity that requests need."},
    {"clock_drift", "Clock drift", "Clocks disagree, so tokens, leases or order break."},
    {"false_page", "Nothing is wrong", "The alert is wrong; customers are well, and no change is needed."},
};

}  // namespace

std::span<const Mechanism> mechanisms() {
  return kMechanisms;
}

const Mechanism* find_mechanism(std::string_view id) {
  const auto* found = std::find_if(std::begin(kMechanisms), std::end(kMechanisms),
                                   [&](const Mechanism& m) { return m.id == id; });
  return found == std::end(kMechanisms) ? nullptr : found;
}

}  // namespace incident::scenario
