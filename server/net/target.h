// Takes a request target apart: percent decoding, query parameters, and a path that cannot climb.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/http.h"

namespace incident::net {

struct Target {
  std::string path;
  NameValues query;
};

// Accepts origin form ("/a?b=c") and absolute form ("http://host/a?b=c"); "*" becomes the path "*".
Result<Target> parse_target(std::string_view target, std::size_t parameters_max);

// "a=b&c=d" with percent and plus decoding; `where` names the place in errors.
Result<NameValues> parse_parameters(std::string_view text, std::size_t parameters_max,
                                    std::string_view where);

}  // namespace incident::net
