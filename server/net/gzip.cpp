#include "net/gzip.h"

#include <zlib.h>

#include <stdexcept>

#include "net/text.h"

namespace incident::net {

std::string gzip(std::string_view text, int level) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;  // zlib's way to say: 32 KiB window, gzip header
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib could not begin");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib does not write through next_in; its type is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool listed = false;
  bool any = false;
  bool refused = false;
  each_token(accept_encoding, [&](std::string_view token) {
    const std::size_t semicolon = token.find(';');
    const std::string_view name = trim(token.substr(0, semicolon));
    const bool gzip_name = same_name(name, "gzip") || same_name(name, "x-gzip");
    if (!gzip_name && name != "*") return;
    bool zero = false;
    if (semicolon != std::string_view::npos) {
      const std::string_view weight = trim(token.substr(semicolon + 1));
      zero = weight.substr(0, 2) == "q=" && weight.find_first_not_of("0.", 2) == std::string_view::npos;
    }
    if (gzip_name) (zero ? refused : listed) = true;
    if (name == "*" && !zero) any = true;
  });
  return listed || (any && !refused);
}

bool is_compressible(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return type.substr(0, 5) == "text/" || type.find("json") != std::string_view::npos ||
         type.find("javascript") != std::string_view::npos || type.find("xml") != std::string_view::npos ||
         type == "application/wasm" || type == "application/openmetrics-text";
}

}  // namespace incident::net
