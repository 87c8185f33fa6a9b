#include "telemetry/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <initializer_list>

#include "base/random.h"
#include "telemetry/siphash.h"
#include "telemetry/telemetry.h"
#include "telemetry/text_format.h"

namespace incident::telemetry {
namespace {

enum Purpose : std::uint64_t { kTraceHigh = 1, kTraceLow, kSpan, kDraw };

bool tagged(const sim::ServiceSpec& service, std::initializer_list<std::string_view> words) {
  for (const std::string& tag : service.tags) {
    std::string lower = tag;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const std::size_t colon = lower.find_last_of(":= ");  // "lang:go" or "language go"
    const std::string_view value =
        colon == std::string::npos ? lower : std::string_view(lower).substr(colon + 1);
    for (const std::string_view word : words) {
      if (value == word) return true;
    }
  }
  return false;
}

LogStyle style_of(const sim::ServiceSpec& service) {
  if (service.kind == sim::ServiceKind::kDatabase) return LogStyle::kPostgres;
  if (service.kind == sim::ServiceKind::kCache) return LogStyle::kRedis;
  if (service.kind == sim::ServiceKind::kBroker) return LogStyle::kJava;
  if (tagged(service, {"nginx", "openresty"})) return LogStyle::kNginx;
  if (tagged(service, {"envoy", "istio"})) return LogStyle::kEnvoy;
  if (tagged(service, {"java", "kotlin", "scala", "jvm", "spring"})) return LogStyle::kJava;
  if (tagged(service, {"node", "nodejs", "node.js", "typescript", "javascript", "js", "ts"}))
    return LogStyle::kNode;
  if (tagged(service, {"python", "django", "ruby", "rails", "php"})) return LogStyle::kPython;
  return LogStyle::kGo;
}

std::string camel(std::string_view name) {
  std::string out;
  bool up = true;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      up = true;
      continue;
    }
    out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    up = false;
  }
  return out;
}

OperationNames take_apart(const std::string& name) {
  OperationNames names{name, {}, name};
  for (const std::string_view method : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}) {
    if (name.size() > method.size() + 1 && name.starts_with(method) && name[method.size()] == ' ') {
      names.method = method;
      names.route = name.substr(method.size() + 1);
    }
  }
  return names;
}

}  // namespace

Names::Names(std::shared_ptr<const sim::Model> model, std::uint64_t seed) : model_(std::move(model)), key_{} {
  Random random = Random::stream(seed, "telemetry.ids", 0);
  key_[0] = random.next();
  key_[1] = random.next();
  for (const sim::ServiceSpec& spec : model_->services) {
    const bool watched = spec.kind != sim::ServiceKind::kUsers && spec.kind != sim::ServiceKind::kExternal;
    services_.push_back({spec.name, camel(spec.name), spec.kind, style_of(spec), false, watched});
  }
  for (const sim::OperationSpec& spec : model_->operations) operations_.push_back(take_apart(spec.name));
  for (std::size_t i = 0; i < model_->edges.size(); ++i) {
    const sim::EdgeId edge(i);
    if (service(model_->edges[i].from).kind == sim::ServiceKind::kUsers) {
      services_[callee(edge).index()].edge = true;
    }
  }
}

TraceKey Names::trace_key(std::uint64_t number) const {
  return {siphash(key_[0], key_[1], kTraceHigh, number), siphash(key_[0], key_[1], kTraceLow, number)};
}

void Names::write_trace_id(std::uint64_t number, std::span<char, 32> out) const {
  const TraceKey key = trace_key(number);
  write_hex(key.high, out.first<16>());
  write_hex(key.low, out.last<16>());
}

std::string Names::trace_id(std::uint64_t number) const {
  std::string text(32, '0');
  write_trace_id(number, std::span<char, 32>(text.data(), 32));
  return text;
}

std::string Names::span_id(std::uint64_t trace, std::uint32_t index) const {
  std::string text;
  append_hex(text, siphash(key_[0], key_[1], kSpan + (std::uint64_t{index} << 8), trace));
  return text;
}

std::uint64_t Names::draw(std::uint64_t purpose, std::uint64_t number) const {
  return siphash(key_[0], key_[1], kDraw + (purpose << 8), number);
}

std::optional<TraceKey> parse_trace_id(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  TraceKey key;
  for (std::size_t i = 0; i < 32; ++i) {
    const char c = text[i];
    int digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return std::nullopt;
    }
    std::uint64_t& half = i < 16 ? key.high : key.low;
    half = half << 4 | static_cast<std::uint64_t>(digit);
  }
  return key;
}

int http_status(sim::Outcome outcome) {
  using sim::Outcome;
  switch (outcome) {
    case Outcome::kOk:
      return 200;
    case Outcome::kRateLimited:
      return 429;
    case Outcome::kCancelled:
      return 499;  // nginx' word for a client that went away
    case Outcome::kConnectionReset:
    case Outcome::kConnectionRefused:
      return 502;
    case Outcome::kQueueFull:
    case Outcome::kShed:
    case Outcome::kNoInstance:
    case Outcome::kCircuitOpen:
      return 503;
    case Outcome::kTimeout:
    case Outcome::kDeadlineExceeded:
      return 504;
    case Outcome::kUnauthorized:
      return 401;
    case Outcome::kForbidden:
      return 403;
    case Outcome::kNotFound:
      return 404;
    case Outcome::kStale:
      return 409;
    case Outcome::kTooLarge:
      return 413;
    case Outcome::kDnsFailure:
    case Outcome::kTlsFailure:
    case Outcome::kUnreachable:
    case Outcome::kBulkheadFull:
      return 503;
    case Outcome::kError:
    case Outcome::kPoolTimeout:
    case Outcome::kTooManyConnections:
    case Outcome::kLockTimeout:
    case Outcome::kDependency:
    case Outcome::kPortsExhausted:
    case Outcome::kTooManyFiles:
    case Outcome::kDeadlock:
    case Outcome::kReadOnly:
    case Outcome::kDiskFull:
    case Outcome::kKeyOverflow:
      return 500;
  }
  return 500;
}

ClientStatus client_status(sim::Outcome outcome) {
  using sim::Outcome;
  switch (outcome) {
    case Outcome::kOk:
    case Outcome::kError:
    case Outcome::kQueueFull:
    case Outcome::kShed:
    case Outcome::kRateLimited:
    case Outcome::kDependency:
    case Outcome::kUnauthorized:
    case Outcome::kForbidden:
    case Outcome::kNotFound:
    case Outcome::kTooLarge:
    case Outcome::kStale:
      return {http_status(outcome), ""};
    default:
      return {0, sim::to_string(outcome)};
  }
}

std::string pod_name(const sim::Model& model, sim::ServiceId service, sim::RevisionId revision,
                     std::uint32_t serial) {
  const sim::ServiceSpec& spec = model.services[service.index()];
  if (spec.kind == sim::ServiceKind::kDatabase || spec.kind == sim::ServiceKind::kCache ||
      spec.kind == sim::ServiceKind::kBroker) {
    return spec.name + "-" + std::to_string(serial);  // a stateful set
  }
  const std::string version = revision.valid() ? model.revisions[revision.index()].version : std::string();
  std::array<char, 5> hash;
  std::snprintf(hash.data(), hash.size(), "%04x",
                static_cast<unsigned>(hash_text(spec.name + "@" + version) & 0xffff));
  return spec.name + "-" + hash.data() + "-" + std::to_string(serial);
}

std::string pod_name(const sim::Model& model, const sim::Simulation& sim, sim::InstanceId instance) {
  const sim::InstanceView view = sim.instance(instance);
  return pod_name(model, view.service, view.revision, view.serial);
}

}  // namespace incident::telemetry
