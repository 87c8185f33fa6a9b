#include "api/codec.h"

#include <cctype>

namespace incident::api {

std::string snake_case(std::string_view camel) {
  std::string out;
  for (const char c : camel) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

Result<Json> parse_json(std::string_view text) {
  if (text.size() > kJsonBytesMax)
    return Error{ErrorCode::kResourceExhausted,
                 "a message may have at most " + std::to_string(kJsonBytesMax) + " bytes",
                 {}};
  // Depth is checked before parsing: nesting costs stack and memory.
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kJsonDepthMax)
      return invalid("JSON may be nested at most " + std::to_string(kJsonDepthMax) + " deep",
                     "byte " + std::to_string(i));
  }
  try {
    return Result<Json>(boost::system::in_place_value, Json::parse(text));
  } catch (const Json::parse_error& e) {
    return invalid("this is not JSON: expected a complete value", "byte " + std::to_string(e.byte));
  }
}

}  // namespace incident::api
