#include "match/text.h"

#include <string>

namespace incident::match {
namespace {

// Length of the well-formed UTF-8 sequence at `i`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) -> unsigned {
    return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
  };
  const auto tail = [&](std::size_t k) { return byte(k) >= 0x80 && byte(k) <= 0xBF; };
  const unsigned b = byte(0);
  if (b < 0x80) {
    return 1;
  }
  if (b >= 0xC2 && b <= 0xDF) {
    return tail(1) ? 2 : 0;
  }
  if (b >= 0xE0 && b <= 0xEF) {
    const unsigned low = b == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = b == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && tail(2) ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    const unsigned low = b == 0xF0 ? 0x90 : 0x80;
    const unsigned high = b == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<void> check_text(std::string_view text, TextKind kind, std::size_t bytes_max, std::string_view what,
                        std::string_view at) {
  const std::string subject(what);
  if (is_blank(text)) {
    return invalid(subject + " needs at least one visible character.", std::string(at));
  }
  if (text.size() > bytes_max) {
    return invalid(subject + " is too long: " + std::to_string(text.size()) + " bytes, " +
                       std::to_string(bytes_max) + " are allowed.",
                   std::string(at));
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text, i);
    if (length == 0) {
      return invalid(subject + " is not valid UTF-8 text.", std::string(at));
    }
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_break = c == '\n' || c == '\t' || c == '\r';
    if (c == 0x7F || (c < 0x20 && !(is_break && kind == TextKind::kParagraph))) {
      return invalid(subject + " holds a control character; plain text would be right.", std::string(at));
    }
    i += length;
  }
  return {};
}

}  // namespace incident::match
