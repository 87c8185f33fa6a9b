#include "match/json_reader.h"

#include "match/command_json.h"

namespace incident::match {

Result<Json> parse_object(std::string_view text) {
  if (text.size() > limits::kEntryBytes) {
    return invalid("The record is longer than " + std::to_string(limits::kEntryBytes) + " bytes.");
  }
  // Callback: a record is flat but for one list of numbers, so deeper text is not worth reading.
  bool too_deep = false;
  Json json = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > 2;
        return true;
      },
      false);
  if (json.is_discarded() || too_deep || !json.is_object()) {
    return invalid("The record is not one JSON object.");
  }
  return Result<Json>(boost::system::in_place_value, std::move(json));
}

std::string dump(const Json& json) {
  // Texts were checked before they came here; should one not be UTF-8 all the same, the log stays readable.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Reader::text(const char* name, std::size_t bytes_max) {
  const Json* member = find(name, true);
  if (member == nullptr) {
    return {};
  }
  if (!member->is_string()) {
    fail(std::string("\"") + name + "\" must be a string.", name);
    return {};
  }
  auto value = member->get<std::string>();
  if (value.size() > bytes_max) {
    fail(std::string("\"") + name + "\" is longer than " + std::to_string(bytes_max) + " bytes.", name);
    return {};
  }
  return value;
}

std::int64_t Reader::integer(const char* name, std::int64_t min, std::int64_t max) {
  const Json* member = find(name, true);
  return member == nullptr ? min : integer_of(*member, name, min, max);
}

std::optional<std::int64_t> Reader::optional_integer(const char* name, std::int64_t min, std::int64_t max) {
  const Json* member = find(name, false);
  return member == nullptr ? std::nullopt : std::optional(integer_of(*member, name, min, max));
}

bool Reader::boolean(const char* name) {
  const Json* member = find(name, true);
  if (member == nullptr) {
    return false;
  }
  if (!member->is_boolean()) {
    fail(std::string("\"") + name + "\" must be true or false.", name);
    return false;
  }
  return member->get<bool>();
}

const Json* Reader::array(const char* name, std::size_t size_max) {
  const Json* member = find(name, true);
  if (member == nullptr) {
    return nullptr;
  }
  if (!member->is_array() || member->size() > size_max) {
    fail(std::string("\"") + name + "\" must be a list of at most " + std::to_string(size_max) + ".", name);
    return nullptr;
  }
  return member;
}

std::int64_t Reader::integer_of(const Json& value, const char* name, std::int64_t min, std::int64_t max) {
  const bool is_signed_integer = value.is_number_integer() && !value.is_number_unsigned();
  const bool fits =
      is_signed_integer || (value.is_number_unsigned() && value.get<std::uint64_t>() <= INT64_MAX);
  if (!fits || value.get<std::int64_t>() < min || value.get<std::int64_t>() > max) {
    fail(std::string("\"") + name + "\" must be a whole number from " + std::to_string(min) + " to " +
             std::to_string(max) + ".",
         name);
    return min;
  }
  return value.get<std::int64_t>();
}

void Reader::fail(std::string message, std::string at) {
  if (!error_) {
    error_ = invalid(std::move(message), std::move(at));
  }
}

Result<void> Reader::end() {
  if (!error_) {
    for (const auto& [name, value] : object_.items()) {
      if (seen_.count(name) == 0) {
        fail("\"" + name + "\" is not a member of this record.", name);
        break;
      }
    }
  }
  if (error_) {
    return *error_;
  }
  return {};
}

const Json* Reader::find(const char* name, bool required) {
  seen_.insert(name);
  const auto found = object_.find(name);
  if (found == object_.end()) {
    if (required) {
      fail(std::string("\"") + name + "\" is missing.", name);
    }
    return nullptr;
  }
  return error_ ? nullptr : &*found;
}

void Reader::version() {
  const std::int64_t found = integer("v", 0, INT32_MAX);
  if (found != kLogVersion) {
    fail("This record has version " + std::to_string(found) + "; this server reads version " +
             std::to_string(kLogVersion) + ".",
         "v");
  }
}

}  // namespace incident::match
