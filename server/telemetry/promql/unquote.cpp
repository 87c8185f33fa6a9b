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

std::string shown(char c) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return std::string("U+00") + kHex[byte >> 4] + kHex[byte & 15] + " '" + c + "'";
}

// `count` digits of `base` at the start of `rest`, taken off it.
Result<std::uint32_t> take_code(std::string_view& rest, std::size_t count, int base) {
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (rest.empty()) return invalid("escape sequence not terminated");
    std::uint32_t digit = 0;
    if (std::from_chars(rest.data(), rest.data() + 1, digit, base).ec != std::errc())
      return invalid("illegal character " + shown(rest[0]) + " in escape sequence");
    code = code * static_cast<std::uint32_t>(base) + digit;
    rest.remove_prefix(1);
  }
  return code;
}

Error unknown_escape(char c) {
  return invalid("unknown escape sequence " + shown(c));
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
      const auto code = take_code(rest, 3, 8);
      if (!code) return code.error();
      if (*code > 255) return invalid("octal escape value > 255: " + std::to_string(*code));
      out += static_cast<char>(*code);
      continue;
    }
    rest.remove_prefix(1);
    static constexpr std::string_view kFrom = "abfnrtv\\", kTo = "\a\b\f\n\r\t\v\\";
    if (const std::size_t simple = kFrom.find(c); simple != std::string_view::npos) {
      out += kTo[simple];
    } else if (c == mark) {
      out += c;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const auto code = take_code(rest, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16);
      if (!code) return code.error();
      if (c == 'x')
        out += static_cast<char>(*code);
      else if (*code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000))
        return invalid("escape sequence is an invalid Unicode code point");
      else
        append_utf8(out, *code);
    } else {
      return unknown_escape(c);
    }
  }
  return out;
}

}  // namespace incident::promql
