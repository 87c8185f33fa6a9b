#include "net/response_head.h"

#include <array>
#include <boost/beast/http/status.hpp>
#include <ctime>

#include "net/text.h"

namespace incident::net {
namespace {

void append_safe(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    out += u < 0x20 || u == 0x7f ? ' ' : c;
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_safe(out, name);
  out += ": ";
  append_safe(out, value);
  out += "\r\n";
}

// IMF-fixdate; made once a second for each thread. Names are spelled out because strftime's follow the
// locale.
std::string_view http_date() {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t made_at = -1;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    made_at = now;
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 64> line{};
    const int n = std::snprintf(line.data(), line.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900,
                                utc.tm_hour, utc.tm_min, utc.tm_sec);
    text.assign(line.data(), static_cast<std::size_t>(n));
  }
  return text;
}

bool is_set(const NameValues& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (same_name(key, name)) return true;
  }
  return false;
}

}  // namespace

std::string field_lines(const NameValues& wanted, const NameValues& present) {
  std::string out;
  for (const auto& [name, value] : wanted) {
    if (!is_set(present, name)) append_field(out, name, value);
  }
  return out;
}

std::string response_head(const Response& response, const HeadOptions& options) {
  std::string out;
  out.reserve(1024);
  out += "HTTP/1.1 " + std::to_string(response.status) + ' ';
  out += std::string_view(
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status)));
  out += "\r\nDate: ";
  out += http_date();
  out += "\r\n";
  if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
  if (options.content_length) out += "Content-Length: " + std::to_string(*options.content_length) + "\r\n";
  if (options.chunked) out += "Transfer-Encoding: chunked\r\n";
  out += options.keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  if (!options.request_id.empty()) append_field(out, "X-Request-Id", options.request_id);
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  out += options.security_fields;
  out += "\r\n";
  return out;
}

}  // namespace incident::net
