#include "scenario/schema.h"

#include <nlohmann/json.hpp>
#include <set>

#include "scenario/fields.h"
#include "scenario/mechanisms.h"

namespace incident::scenario {
namespace {

using Json = nlohmann::ordered_json;
using sim::Unit;

constexpr const char* kDuration = "^-?([0-9]+(\\.[0-9]+)?(us|ms)|([0-9]+(ms|s|m|h|d))+)$";
constexpr const char* kShare = "^[0-9]+(\\.[0-9]+)?[%x]$";
constexpr const char* kSize = "^[0-9]+(\\.[0-9]+)?([KMGT]i)?B$";
constexpr const char* kRate = "^[0-9]+(\\.[0-9]+)?/s$";

Json pattern(const char* regex) {
  return {{"type", "string"}, {"pattern", regex}};
}
Json reference(std::string_view name) {
  return {{"$ref", "#/$defs/" + std::string(name)}};
}
Json list_of(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

class Writer {
 public:
  std::string write(const ObjectSpec& root) {
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", root.name}};
    schema.update(object(root));
    schema["$defs"] = std::move(definitions_);
    return schema.dump(2) + "\n";
  }

 private:
  Json object(const ObjectSpec& spec) {
    Json out = {{"description", spec.meaning}, {"type", "object"}, {"additionalProperties", false}};
    Json required = Json::array();
    Json properties = Json::object();
    for (const Field& field : spec.fields) {
      if (field.required) required.push_back(field.name);
      Json value = type(field);
      if (field.name == "mechanism") {
        for (const Mechanism& m : mechanisms()) value["enum"].push_back(m.id);
      }
      // (Beside a $ref a description is allowed since 2019-09.)
      value["description"] = field.meaning;
      properties[std::string(field.name)] = std::move(value);
    }
    out["properties"] = std::move(properties);
    if (!required.empty()) out["required"] = std::move(required);
    return out;
  }

  Json type(const Field& field) {
    switch (field.type) {
      case FieldType::kText: {
        Json out = {{"type", "string"}, {"minLength", 1}};
        for (const auto choice : field.choices) out["enum"].push_back(choice);
        return out;
      }
      case FieldType::kWhole: {
        Json out = {{"type", "integer"}, {"minimum", field.min}};
        if (field.max != INT64_MAX) out["maximum"] = field.max;
        return out;
      }
      case FieldType::kBoolean:
        return {{"type", "boolean"}};
      case FieldType::kDuration:
        return pattern(kDuration);
      case FieldType::kShare:
        return pattern(kShare);
      case FieldType::kRate:
        return pattern(kRate);
      case FieldType::kTexts:
        return list_of({{"type", "string"}, {"minLength", 1}});
      case FieldType::kShares:
        return list_of(pattern(kShare));
      case FieldType::kSteps:
        return list_of(step());
      case FieldType::kValue:
        return {{"type", {"string", "number", "boolean"}}};
      case FieldType::kObject:
        return define(*field.of);
      case FieldType::kObjects:
        return list_of(define(*field.of));
      case FieldType::kParameters:
        return parameters(*field.part);
    }
    return {};
  }

  Json define(const ObjectSpec& spec) {
    if (begun_.emplace(spec.name).second) definitions_[std::string(spec.name)] = object(spec);
    return reference(spec.name);
  }

  Json step() {
    if (begun_.emplace("step").second) {
      Json kinds = Json::array();
      for (const ObjectSpec& kind : step_kinds()) kinds.push_back(define(kind));
      definitions_["step"] = {{"description", "One step of an operation."}, {"oneOf", std::move(kinds)}};
    }
    return reference("step");
  }

  Json parameters(sim::PartKind part) {
    const std::string name = std::string(sim::to_string(part)) + "_parameters";
    if (begun_.insert(name).second) {
      Json properties = Json::object();
      for (const auto& info : sim::parameters()) {
        if (info.part == part) properties[std::string(info.name)] = parameter(info);
      }
      definitions_[name] = {
          {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
    }
    return reference(name);
  }

  static Json parameter(const sim::ParameterInfo& info) {
    Json out;
    switch (info.unit) {
      case Unit::kMicroseconds:
        out = pattern(kDuration);
        break;
      case Unit::kPermille:
        out = pattern(kShare);
        break;
      case Unit::kPerKilosecond:
        out = pattern(kRate);
        break;
      case Unit::kMillicores:
        out = {{"type", "number"},
               {"minimum", static_cast<double>(info.min) / 1000},
               {"maximum", static_cast<double>(info.max) / 1000}};
        break;
      case Unit::kCount:
        out = {{"type", "integer"}, {"minimum", info.min}, {"maximum", info.max}};
        break;
      case Unit::kBytes:
        out = pattern(kSize);
        break;
      case Unit::kBoolean:
        out = {{"type", "boolean"}};
        break;
    }
    out["description"] = info.meaning;
    return out;
  }

  Json definitions_ = Json::object();
  std::set<std::string, std::less<>> begun_;
};

}  // namespace

std::string json_schema_system() {
  return Writer().write(kSystemFields);
}

std::string json_schema_incident() {
  return Writer().write(kIncidentFields);
}

}  // namespace incident::scenario
