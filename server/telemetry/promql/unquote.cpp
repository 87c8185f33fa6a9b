#include <charconv>

#include "promql/parser.h"

namespace incident::promql {

namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// `digits` digits of `base` at the start of `rest`, taken off it.
bool take_code(std::string_view& rest, std::size_t digits, int base, std::uint32_t& code) {
  if (rest.size() < digits) return false;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + digits, code, base);
  if (error != std::errc() || end != rest.data() + digits) return false;
  rest.remove_prefix(digits);
  return true;
}

Error unknown_escape(char c) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return invalid(std::string("unknown escape sequence U+00") + kHex[byte >> 4] + kHex[byte & 15] + " '" + c +
                 "'");
}

}  // namespace

Result<std::string> unquote(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != literal.back()) return invalid("invalid syntax");
  const char mark = literal.front();
  std::string_view rest = literal.substr(1, literal.size() - 2);
  if (mark == '`') return std::string(rest);
  std::string out;
  while (!rest.empty()) {
    char c = rest[0];
    rest.remove_prefix(1);
    if (c != '\\') {
      out += c;
      continue;
    }
    if (rest.empty()) return invalid("escape sequence not terminated");
    c = rest[0];
    if (c >= '0' && c <= '7') {
      std::uint32_t code = 0;
      if (!take_code(rest, 3, 8, code) || code > 255) return unknown_escape(c);
      out += static_cast<char>(code);
      continue;
    }
    rest.remove_prefix(1);
    static constexpr std::string_view kFrom = "abfnrtv\\", kTo = "\a\b\f\n\r\t\v\\";
    if (const std::size_t simple = kFrom.find(c); simple != std::string_view::npos) {
      out += kTo[simple];
    } else if (c == mark) {
      out += c;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      std::uint32_t code = 0;
      if (!take_code(rest, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16, code))
        return invalid("escape sequence contains invalid characters");
      if (c == 'x')
        out += static_cast<char>(code);
      else if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return invalid("escape sequence is an invalid Unicode code point");
      else
        append_utf8(out, code);
    } else {
      return unknown_escape(c);
    }
  }
  return out;
}

}  // namespace incident::promql
