// Where to push and how: addresses for each signal, headers, compression. Plain values; any thread.
//
// Headers carry keys: they come from a file or from the environment, are sent to these addresses only, and
// are never logged or put into an error.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "net/http_url.h"
#include "otlp/batch_writer.h"

namespace incident::push {

struct Collector {
  std::array<std::optional<net::HttpUrl>, otlp::kSignals> urls;  // none: this signal is not sent
  net::NameValues headers;
  bool compress = true;

  std::array<bool, otlp::kSignals> signals() const;
};

// As a person writes it down. `url` is the base that /v1/metrics, /v1/logs and /v1/traces are put behind, as
// OTEL_EXPORTER_OTLP_ENDPOINT is; an address for one signal is taken as it is.
struct CollectorText {
  std::string url, metrics_url, logs_url, traces_url;
  std::vector<std::string> signals;  // names; empty: all that have an address
  net::NameValues headers;
  bool compress = true;
};
// Errors name the setting.
Result<Collector> parse_collector(const CollectorText& text);

// "Name=value" or "Name: value".
Result<std::pair<std::string, std::string>> parse_header(std::string_view text);
// One a line; empty lines and lines that begin with '#' are passed over. Errors name file and line, never the
// value.
Result<net::NameValues> read_headers_file(const std::filesystem::path& path);
// As OTEL_EXPORTER_OTLP_HEADERS has them: "name=value,other=value", values may be percent-encoded.
Result<net::NameValues> parse_headers_list(std::string_view text);

}  // namespace incident::push
