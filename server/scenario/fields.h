// The fields of scenario files: which objects there are, what each may hold, and what it means. The loader
// refuses what is not here, and the published JSON Schema is written from here, so that the two cannot
// differ. Static; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/parameters.h"

namespace incident::scenario {

enum class FieldType : std::uint8_t {
  kText,
  kWhole,
  kBoolean,
  kDuration,
  kShare,
  kRate,
  kTexts,  // lists
  kShares,
  kSteps,
  kValue,       // whatever the parameter takes
  kObject,      // `of`
  kObjects,     // a list of `of`
  kParameters,  // an object with the parameters of `part`
};

struct ObjectSpec;

struct Field {
  std::string_view name;
  FieldType type = FieldType::kText;
  bool required = false;
  std::string_view meaning;
  const ObjectSpec* of = nullptr;
  std::span<const std::string_view> choices = {};  // for texts
  std::int64_t min = 0, max = INT64_MAX;           // for whole numbers
  std::optional<sim::PartKind> part = {};          // for parameters
};

struct ObjectSpec {
  std::string_view name, meaning;
  std::span<const Field> fields;
};

inline constexpr std::int64_t kInstancesMax = 1000;
inline constexpr std::int64_t kDifficultyMax = 5;
inline constexpr std::int64_t kHintPriceMax = 200;

// A system's file.
extern const ObjectSpec kSystemFields, kDefaultsFields, kServiceFields, kOperationFields, kClientFields,
    kPoolFields, kCacheFields, kRowLocksFields, kTableFields, kTopicFields, kGroupFields, kNodeFields,
    kJobFields, kFlagFields, kJourneyFields, kConfigKeyFields, kLinkFields, kResolverFields, kDnsNameFields,
    kCertificateFields, kSecretFields, kParameterRefFields, kDashboardFields, kPanelFields, kAlertFields,
    kRevisionFields;
// An incident's file.
extern const ObjectSpec kIncidentFields, kIncidentRevisionFields, kChangeFields, kSettingFields,
    kAnswerFields, kEvidenceFields, kHintFields, kDebriefFields, kSolutionFields, kCommandFields;
// The kinds of steps: each is known by its first field.
std::span<const ObjectSpec> step_kinds();

}  // namespace incident::scenario
