// gzip for response bodies.
#pragma once

#include <string>
#include <string_view>

namespace incident::net {

inline constexpr int kGzipFast = 4;   // for bodies made on request
inline constexpr int kGzipSmall = 9;  // for files compressed once

// `text` in the gzip format (RFC 1952), without time or name, so that the same text gives the same bytes.
std::string gzip(std::string_view text, int level);
// Whether an Accept-Encoding field allows gzip (q=0 forbids it).
bool accepts_gzip(std::string_view accept_encoding);
// Whether bodies of that content type are worth compressing.
bool is_compressible(std::string_view content_type);

}  // namespace incident::net
