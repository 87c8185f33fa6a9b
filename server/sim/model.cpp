#include "sim/model.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "sim/limits.h"

namespace incident::sim {
namespace {

Error bad(const std::string& part, const std::string& what) {
  return invalid(what, part);
}

template <class Id, class Vec>
bool within(Id id, const Vec& parts) {
  return id.valid() && id.index() < parts.size();
}

std::string step_problem(const Model& m, const OperationSpec& operation, std::size_t index) {
  const Step& step = operation.steps[index];
  const bool calls =
      step.kind == StepKind::kCall || step.kind == StepKind::kCacheGet || step.kind == StepKind::kCachePut;
  if (calls && !within(step.edge, m.edges)) return "names no edge";
  if (calls && m.edges[step.edge.index()].from != operation.service) return "uses an edge of another service";
  if ((step.kind == StepKind::kCacheGet || step.kind == StepKind::kCachePut) && !within(step.cache, m.caches))
    return "names no cache";
  if (step.kind == StepKind::kLock && !within(step.lock_set, m.lock_sets)) return "names no lock set";
  if (step.kind == StepKind::kLockOne) {
    const std::size_t first = index - step.nth;
    if (step.of == 0 || step.nth >= step.of || first > index || first + step.of > operation.steps.size())
      return "is no part of a row lock";
    for (std::size_t i = first; i < first + step.of; ++i) {
      const Step& other = operation.steps[i];
      if (other.kind != StepKind::kLockOne || other.of != step.of || other.nth != i - first)
        return "is no part of a row lock";
    }
    if (!within(step.lock_set, m.lock_sets)) return "names no lock set";
    if (m.lock_sets[step.lock_set.index()].database != operation.service)
      return "locks rows of another database";
  }
  if (step.kind == StepKind::kTable) {
    if (!within(step.table, m.tables)) return "names no table";
    if (m.tables[step.table.index()].database != operation.service) return "uses a table of another database";
  }
  if (step.kind == StepKind::kAppend) {
    if (!within(step.topic, m.topics)) return "names no topic";
    if (m.topics[step.topic.index()].broker != operation.service) return "uses a topic of another broker";
  }
  if (step.kind == StepKind::kAwait) {
    if (!within(step.group, m.groups)) return "names no consumer group";
    if (m.services[operation.service.index()].kind != ServiceKind::kUsers) return "is for users only";
    if (!within(step.edge, m.edges) || m.edges[step.edge.index()].from != operation.service)
      return "needs a request before it";
  }
  if (step.kind == StepKind::kLock && m.lock_sets[step.lock_set.index()].database != operation.service)
    return "locks rows of another database";
  const bool flagged = step.kind == StepKind::kIfFlag || step.kind == StepKind::kUnlessFlag;
  if (flagged && !within(step.flag, m.flags)) return "names no flag";
  if (step.amount.us < 0) return "has a negative amount";
  if (index + step.count >= operation.steps.size() && step.count > 0)
    return "reaches past the end of the operation";
  if (step.kind == StepKind::kParallel) {
    if (step.count == 0) return "holds no call";
    for (std::size_t i = index + 1; i <= index + step.count; ++i) {
      if (operation.steps[i].kind != StepKind::kCall) return "may hold calls only";
    }
  }
  return {};
}

template <class Parameters>
std::string range_problem(PartKind kind, const Parameters& values) {
  const auto* words = reinterpret_cast<const std::int64_t*>(&values);
  for (const ParameterInfo& info : parameters()) {
    if (info.part != kind) continue;
    const std::int64_t value = words[info.offset];
    if (value < info.min || value > info.max) {
      return std::string(info.name) + " is " + std::to_string(value) + ", allowed is " +
             std::to_string(info.min) + " to " + std::to_string(info.max);
    }
  }
  return {};
}

std::string network_problem(const Model& m, std::string& part) {
  const auto services = [&](const std::vector<ServiceId>& ids) {
    for (const ServiceId id : ids) {
      if (!within(id, m.services)) return false;
    }
    return true;
  };
  for (const auto& l : m.links) {
    part = l.name;
    if (!services(l.from) || !services(l.to)) return "joins no services";
    if (auto problem = range_problem(PartKind::kLink, l.initial); !problem.empty()) return problem;
  }
  for (const auto& r : m.resolvers) {
    part = r.name;
    if (auto problem = range_problem(PartKind::kResolver, r.initial); !problem.empty()) return problem;
  }
  for (const auto& n : m.dns_names) {
    part = n.name;
    if (!within(n.service, m.services)) return "is the name of no service";
    if (!within(n.resolver, m.resolvers)) return "has no resolver";
    if (auto problem = range_problem(PartKind::kDnsName, n.initial); !problem.empty()) return problem;
  }
  for (const auto& c : m.certificates) {
    part = c.name;
    if (!within(c.service, m.services)) return "belongs to no service";
    if (auto problem = range_problem(PartKind::kCertificate, c.initial); !problem.empty()) return problem;
  }
  for (const auto& s : m.secrets) {
    part = s.name;
    if (!within(s.service, m.services) || !services(s.clients)) return "is checked by no service";
    if (auto problem = range_problem(PartKind::kSecret, s.initial); !problem.empty()) return problem;
  }
  return {};
}

// Tables, topics and the groups that consume them.
Result<void> validate_stores(const Model& m) {
  for (const auto& t : m.tables) {
    if (!within(t.database, m.services) || m.services[t.database.index()].kind != ServiceKind::kDatabase)
      return bad(t.name, "belongs to no database");
    if (auto problem = range_problem(PartKind::kTable, t.initial); !problem.empty())
      return bad(t.name, problem);
  }
  for (const auto& t : m.topics) {
    if (!within(t.broker, m.services) || m.services[t.broker.index()].kind != ServiceKind::kBroker)
      return bad(t.name, "belongs to no broker");
    if (t.partitions < 1 || t.partitions > t.partitions_max || t.partitions_max > kPartitionsMax)
      return bad(t.name, "partitions must be between 1 and partitions_max");
    if (auto problem = range_problem(PartKind::kTopic, t.initial); !problem.empty())
      return bad(t.name, problem);
  }
  std::size_t readers = 0;
  for (const auto& g : m.groups) {
    if (!within(g.topic, m.topics)) return bad(g.name, "consumes no topic");
    if (!within(g.operation, m.operations) ||
        m.services[m.operations[g.operation.index()].service.index()].kind == ServiceKind::kUsers)
      return bad(g.name, "has no operation that handles its messages");
    if (g.dead_letters.valid() && (!within(g.dead_letters, m.topics) || g.dead_letters == g.topic))
      return bad(g.name, "its dead letters go to no other topic");
    if (auto problem = range_problem(PartKind::kGroup, g.initial); !problem.empty())
      return bad(g.name, problem);
    readers += m.topics[g.topic.index()].partitions_max;
  }
  if (readers > kReadersMax) return bad(m.name, "has too many partitions and consumer groups");
  return {};
}

template <class Predicate>
bool any_service(const Model& m, Predicate is_one) {
  return std::any_of(m.services.begin(), m.services.end(), is_one);
}

// What concerns the platform; part and problem, or empty.
std::pair<std::string, std::string> platform_problem(const Model& m) {
  const bool uses = !m.nodes.empty() || !m.jobs.empty() ||
                    any_service(m, [](const ServiceSpec& s) { return s.autoscaled || s.function; });
  if (uses && !m.platform) return {m.name, "says something of the platform and does not simulate it"};
  for (const auto& s : m.services) {
    if (auto problem = range_problem(PartKind::kResources, s.resources); !problem.empty())
      return {s.name, problem};
    if (auto problem = range_problem(PartKind::kDeployment, s.deployment); !problem.empty())
      return {s.name, problem};
    if (auto problem = range_problem(PartKind::kAutoscaler, s.autoscaler); !problem.empty())
      return {s.name, problem};
    if (auto problem = range_problem(PartKind::kFunction, s.function_initial); !problem.empty())
      return {s.name, problem};
    if (s.waits_for.valid() && !within(s.waits_for, m.services)) return {s.name, "waits for no service"};
    if (s.function && s.kind != ServiceKind::kApplication)
      return {s.name, "only an application can be a function"};
  }
  for (const auto& n : m.nodes) {
    if (auto problem = range_problem(PartKind::kNode, n.initial); !problem.empty()) return {n.name, problem};
  }
  for (const auto& j : m.jobs) {
    if (!within(j.service, m.services) || m.services[j.service.index()].kind == ServiceKind::kUsers)
      return {j.name, "works on no service"};
    if (auto problem = range_problem(PartKind::kJob, j.initial); !problem.empty()) return {j.name, problem};
  }
  for (const auto& p : m.pools) {
    if (within(p.target, m.services) && m.services[p.target.index()].function)
      return {p.name, "keeps connections to a function, which has none"};
  }
  return {m.name, range_problem(PartKind::kCluster, m.cluster)};
}

}  // namespace

Result<void> validate(const Model& m) {
  if (m.services.empty()) return bad(m.name, "the system has no service");
  int users = 0;
  for (const auto& s : m.services) {
    users += s.kind == ServiceKind::kUsers;
    if (s.instances < 1 || s.instances > s.instances_max)
      return bad(s.name, "instances must be between 1 and instances_max");
    if (s.replicated && s.kind != ServiceKind::kDatabase) return bad(s.name, "only a database is replicated");
    if (s.replicated && s.shard_keys > 0) return bad(s.name, "is replicated or sharded, not both");
    if (s.probe.valid() &&
        (!within(s.probe, m.operations) || &m.services[m.operations[s.probe.index()].service.index()] != &s))
      return bad(s.name, "its probe is not one of its operations");
    if (auto problem = range_problem(PartKind::kService, s.initial); !problem.empty())
      return bad(s.name, problem);
    if (auto problem = range_problem(PartKind::kDatabase, s.database); !problem.empty())
      return bad(s.name, problem);
  }
  if (users != 1) return bad(m.name, "the system needs exactly one service of kind users");
  if (const auto [part, problem] = platform_problem(m); !problem.empty()) return bad(part, problem);
  for (const auto& o : m.operations) {
    if (!within(o.service, m.services)) return bad(o.name, "belongs to no service");
    for (std::size_t i = 0; i < o.steps.size(); ++i) {
      if (auto problem = step_problem(m, o, i); !problem.empty())
        return bad(o.name + " step " + std::to_string(i), problem);
    }
  }
  for (const auto& e : m.edges) {
    if (!within(e.from, m.services) || !within(e.to, m.operations)) return bad(e.name, "leads nowhere");
    if (auto problem = range_problem(PartKind::kEdge, e.initial); !problem.empty())
      return bad(e.name, problem);
    if (!e.pool.valid()) continue;
    if (!within(e.pool, m.pools)) return bad(e.name, "names no pool");
    const auto& pool = m.pools[e.pool.index()];
    if (pool.owner != e.from || pool.target != m.operations[e.to.index()].service)
      return bad(e.name, "uses a pool between other services");
  }
  for (const auto& p : m.pools) {
    if (!within(p.owner, m.services) || !within(p.target, m.services))
      return bad(p.name, "joins no services");
    if (auto problem = range_problem(PartKind::kPool, p.initial); !problem.empty())
      return bad(p.name, problem);
  }
  for (const auto& c : m.caches) {
    if (!within(c.service, m.services)) return bad(c.name, "lives nowhere");
    if (c.keys == 0) return bad(c.name, "has no keys");
    if (auto problem = range_problem(PartKind::kCache, c.initial); !problem.empty())
      return bad(c.name, problem);
  }
  for (const auto& l : m.lock_sets) {
    if (!within(l.database, m.services) || l.rows == 0)
      return bad(l.name, "needs a database and at least one row");
  }
  if (auto stores = validate_stores(m); !stores) return stores;
  for (const auto& j : m.journeys) {
    if (!within(j.operation, m.operations) ||
        m.services[m.operations[j.operation.index()].service.index()].kind != ServiceKind::kUsers)
      return bad(j.name, "its operation is not the users'");
  }
  for (std::size_t i = 0; i < m.services.size(); ++i) {
    bool found = false;
    for (const auto& r : m.revisions) found = found || r.service == ServiceId(i);
    if (!found) return bad(m.services[i].name, "has no revision");
  }
  std::string part;
  if (auto problem = network_problem(m, part); !problem.empty()) return bad(part, problem);
  for (const auto& k : m.config_keys) {
    if (k.target.parameter >= parameters().size() ||
        k.target.part >= part_count(m, parameters()[k.target.parameter].part))
      return bad(k.name, "names no parameter");
    if (k.unit_divisor < 1 || k.min > k.max) return bad(k.name, "has an impossible range");
  }
  return {};
}

std::size_t part_count(const Model& m, PartKind kind) {
  switch (kind) {
    case PartKind::kService:
    case PartKind::kDatabase:
      return m.services.size();
    case PartKind::kRevision:
      return m.revisions.size();
    case PartKind::kOperation:
      return m.operations.size();
    case PartKind::kEdge:
      return m.edges.size();
    case PartKind::kPool:
      return m.pools.size();
    case PartKind::kCache:
      return m.caches.size();
    case PartKind::kJourney:
      return m.journeys.size();
    case PartKind::kFlag:
      return m.flags.size();
    case PartKind::kLink:
      return m.links.size();
    case PartKind::kDnsName:
      return m.dns_names.size();
    case PartKind::kResolver:
      return m.resolvers.size();
    case PartKind::kCertificate:
      return m.certificates.size();
    case PartKind::kSecret:
      return m.secrets.size();
    case PartKind::kInstance: {
      std::size_t slots = 0;
      for (const auto& s : m.services) slots += s.instances_max;
      return slots;
    }
    case PartKind::kResources:
    case PartKind::kDeployment:
      return m.platform ? m.services.size() : 0;
    case PartKind::kAutoscaler:
      return any_service(m, [](const ServiceSpec& s) { return s.autoscaled; }) ? m.services.size() : 0;
    case PartKind::kFunction:
      return any_service(m, [](const ServiceSpec& s) { return s.function; }) ? m.services.size() : 0;
    case PartKind::kNode:
      return m.nodes.size();
    case PartKind::kCluster:
      return m.platform ? 1 : 0;
    case PartKind::kJob:
      return m.jobs.size();
    case PartKind::kTable:
      return m.tables.size();
    case PartKind::kTopic:
      return m.topics.size();
    case PartKind::kGroup:
      return m.groups.size();
  }
  return 0;
}

}  // namespace incident::sim
