// Telling UTF-8 from bytes that are not.
#pragma once

#include <cstddef>
#include <string_view>

namespace incident::promql {

// Length of the UTF-8 sequence at the start of `text` (not empty), 0 when it is not one.
inline std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t n = 0;
  if (lead < 0x80)
    n = 1;
  else if (lead >= 0xC2 && lead < 0xE0)
    n = 2;
  else if (lead >= 0xE0 && lead < 0xF0)
    n = 3;
  else if (lead >= 0xF0 && lead < 0xF5)
    n = 4;
  if (n == 0 || text.size() < n) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  return n;
}

}  // namespace incident::promql
