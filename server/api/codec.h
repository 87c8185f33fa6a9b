// JSON of the message catalogue, from its descriptions (Boost.Describe): one codec for every struct in
// messages_in.h and messages_out.h. Encoding never fails. Decoding is strict: unknown, missing and wrongly
// typed fields are errors that name the field; std::optional fields may be absent. Pure functions, any
// thread.
#pragma once

#include <boost/core/type_name.hpp>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/limits.h"
#include "base/result.h"

namespace incident::api {

using Json = nlohmann::json;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

// "ActionPreview" of incident::api::out::ActionPreview.
template <class T>
std::string struct_name() {
  std::string name = boost::core::type_name<T>();
  const auto colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

// "action_preview" of ActionPreview: a frame's `type`.
std::string snake_case(std::string_view camel);

template <class T>
const std::string& frame_type() {
  static const std::string name = snake_case(struct_name<T>());
  return name;
}

template <class T>
Json encode(const T& value) {
  if constexpr (boost::describe::has_describe_members<T>::value) {
    Json object = Json::object();
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      const auto& field = value.*member.pointer;
      if constexpr (IsOptional<std::decay_t<decltype(field)>>::value) {
        if (field) object[member.name] = encode(*field);
      } else {
        object[member.name] = encode(field);
      }
    });
    return object;
  } else if constexpr (IsVector<T>::value) {
    Json array = Json::array();
    for (const auto& item : value) array.push_back(encode(item));
    return array;
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  } else {
    return Json(value);
  }
}

// One socket frame: the struct's fields and its `type`. Text that is not UTF-8 is replaced, never thrown on.
template <class T>
std::string encode_frame(const T& message) {
  Json object = encode(message);
  object["type"] = frame_type<T>();
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
std::string encode_body(const T& message) {
  return encode(message).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
Result<void> decode_into(const Json& json, const std::string& at, T& out) {
  if constexpr (boost::describe::has_describe_members<T>::value) {
    if (!json.is_object()) return invalid("must be an object", at);
    std::optional<Error> problem;
    std::size_t known = json.contains("type") && at.empty() ? 1 : 0;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      if (problem) return;
      auto& field = out.*member.pointer;
      const std::string path = at.empty() ? member.name : at + "." + member.name;
      const auto found = json.find(member.name);
      constexpr bool kOptional = IsOptional<std::decay_t<decltype(field)>>::value;
      if (found == json.end()) {
        if (!kOptional) problem = invalid("is missing", path);
        return;
      }
      ++known;
      if (auto result = decode_into(*found, path, field); !result) problem = result.error();
    });
    if (problem) return *problem;
    if (known < json.size()) {
      for (const auto& item : json.items()) {
        const std::string& key = item.key();
        bool found = key == "type" && at.empty();
        boost::mp11::mp_for_each<Members<T>>([&](auto member) { found = found || key == member.name; });
        if (!found) return invalid("is not a field of " + frame_type<T>(), at.empty() ? key : at + "." + key);
      }
    }
    return {};
  } else if constexpr (IsOptional<T>::value) {
    if (json.is_null()) {
      out.reset();
      return {};
    }
    return decode_into(json, at, out.emplace());
  } else if constexpr (IsVector<T>::value) {
    if (!json.is_array()) return invalid("must be a list", at);
    if (json.size() > kListItemsMax)
      return invalid("has more than " + std::to_string(kListItemsMax) + " entries", at);
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (auto result = decode_into(json[i], at + "[" + std::to_string(i) + "]", out.emplace_back()); !result)
        return result;
    }
    return {};
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return invalid("must be true or false", at);
    out = json.get<bool>();
    return {};
  } else if constexpr (std::is_integral_v<T>) {
    if (!json.is_number_integer()) return invalid("must be a whole number", at);
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX)
      return invalid("is too large", at);
    out = json.get<T>();
    return {};
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!json.is_number()) return invalid("must be a number", at);
    out = json.get<T>();
    return {};
  } else {
    static_assert(std::is_same_v<T, std::string>);
    if (!json.is_string()) return invalid("must be a text", at);
    out = json.get<std::string>();
    if (out.size() > kTextBytesMax)
      return invalid("is longer than " + std::to_string(kTextBytesMax) + " bytes", at);
    return {};
  }
}

// Parses text with the named limits on size and depth; the error says at which byte it broke.
Result<Json> parse_json(std::string_view text);

template <class T>
Result<T> decode(const Json& json) {
  T out;
  if (auto result = decode_into(json, "", out); !result) return result.error();
  return out;
}

template <class T>
Result<T> decode_body(std::string_view text) {
  const Result<Json> json = parse_json(text);
  if (!json) return json.error();
  return decode<T>(*json);
}

// A socket frame as the member of `Variant` that its `type` names.
template <class Variant>
Result<Variant> decode_frame(const Json& json) {
  if (!json.is_object()) return invalid("a frame must be an object with `type`");
  const auto type = json.find("type");
  if (type == json.end() || !type->is_string()) return invalid("must name the message", "type");
  const auto& name = type->template get_ref<const std::string&>();
  Result<Variant> out = invalid("is not a message that a client can send", "type");
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Variant>>([&](auto identity) {
    using T = typename decltype(identity)::type;
    if (name != frame_type<T>()) return;
    auto message = decode<T>(json);
    if (message) {
      out = Variant(std::move(*message));
    } else {
      out = message.error();
    }
  });
  return out;
}

}  // namespace incident::api
