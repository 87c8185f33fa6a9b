// A folder of files for browsers, read into memory once at start: content type, ETag, and a gzip copy
// where that is smaller. Files under /assets/ carry a hash in their name and never change; everything else is
// asked for again each time (a 304 costs little). Immutable after load, so any thread may call serve().
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "net/http.h"

namespace incident::net {

class StaticFiles {
 public:
  // Reads every regular file below `folder`; hidden ones and links that lead outside are left out.
  static Result<StaticFiles> load(const std::filesystem::path& folder);

  // The answer to GET or HEAD of a file, or of a path without an extension (a page of the single page
  // application: index.html). Nothing when there is no such file; 405 for other methods on one that exists.
  std::optional<Response> serve(const Request& request) const;
  std::size_t size() const { return files_.size(); }

 private:
  struct File {
    std::string content_type, etag, cache_control;
    SharedText plain, gzip;  // gzip is null where it would not help
  };
  std::map<std::string, File, std::less<>> files_;  // by path, "/index.html"
};

}  // namespace incident::net
