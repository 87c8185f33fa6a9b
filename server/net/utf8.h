// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace incident::net {

// Length of the valid sequence that `text` begins with (1 to 4); 0 when it begins with none.
std::size_t utf8_sequence(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace incident::net
