#include "push/collector.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "net/text.h"
#include "push/limits.h"

namespace incident::push {
namespace {

constexpr std::array<std::string_view, 7> kOurs = {"host",       "content-length", "transfer-encoding",
                                                   "connection", "content-type",   "content-encoding",
                                                   "expect"};

bool is_token(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_value(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = net::lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<std::pair<std::string, std::string>> checked_header(std::string_view name, std::string value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token))
    return invalid("a header is written as name=value; its name has letters, digits and dashes");
  const std::string lower = net::lower_text(name);
  if (std::find(kOurs.begin(), kOurs.end(), lower) != kOurs.end())
    return invalid("this header is set by the sender itself", lower);
  if (!std::all_of(value.begin(), value.end(), is_value))
    return invalid("the value has a character that no header may have", lower);
  if (name.size() + value.size() > kHeaderBytesMax)
    return invalid("a header is at most " + std::to_string(kHeaderBytesMax) + " bytes", lower);
  return std::pair{std::string(name), std::move(value)};
}

}  // namespace

std::array<bool, otlp::kSignals> Collector::signals() const {
  std::array<bool, otlp::kSignals> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = urls[i].has_value();
  return out;
}

Result<Collector> parse_collector(const CollectorText& text) {
  Collector collector;
  const std::array<const std::string*, otlp::kSignals> own = {&text.metrics_url, &text.logs_url,
                                                              &text.traces_url};
  for (std::size_t i = 0; i < own.size(); ++i) {
    const std::string name = otlp::to_string(static_cast<otlp::Signal>(i));
    if (!text.signals.empty() &&
        std::find(text.signals.begin(), text.signals.end(), name) == text.signals.end())
      continue;
    if (own[i]->empty() && text.url.empty()) continue;
    auto url = net::parse_http_url(own[i]->empty() ? text.url : *own[i]);
    if (!url)
      return invalid(url.error().message,
                     own[i]->empty() ? "the collector's address" : "the address for " + name);
    if (own[i]->empty()) {
      const std::size_t query = std::min(url->target.find('?'), url->target.size());
      std::string path = url->target.substr(0, query);
      while (!path.empty() && path.back() == '/') path.pop_back();
      url->target = path + "/v1/" + name + url->target.substr(query);
    }
    collector.urls[i] = std::move(*url);
  }
  for (const auto& name : text.signals) {
    if (name != "metrics" && name != "logs" && name != "traces")
      return invalid("the signals are metrics, logs and traces", name);
  }
  const auto given = collector.signals();
  if (std::none_of(given.begin(), given.end(), [](bool b) { return b; }))
    return invalid("the collector's address is missing");
  if (text.headers.size() > kHeadersMax)
    return invalid("at most " + std::to_string(kHeadersMax) + " headers can be sent");
  collector.headers = text.headers;
  collector.compress = text.compress;
  return collector;
}

Result<std::pair<std::string, std::string>> parse_header(std::string_view text) {
  const std::size_t mark = text.find_first_of("=:");
  if (mark == std::string_view::npos) return invalid("a header is written as name=value");
  return checked_header(net::trim(text.substr(0, mark)), std::string(net::trim(text.substr(mark + 1))));
}

Result<net::NameValues> read_headers_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return not_found("the file with headers cannot be read", path.string());
  net::NameValues headers;
  std::string line;
  std::size_t bytes = 0;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string at = path.string() + ":" + std::to_string(number);
    bytes += line.size() + 1;
    if (bytes > kHeadersFileBytesMax) return invalid("the file with headers is too long", at);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (net::trim(line).empty() || line.front() == '#') continue;
    auto header = parse_header(line);
    if (!header) return invalid(header.error().message, at);
    headers.push_back(std::move(*header));
  }
  return headers;
}

Result<net::NameValues> parse_headers_list(std::string_view text) {
  net::NameValues headers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view item = net::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) return invalid("headers are written as name=value,other=value");
    auto header = checked_header(net::trim(item.substr(0, equals)),
                                 percent_decoded(net::trim(item.substr(equals + 1))));
    if (!header) return header.error();
    headers.push_back(std::move(*header));
  }
  return headers;
}

}  // namespace incident::push
