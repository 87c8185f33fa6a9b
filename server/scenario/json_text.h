// A JSON file with the line of every value, so that an error can say where. Values come from nlohmann's
// parser; lines and repeated keys, which that parser does not tell, from one walk over the text of our own.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace incident::scenario {

struct JsonText {
  std::string file;  // as messages name it
  nlohmann::json root;
  std::map<std::string, int> lines;  // by JSON pointer

  // "web_shop.json:12 /services/0/name"
  std::string where(const std::string& pointer) const;
};

// Errors: not JSON, or a key twice.
Result<JsonText> parse_json_text(std::string file, std::string_view text);

}  // namespace incident::scenario
