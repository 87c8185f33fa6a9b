// What a span says about itself beside its times: its tags, called attributes by OpenTelemetry. The one
// definition of what they are named and what they say, for those that show spans, search them or send them
// on. A tag is read from the compact record without making text, so that a search can look at every kept
// span. Names are OpenTelemetry's semantic conventions; older names that people know by heart are understood
// when somebody asks for them (find_tag), but not shown.
//
// Plain functions over immutable values; any thread. Texts in a TagValue live as long as the names and pods.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "telemetry/names.h"
#include "telemetry/trace_span.h"

namespace incident::telemetry {

enum class SpanTag : std::uint8_t {
  // Of the span, in the order in which they are shown.
  kDbSystem,
  kDbOperation,
  kHttpMethod,
  kHttpRoute,
  kHttpStatus,
  kErrorType,
  kQueueMs,       // server: waited for a worker
  kLockMs,        // server: waited for row locks
  kAbandoned,     // server: nobody waited for the answer any more
  kPeer,          // client: the service that was called
  kPeerPod,       // client: the pod that was asked
  kConnectionMs,  // client: waited for a connection
  kResends,       // client: tries before this one
  // Of what it is and who emitted it; shown in places of their own.
  kKind,   // "client" or "server"
  kError,  // true, or not there
  kPod,
  kVersion,
};
inline constexpr std::size_t kAttributes = 13;  // the first group
inline constexpr std::size_t kSpanTags = 17;

enum class TagType : std::uint8_t { kText, kNumber, kFlag };
// Nothing: the span does not have the tag.
using TagValue = std::variant<std::monostate, std::string_view, std::int64_t, bool>;

std::string_view name_of(SpanTag tag);
TagType type_of(SpanTag tag);
// By its name, or an older one: "http.status_code", "peer.service", "db.system", "pod" ...
std::optional<SpanTag> find_tag(std::string_view name);

// Whose span it is: the caller's for calls, the server's for tasks.
sim::ServiceId service_of(const Names& names, const SpanRecord& span);
// What was done, or asked for.
sim::OperationId operation_of(const Names& names, const SpanRecord& span);

TagValue tag_of(const Names& names, std::span<const PodNamePtr> pods, const SpanRecord& span, SpanTag tag);
// As it is shown: "checkout", "503", "true". Nothing becomes an empty text.
std::string to_text(const TagValue& value);
// The same comparison without the text.
bool says(const TagValue& value, std::string_view text);

}  // namespace incident::telemetry
