#include "telemetry/span_tags.h"

#include <array>
#include <charconv>

namespace incident::telemetry {
namespace {

struct TagName {
  std::string_view name;
  TagType type;
};
constexpr std::array<TagName, kSpanTags> kNames{{
    {"db.system.name", TagType::kText},
    {"db.operation.name", TagType::kText},
    {"http.request.method", TagType::kText},
    {"http.route", TagType::kText},
    {"http.response.status_code", TagType::kNumber},
    {"error.type", TagType::kText},
    {"server.queue_ms", TagType::kNumber},
    {"db.lock_wait_ms", TagType::kNumber},
    {"request.abandoned", TagType::kFlag},
    {"server.address", TagType::kText},
    {"network.peer.name", TagType::kText},
    {"db.client.connection.wait_ms", TagType::kNumber},
    {"http.request.resend_count", TagType::kNumber},
    {"span.kind", TagType::kText},
    {"error", TagType::kFlag},
    {"k8s.pod.name", TagType::kText},
    {"service.version", TagType::kText},
}};

struct OlderName {
  std::string_view name;
  SpanTag tag;
};
constexpr OlderName kOlderNames[] = {
    {"http.status_code", SpanTag::kHttpStatus},
    {"http.method", SpanTag::kHttpMethod},
    {"http.target", SpanTag::kHttpRoute},
    {"db.system", SpanTag::kDbSystem},
    {"db.operation", SpanTag::kDbOperation},
    {"peer.service", SpanTag::kPeer},
    {"net.peer.name", SpanTag::kPeer},
    {"pod", SpanTag::kPod},
    {"version", SpanTag::kVersion},
};

constexpr std::uint32_t kShownFromUs = 1000;  // shorter waits are noise

TagValue wait(std::uint32_t us) {
  if (us < kShownFromUs) return {};
  return std::int64_t{us / 1000};
}

TagValue text(std::string_view value) {
  if (value.empty()) return {};
  return value;
}

// Nothing as text; a number in the given buffer.
std::string_view written(const TagValue& value, std::array<char, 24>& buffer) {
  if (const auto* words = std::get_if<std::string_view>(&value)) return *words;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *number).ptr;
    return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  }
  return {};
}

}  // namespace

std::string_view name_of(SpanTag tag) {
  return kNames[static_cast<std::size_t>(tag)].name;
}

TagType type_of(SpanTag tag) {
  return kNames[static_cast<std::size_t>(tag)].type;
}

std::optional<SpanTag> find_tag(std::string_view name) {
  for (std::size_t i = 0; i < kSpanTags; ++i) {
    if (kNames[i].name == name) return static_cast<SpanTag>(i);
  }
  for (const OlderName& older : kOlderNames) {
    if (older.name == name) return older.tag;
  }
  return std::nullopt;
}

sim::ServiceId service_of(const Names& names, const SpanRecord& span) {
  return span.kind == SpanKind::kServer ? names.model().operations[span.subject].service
                                        : names.model().edges[span.subject].from;
}

sim::OperationId operation_of(const Names& names, const SpanRecord& span) {
  return span.kind == SpanKind::kServer ? sim::OperationId(std::size_t{span.subject})
                                        : names.operation_of(sim::EdgeId(std::size_t{span.subject}));
}

TagValue tag_of(const Names& names, std::span<const PodNamePtr> pods, const SpanRecord& span, SpanTag tag) {
  const bool server = span.kind == SpanKind::kServer;
  const sim::OperationId operation = operation_of(names, span);
  const ServiceNames& callee = names.service_of(operation);
  const bool cache = callee.kind == sim::ServiceKind::kCache;
  const bool store = cache || callee.kind == sim::ServiceKind::kDatabase;
  switch (tag) {
    case SpanTag::kDbSystem:
      if (!store) return {};
      return std::string_view(cache ? "redis" : "postgresql");
    case SpanTag::kDbOperation:
      return store ? text(names.operation(operation).name) : TagValue{};
    case SpanTag::kHttpMethod:
      return store ? TagValue{} : text(names.operation(operation).method);
    case SpanTag::kHttpRoute:
      return store ? TagValue{} : text(names.operation(operation).route);
    case SpanTag::kHttpStatus: {
      const int status = server ? http_status(span.outcome) : client_status(span.outcome).http;
      if (store || status == 0) return {};
      return std::int64_t{status};
    }
    case SpanTag::kErrorType:
      if (span.outcome == sim::Outcome::kOk) return {};
      return std::string_view(sim::to_string(span.outcome));
    case SpanTag::kQueueMs:
      return server ? wait(span.wait_us) : TagValue{};
    case SpanTag::kLockMs:
      return server ? wait(span.lock_us) : TagValue{};
    case SpanTag::kAbandoned:
      if (!server || !span.abandoned) return {};
      return true;
    case SpanTag::kPeer:
      return server ? TagValue{} : text(callee.name);
    case SpanTag::kPeerPod:
      return server || span.peer == kNoPod ? TagValue{} : text(pods[span.peer]->name);
    case SpanTag::kConnectionMs:
      return server ? TagValue{} : wait(span.wait_us);
    case SpanTag::kResends:
      if (server || span.attempt < 2) return {};
      return std::int64_t{span.attempt - 1};
    case SpanTag::kKind:
      return std::string_view(server ? "server" : "client");
    case SpanTag::kError:
      if (span.outcome == sim::Outcome::kOk) return {};
      return true;
    case SpanTag::kPod:
      return span.pod == kNoPod ? TagValue{} : text(pods[span.pod]->name);
    case SpanTag::kVersion:
      return span.pod == kNoPod ? TagValue{} : text(pods[span.pod]->version);
  }
  return {};
}

std::string to_text(const TagValue& value) {
  std::array<char, 24> buffer;
  return std::string(written(value, buffer));
}

bool says(const TagValue& value, std::string_view text) {
  std::array<char, 24> buffer;
  return value.index() != 0 && written(value, buffer) == text;
}

}  // namespace incident::telemetry
