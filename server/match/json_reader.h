// Strict reading of one JSON record of the log, for command_json.cpp and settings_json.cpp only. Each member
// is asked for by name and type; the first fault is kept and later calls give defaults; `end` says whether
// all went well and nothing was left over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "match/limits.h"

namespace incident::match {

using Json = nlohmann::ordered_json;  // members are written in the order they were given

// One JSON object of bounded size and depth.
Result<Json> parse_object(std::string_view text);
std::string dump(const Json& json);

class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  std::string text(const char* name, std::size_t bytes_max);
  std::int64_t integer(const char* name, std::int64_t min, std::int64_t max);
  std::optional<std::int64_t> optional_integer(const char* name, std::int64_t min, std::int64_t max);
  bool boolean(const char* name);
  const Json* array(const char* name, std::size_t size_max);  // null: not there
  std::int64_t integer_of(const Json& value, const char* name, std::int64_t min, std::int64_t max);
  void version();  // "v"

  // A member that is one of a closed list of words.
  template <class Parse>
  auto word(const char* name, Parse parse) {
    const std::string value = text(name, limits::kNameBytes);
    const auto parsed = parse(value);
    if (!parsed) {
      fail(std::string("\"") + name + "\" is \"" + value + "\", which is not a word of the list.", name);
    }
    return parsed ? *parsed : typename std::decay_t<decltype(parsed)>::value_type{};
  }

  void fail(std::string message, std::string at);
  Result<void> end();

 private:
  const Json* find(const char* name, bool required);

  const Json& object_;
  std::set<std::string, std::less<>> seen_;
  std::optional<Error> error_;
};

}  // namespace incident::match
