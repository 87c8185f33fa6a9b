#include "scenario/fields.h"

#include <array>

namespace incident::scenario {
namespace {

using enum FieldType;
using sim::PartKind;
using Choice = std::string_view;

constexpr Choice kKinds[] = {"users", "application", "database", "cache", "external", "broker"};
constexpr Choice kRoutes[] = {"primary", "replica", "any"};
constexpr Choice kFound[] = {"key", "index", "all"};
constexpr Choice kShapes[] = {"constant", "exponential", "lognormal"};
constexpr Choice kSeverities[] = {"critical", "warning"};
constexpr Choice kUnits[] = {"s", "req/s", "percent", "count", "cores", "bytes"};
constexpr Choice kLevels[] = {"SEV1", "SEV2", "SEV3"};
constexpr Choice kChangeKinds[] = {"deploy", "config", "flag", "traffic", "infrastructure", "scale"};
constexpr Choice kEvidenceKinds[] = {"log", "trace", "series", "change", "alert"};
constexpr Choice kVerdicts[] = {"causal", "collateral", "unrelated"};
// The kinds of parts, as the simulation names them.
constexpr auto kParts = [] {
  std::array<Choice, sim::kPartKinds> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = sim::kPartKindNames[i];
  return names;
}();

constexpr Field text(std::string_view name, std::string_view meaning, bool required = true) {
  return {name, kText, required, meaning};
}
constexpr Field choice(std::string_view name, std::span<const Choice> choices, std::string_view meaning,
                       bool required = true) {
  return {name, kText, required, meaning, nullptr, choices};
}
constexpr Field whole(std::string_view name, std::int64_t min, std::int64_t max, std::string_view meaning,
                      bool required = false) {
  return {name, kWhole, required, meaning, nullptr, {}, min, max};
}
constexpr Field parameters_of(std::string_view name, PartKind part, std::string_view meaning) {
  return {name, kParameters, false, meaning, nullptr, {}, 0, 0, part};
}
constexpr Field schema_field = {"$schema", kText, false, "for editors"};

constexpr Field kDefaults[] = {
    parameters_of("service", PartKind::kService, "for every service"),
    parameters_of("client", PartKind::kEdge, "for every client"),
    parameters_of("resources", PartKind::kResources, "for every service but users"),
    parameters_of("deployment", PartKind::kDeployment, "for every service but users"),
};
constexpr Field kOperation[] = {
    text("name", "as routes and statements are named: \"GET /cart\""),
    parameters_of("parameters", PartKind::kOperation, "what it starts with"),
    {"writes", kBoolean, false, "databases: whether it writes; so does one that inserts, updates or deletes"},
    choice("route", kRoutes, "replicated databases: who is asked; the primary unless said otherwise", false),
    {"steps", kSteps, true, "what it does, one after the other"},
};
constexpr Field kClient[] = {
    text("name", "unique among its service's clients"),
    text("to", "the operation it calls: \"service.operation\""),
    text("pool", "whose connections it uses; none: connecting costs nothing", false),
    parameters_of("parameters", PartKind::kEdge, "timeouts, attempts, breaker, network"),
};
constexpr Field kRevision[] = {
    text("version", "such as 2.14.1"),
    parameters_of("parameters", PartKind::kRevision, "how this version behaves"),
};
constexpr Field kService[] = {
    text("name", "unique"),
    choice("kind", kKinds, "application unless said otherwise; one service is users", false),
    text("description", "what it does, for players; not for users", false),
    text("version", "the first version, without its last number", false),
    whole("instances", 1, 500, "pods at the start"),
    whole("instances_max", 1, kInstancesMax, "pods that scaling and rollouts can reach"),
    {"tags", kTexts, false, "for players: \"team:...\", \"lang:...\", \"tier:...\""},
    text("probe", "the operation that health checks call; none: no checks", false),
    parameters_of("parameters", PartKind::kService, "workers, queue, CPU, probes"),
    parameters_of("database", PartKind::kDatabase, "for databases"),
    parameters_of("resources", PartKind::kResources,
                  "memory, heap, CPU quota, files, threads and ports of a pod"),
    parameters_of("deployment", PartKind::kDeployment, "how its pods are placed, started and replaced"),
    parameters_of("autoscaler", PartKind::kAutoscaler, "pods by their use of CPU"),
    parameters_of("function", PartKind::kFunction, "instances that come and go with requests"),
    text("waits_for", "a service that must serve before the pods of this one start", false),
    {"replicated", kBoolean, false, "databases: the first pod is the primary, the others are its replicas"},
    whole("shard_keys", 1, 10'000'000, "each request goes to the pod that its key belongs to, of so many"),
    {"shard_zipf", kShare, false, "exponent of the popularity of those keys: 90% is 0.9"},
    {"operations", kObjects, false, "its endpoints or statements", &kOperationFields},
    {"clients", kObjects, false, "its calls to other services", &kClientFields},
    {"revisions", kObjects, false, "further versions of its code", &kRevisionFields},
};
constexpr Field kPool[] = {
    text("name", "unique"),
    text("owner", "the service whose pods each have one"),
    text("target", "the service it connects to"),
    parameters_of("parameters", PartKind::kPool, "size and patience"),
};
constexpr Field kCache[] = {
    text("name", "unique"),
    text("service", "where it lives; a restart empties it"),
    whole("keys", 1, 10'000'000, "how many different keys are asked for"),
    {"zipf", kShare, false, "exponent of the popularity of keys: 90% is 0.9"},
    parameters_of("parameters", PartKind::kCache, "time to live and capacity"),
};
constexpr Field kRowLocks[] = {
    text("name", "the table; unique"),
    text("database", "whose rows they are"),
    whole("rows", 1, 1'000'000, "how many rows are locked"),
    {"zipf", kShare, false, "exponent of the popularity of rows: 0% is all alike"},
};
constexpr Field kTable[] = {
    text("name", "the table; unique"),
    text("database", "where it lies"),
    parameters_of("parameters", PartKind::kTable, "rows, index, key"),
};
constexpr Field kTopic[] = {
    text("name", "unique"),
    text("broker", "the service of kind broker"),
    whole("partitions", 1, 256, "at the start; 1 unless said otherwise"),
    whole("partitions_max", 1, 256, "what scaling can reach"),
    whole("keys", 1, 10'000'000, "how many different keys its messages have; none: no keys"),
    {"zipf", kShare, false, "exponent of the popularity of keys: 90% is 0.9"},
    parameters_of("parameters", PartKind::kTopic, "retention, replicas"),
};
constexpr Field kGroup[] = {
    text("name", "unique"),
    text("topic", "what it consumes"),
    text("handles", "the operation that runs for each message: \"service.operation\""),
    text("dead_letters", "the topic for messages that failed too often; none: they are skipped", false),
    parameters_of("parameters", PartKind::kGroup, "polls, sessions, retries"),
};
constexpr Field kNode[] = {
    text("name", "unique"),
    text("zone", "where it stands", false),
    parameters_of("parameters", PartKind::kNode, "CPU, memory, disk, connections, labels and taints"),
};
constexpr Field kJob[] = {
    text("name", "unique"),
    text("service", "what it works on"),
    parameters_of("parameters", PartKind::kJob, "when it runs, for how long, and what it takes"),
};
constexpr Field kFlag[] = {
    text("name", "unique"),
    text("service", "whose code asks for it"),
    {"on", kBoolean, false, "at the start"},
};
constexpr Field kJourney[] = {
    text("name", "what these customers do; unique"),
    {"rate", kRate, true, "arrivals of customers, before the shape of the day"},
    {"slow", kDuration, false, "a request that takes longer counts as harm"},
    {"steps", kSteps, true, "their requests, and delays for the time they think"},
};
constexpr Field kLink[] = {
    text("name", "unique: a gateway, a peering, a policy"),
    {"from", kTexts, false, "services whose calls it carries; none named: all"},
    {"to", kTexts, false, "services that they call; none named: all"},
    parameters_of("parameters", PartKind::kLink, "delay, loss, capacity, what it lets pass"),
};
constexpr Field kResolver[] = {
    text("name", "unique"),
    parameters_of("parameters", PartKind::kResolver, "how it answers"),
};
constexpr Field kDnsName[] = {
    text("name", "unique: by which callers find the service"),
    text("service", "to which it points; one name for a service"),
    text("resolver", "who answers for it"),
    parameters_of("parameters", PartKind::kDnsName, "times to live, and what is wrong with the record"),
};
constexpr Field kCertificate[] = {
    text("name", "unique"),
    text("service", "whose pods present it; one for a service"),
    parameters_of("parameters", PartKind::kCertificate, "until when it is valid, and for whom"),
};
constexpr Field kSecret[] = {
    text("name", "unique"),
    text("service", "who checks it"),
    {"clients", kTexts, false, "services that call with it; none named: all"},
    parameters_of("parameters", PartKind::kSecret, "versions, and who accepts which"),
};
constexpr Field kParameterRef[] = {
    choice("part", kParts, "the kind of part"),
    text("of",
         "which one: \"service\", \"service.client\", \"service.operation\", a pool, cache, journey or flag"),
    text("parameter", "one of that kind's parameters"),
};
constexpr Field kSetting[] = {
    choice("part", kParts, "the kind of part"),
    text("of",
         "which one: \"service\", \"service.client\", \"service.operation\", a pool, cache, journey or flag"),
    text("parameter", "one of that kind's parameters"),
    {"value", kValue, true, "what it becomes"},
};
constexpr Field kConfigKey[] = {
    text("name", "as a configuration file has it; unique"),
    text("service", "whose it is"),
    {"sets", kObject, true, "the parameter behind it", &kParameterRefFields},
    text("unit", "of the value shown", false),
    whole("divisor", 1, 1'000'000, "the value shown is the parameter divided by this: 1000 shows ms"),
    whole("min", 0, INT64_MAX, "smallest value that players may set, as shown", true),
    whole("max", 0, INT64_MAX, "largest value that players may set, as shown", true),
};
constexpr Field kPanel[] = {
    text("title", "what the chart shows"),
    choice("unit", kUnits, "of its values"),
    text("query", "PromQL"),
    text("legend", "of each series, such as \"{{service}}\"", false),
};
constexpr Field kDashboard[] = {
    text("id", "for addresses"),
    text("title", "what it is about"),
    {"panels", kObjects, true, "its charts", &kPanelFields},
};
constexpr Field kAlert[] = {
    text("name", "of the rule"),
    text("service", "what it is about", false),
    choice("severity", kSeverities, "how bad"),
    text("expr", "PromQL"),
    {"for", kDuration, false, "how long it has to hold"},
    text("summary", "one sentence, facts only"),
    text("runbook", "where to look first", false),
    {"pages", kBoolean, false, "whether somebody is paged"},
};
constexpr Field kSystem[] = {
    schema_field,
    text("id", "the file's name"),
    text("title", "what players read"),
    text("description", "what it is, for players"),
    whole("weight", 1, 1'000'000, "real requests that one simulated request stands for"),
    {"day_start", kDuration, false, "time of day at the beginning: \"9h30m\""},
    {"day_shape", kShares, false, "load over 24 hours from midnight in equal steps, as shares of the rates"},
    {"defaults", kObject, true, "parameters of parts that do not give their own", &kDefaultsFields},
    {"services", kObjects, true, "what runs", &kServiceFields},
    {"pools", kObjects, false, "connection pools", &kPoolFields},
    {"caches", kObjects, false, "caches", &kCacheFields},
    {"row_locks", kObjects, false, "rows that transactions lock", &kRowLocksFields},
    {"tables", kObjects, false, "tables of databases", &kTableFields},
    {"topics", kObjects, false, "topics of brokers", &kTopicFields},
    {"groups", kObjects, false, "consumer groups", &kGroupFields},
    {"flags", kObjects, false, "feature flags", &kFlagFields},
    {"links", kObjects, false, "the network between services", &kLinkFields},
    {"resolvers", kObjects, false, "who answers for names", &kResolverFields},
    {"dns_names", kObjects, false, "names by which services are found", &kDnsNameFields},
    {"certificates", kObjects, false, "what services present to those who connect", &kCertificateFields},
    {"secrets", kObjects, false, "credentials", &kSecretFields},
    {"nodes", kObjects, false, "machines; none: there is always room", &kNodeFields},
    {"jobs", kObjects, false, "scheduled jobs", &kJobFields},
    parameters_of("cluster", PartKind::kCluster, "quotas and addresses"),
    {"journeys", kObjects, true, "kinds of customers", &kJourneyFields},
    {"config", kObjects, false, "keys that players may change", &kConfigKeyFields},
    {"dashboards", kObjects, false, "charts for players", &kDashboardFields},
    {"alerts", kObjects, false, "alerting rules", &kAlertFields},
};

constexpr Field kIncidentRevision[] = {
    text("service", "whose version it is"),
    text("version", "such as 2.14.1"),
    parameters_of("parameters", PartKind::kRevision, "how this version behaves"),
};
constexpr Field kChange[] = {
    {"at", kDuration, true, "since the end of the healthy history; negative: in the past"},
    choice("kind", kChangeKinds, "how the feed shows it"),
    text("service", "whom it concerns"),
    {"visible", kBoolean, false, "false: a fault, which is in no feed"},
    {"causal", kBoolean, false, "whether it is part of what is wrong; secret"},
    text("revision", "deploys: \"service@version\"", false),
    {"settings", kObjects, false, "what it changes", &kSettingFields},
    {"lasts", kDuration, false, "undone by itself after this long"},
    text("title", "for the feed: facts only"),
    text("author", "for the feed", false),
    text("detail", "for the feed: a diff or a note", false),
};
constexpr Field kAnswer[] = {
    text("component", "a service's name"),
    text("mechanism", "an id of the published list"),
    text("trigger", "the title of the change that set it off, or \"none\""),
};
constexpr Field kEvidence[] = {
    choice("kind", kEvidenceKinds, "what is looked at"),
    text("of", "a service: that wrote the line, or of a span of the trace", false),
    text("text", "a part of the line or of the trace's operations; a change's title; an alert's name", false),
    text("query", "series: PromQL", false),
    {"errors", kBoolean, false, "traces: only those in which something failed"},
    choice("verdict", kVerdicts, "what it shows, as the author sees it"),
};
constexpr Field kHint[] = {
    text("text", "a question or a nudge"),
    whole("price", 0, kHintPriceMax, "points of conduct", true),
};
constexpr Field kDebrief[] = {
    text("what_happened", "from trigger to harm"),
    text("why_it_misled", "what it looked like instead"),
    text("prevention", "so that it cannot happen again"),
    text("modelled_on", "a public outage, when that is certain", false),
    text("inspired_by", "the mechanism's source otherwise", false),
    text("write_up", "where to read on", false),
};
constexpr Field kCommand[] = {
    {"at", kDuration, true, "since the page"},
    text("do", "an action: rollback, restart, scale, set_flag, set_config, revert_change, shed_traffic ..."),
    text("target", "a service, flag, config key, cache, or a change's title"),
    whole("value", 0, INT64_MAX, "as the action takes it"),
};
constexpr Field kSolution[] = {
    text("name", "in a few words"),
    text("why", "why it works, or why it looks right and is not"),
    {"commands", kObjects, true, "what is done when", &kCommandFields},
    {"ends_harm_within", kDuration, false, "since the page; for the reference"},
};
constexpr Field kIncident[] = {
    schema_field,
    text("id", "the file's name; players see it"),
    text("title", "what players read; it does not tell"),
    text("system", "the id of a file in systems/"),
    choice("severity", kLevels, "as the pager says"),
    whole("difficulty", 1, kDifficultyMax, "1 easy to 5 hard", true),
    {"expected", kDuration, true, "how long a good team takes"},
    {"time_limit", kDuration, true, "since the page"},
    {"history", kDuration, false, "healthy past before time 0 of the changes"},
    {"page_within", kDuration, true, "since the first causal change"},
    {"tags", kTexts, false, "for lists"},
    {"roles", kTexts, false, "that it suits"},
    text("briefing", "what the pager says; never the cause"),
    {"revisions", kObjects, false, "versions that this incident deploys", &kIncidentRevisionFields},
    {"changes", kObjects, true, "faults, and red herrings that really happen", &kChangeFields},
    {"answer", kObject, true, "what a team should find", &kAnswerFields},
    {"evidence", kObjects, false, "what pieces of evidence show; the causal ids are measured against it",
     &kEvidenceFields},
    {"hints", kObjects, true, "from vague to plain", &kHintFields},
    {"debrief", kObject, true, "what there is to learn", &kDebriefFields},
    {"reference", kObject, true, "the solution that defines par", &kSolutionFields},
    {"tempting", kObjects, true, "at least two that look right and are not", &kSolutionFields},
};

constexpr Field kWork[] = {
    {"work", kDuration, true, "CPU time, on average"},
    choice("shape", kShapes, "of its distribution; lognormal unless said otherwise", false),
    {"variation", kShare, false, "lognormal: standard deviation as a share of the mean"},
};
constexpr Field kDelay[] = {
    {"delay", kDuration, true, "waiting without CPU, on average"},
    choice("shape", kShapes, "of its distribution; exponential unless said otherwise", false),
    {"variation", kShare, false, "lognormal: standard deviation as a share of the mean"},
};
constexpr Field kCall[] = {
    text("call", "a client of this service"),
    {"optional", kBoolean, false, "whether to go on when it fails"},
};
constexpr Field kParallel[] = {{"parallel", kSteps, true, "calls that start at once"}};
constexpr Field kCacheGet[] = {
    text("cache_get", "the cache to ask"),
    text("via", "the client that asks it"),
    {"on_miss", kSteps, true, "what to do when it does not have the key"},
};
constexpr Field kCachePut[] = {
    text("cache_put", "the cache to fill"),
    text("via", "the client that fills it"),
};
constexpr Field kLock[] = {text("lock", "row locks: one row of them, until the operation ends")};
constexpr Field kLockRows[] = {
    {"lock_rows", kTexts, true, "row locks: one row of each, together, until the operation ends"},
    {"each", kDuration, false, "how long each row is worked on before the next is locked"},
};
constexpr Field kRead[] = {
    text("read", "a table"),
    choice("by", kFound, "how its rows are found; by the index unless said otherwise", false),
    whole("rows", 1, 1'000'000, "how many are read"),
};
constexpr Field kInsert[] = {
    text("insert", "a table"),
    whole("rows", 1, 1'000'000, "how many"),
};
constexpr Field kUpdate[] = {
    text("update", "a table; rows are found by its index"),
    whole("rows", 1, 1'000'000, "how many"),
};
constexpr Field kDelete[] = {
    text("delete", "a table; rows are found by its index"),
    whole("rows", 1, 1'000'000, "how many"),
};
constexpr Field kAppend[] = {text("append", "a topic of this broker: puts a message into it")};
constexpr Field kAwait[] = {
    text("await", "customers: the group that has to handle what their last request put into its topic"),
    {"within", kDuration, true, "how long they wait; then it counts as failed"},
};
constexpr Field kUnlessFlag[] = {
    text("unless_flag", "while this flag is off"),
    {"do", kSteps, true, "these steps"},
};
constexpr Field kMaybe[] = {
    {"maybe", kShare, true, "with this probability"},
    {"do", kSteps, true, "these steps"},
};
constexpr Field kIfFlag[] = {
    text("if_flag", "while this flag is on"),
    {"do", kSteps, true, "these steps"},
};

}  // namespace

const ObjectSpec kSystemFields{"system", "An architecture that incidents share.", kSystem};
const ObjectSpec kDefaultsFields{"defaults", "Parameters of parts that do not give their own.", kDefaults};
const ObjectSpec kServiceFields{"service", "A service, database, cache, provider, or the users.", kService};
const ObjectSpec kOperationFields{"operation", "An endpoint or a statement.", kOperation};
const ObjectSpec kClientFields{"client", "How a service calls one operation of another.", kClient};
const ObjectSpec kPoolFields{"pool", "A connection pool.", kPool};
const ObjectSpec kCacheFields{"cache", "A cache.", kCache};
const ObjectSpec kRowLocksFields{"row_locks", "Rows that transactions lock.", kRowLocks};
const ObjectSpec kTableFields{"table", "A table of a database.", kTable};
const ObjectSpec kTopicFields{"topic", "A topic of a broker.", kTopic};
const ObjectSpec kGroupFields{"group", "Consumers of a topic.", kGroup};
const ObjectSpec kNodeFields{"node", "A machine.", kNode};
const ObjectSpec kJobFields{"job", "A scheduled job.", kJob};
const ObjectSpec kFlagFields{"flag", "A feature flag.", kFlag};
const ObjectSpec kLinkFields{"link", "The way between services.", kLink};
const ObjectSpec kResolverFields{"resolver", "A resolver of names.", kResolver};
const ObjectSpec kDnsNameFields{"dns_name", "A name that points to a service.", kDnsName};
const ObjectSpec kCertificateFields{"certificate", "A TLS certificate.", kCertificate};
const ObjectSpec kSecretFields{"secret", "Credentials for a service.", kSecret};
const ObjectSpec kJourneyFields{"journey", "A kind of customer.", kJourney};
const ObjectSpec kConfigKeyFields{"config_key", "A knob for players.", kConfigKey};
const ObjectSpec kParameterRefFields{"parameter_ref", "One parameter of one part.", kParameterRef};
const ObjectSpec kDashboardFields{"dashboard", "A page of charts.", kDashboard};
const ObjectSpec kPanelFields{"panel", "A chart.", kPanel};
const ObjectSpec kAlertFields{"alert", "An alerting rule.", kAlert};
const ObjectSpec kRevisionFields{"revision", "A version of a service's code.", kRevision};

const ObjectSpec kIncidentFields{"incident", "What breaks, and what players are told.", kIncident};
const ObjectSpec kIncidentRevisionFields{"incident_revision", "A version that this incident deploys.",
                                         kIncidentRevision};
const ObjectSpec kChangeFields{"change", "A change of the system at its time.", kChange};
const ObjectSpec kSettingFields{"setting", "A parameter and its new value.", kSetting};
const ObjectSpec kAnswerFields{"answer", "What a team should find.", kAnswer};
const ObjectSpec kEvidenceFields{"evidence_mark", "What pieces of evidence show.", kEvidence};
const ObjectSpec kHintFields{"hint", "Help that costs.", kHint};
const ObjectSpec kDebriefFields{"debrief", "What there is to learn.", kDebrief};
const ObjectSpec kSolutionFields{"solution", "A course of actions.", kSolution};
const ObjectSpec kCommandFields{"command", "An action at its time.", kCommand};

std::span<const ObjectSpec> step_kinds() {
  static const std::array<ObjectSpec, 17> kSteps = {{
      {"step_work", "CPU work.", kWork},
      {"step_delay", "Waiting.", kDelay},
      {"step_call", "A call that must succeed unless it is optional.", kCall},
      {"step_parallel", "Calls at once.", kParallel},
      {"step_cache_get", "Look into a cache.", kCacheGet},
      {"step_cache_put", "Fill a cache.", kCachePut},
      {"step_lock", "Lock a row.", kLock},
      {"step_maybe", "Steps with a probability.", kMaybe},
      {"step_if_flag", "Steps behind a flag.", kIfFlag},
      {"step_unless_flag", "Steps that a flag replaces.", kUnlessFlag},
      {"step_lock_rows", "Lock several rows.", kLockRows},
      {"step_read", "Read rows of a table.", kRead},
      {"step_insert", "Insert rows.", kInsert},
      {"step_update", "Update rows.", kUpdate},
      {"step_delete", "Delete rows.", kDelete},
      {"step_append", "Publish a message.", kAppend},
      {"step_await", "Wait until a message has been handled.", kAwait},
  }};
  return kSteps;
}

}  // namespace incident::scenario
