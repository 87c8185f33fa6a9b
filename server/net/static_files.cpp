#include "net/static_files.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "net/gzip.h"
#include "net/limits.h"
#include "net/text.h"

namespace incident::net {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kContentTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".ttf", "font/ttf"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
    {".xml", "application/xml"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
}};

std::string content_type_of(const fs::path& path) {
  const std::string extension = lower_text(path.extension().string());
  for (const auto& [known, type] : kContentTypes) {
    if (known == extension) return std::string(type);
  }
  return "application/octet-stream";
}

std::string etag_of(std::string_view text) {
  std::array<char, 24> tag{};
  // Weak, because the plain and the gzip body share it.
  const int n = std::snprintf(tag.data(), tag.size(), "W/\"%016llx\"",
                              static_cast<unsigned long long>(hash_text(text)));
  return {tag.data(), static_cast<std::size_t>(n)};
}

// If-None-Match compares weakly (RFC 9110, 13.1.2): W/ in front does not count.
bool matches(std::string_view if_none_match, std::string_view etag) {
  bool found = false;
  etag.remove_prefix(2);
  each_token(if_none_match, [&](std::string_view token) {
    if (token.substr(0, 2) == "W/") token.remove_prefix(2);
    found = found || token == "*" || token == etag;
  });
  return found;
}

bool is_hidden(const fs::path& relative) {
  for (const fs::path& part : relative) {
    if (!part.empty() && part.native().front() == '.') return true;
  }
  return false;
}

bool is_inside(const fs::path& file, const fs::path& root) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) return false;
  const fs::path relative = real.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const fs::path& folder) {
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  if (error)
    return not_found("The folder of web files cannot be read: " + error.message() + ".", folder.string());
  StaticFiles out;
  std::size_t total = 0;
  const auto options = fs::directory_options::skip_permission_denied;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root, options, error)) {
    const fs::path relative = entry.path().lexically_relative(root);
    if (!entry.is_regular_file() || is_hidden(relative) || !is_inside(entry.path(), root)) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream) {
      return Error{ErrorCode::kUnavailable, "A web file cannot be read; check its permissions.",
                   entry.path().string()};
    }
    total += text.size();
    if (total > kStaticBytesMax) {
      return Error{ErrorCode::kResourceExhausted,
                   "The folder of web files holds more than " +
                       std::to_string(kStaticBytesMax / 1024 / 1024) + " MiB; is it the right one?",
                   folder.string()};
    }
    File file;
    file.content_type = content_type_of(entry.path());
    file.etag = etag_of(text);
    const std::string path = "/" + relative.generic_string();
    file.cache_control = path.substr(0, 8) == "/assets/" ? "public, max-age=31536000, immutable" : "no-cache";
    if (is_compressible(file.content_type)) {
      std::string packed = gzip(text, kGzipSmall);
      if (packed.size() < text.size()) file.gzip = std::make_shared<const std::string>(std::move(packed));
    }
    file.plain = std::make_shared<const std::string>(std::move(text));
    out.files_.emplace(path, std::move(file));
  }
  if (error) {
    return Error{ErrorCode::kUnavailable, "The folder of web files cannot be read: " + error.message() + ".",
                 folder.string()};
  }
  return out;
}

std::optional<Response> StaticFiles::serve(const Request& request) const {
  auto found = files_.find(request.path);
  if (found == files_.end()) {
    // A page of the application, not a file: its router takes it from there.
    const std::string_view name = std::string_view(request.path).substr(request.path.rfind('/') + 1);
    if (name.find('.') != std::string_view::npos || request.path.rfind("/assets/", 0) == 0)
      return std::nullopt;
    found = files_.find("/index.html");
    if (found == files_.end()) return std::nullopt;
  }
  if (request.method != Method::kGet && request.method != Method::kHead)
    return method_not_allowed("GET, HEAD");

  const File& file = found->second;
  Response response;
  response.compressible = false;  // already decided here
  response.set("ETag", file.etag).set("Cache-Control", file.cache_control);
  if (file.gzip) response.set("Vary", "Accept-Encoding");
  if (matches(request.header("if-none-match"), file.etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = file.content_type;
  if (file.gzip && accepts_gzip(request.header("accept-encoding"))) {
    response.set("Content-Encoding", "gzip");
    response.body = file.gzip;
  } else {
    response.body = file.plain;
  }
  return response;
}

}  // namespace incident::net
