#include "logql/json_reader.h"

#include "logql/limits.h"

namespace incident::logql {
namespace {

void append_utf8(std::string& out, unsigned c) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
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

bool is_literal(char c) {  // of numbers, true, false and null
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

}  // namespace

void JsonReader::space() {
  while (pos_ < text_.size() &&
         (text_[pos_] == ' ' || text_[pos_] == '\t' || text_[pos_] == '\n' || text_[pos_] == '\r'))
    ++pos_;
}

bool JsonReader::fail() {
  broken_ = true;
  return false;
}

bool JsonReader::take(char c) {
  space();
  if (pos_ >= text_.size() || text_[pos_] != c) return false;
  ++pos_;
  return true;
}

JsonReader::Kind JsonReader::kind() {
  space();
  if (pos_ >= text_.size()) return Kind::kNone;
  switch (text_[pos_]) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
    case 'f':
      return Kind::kBool;
    case 'n':
      return Kind::kNull;
    default:
      return is_number(text_.substr(pos_)) ? Kind::kNumber : Kind::kNone;
  }
}

bool JsonReader::open_object() {
  first_ = true;
  return take('{') || fail();
}

bool JsonReader::open_array() {
  first_ = true;
  return take('[') || fail();
}

bool JsonReader::next_member(std::string& key) {
  if (broken_ || take('}')) {
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) return fail();
  first_ = false;
  space();
  key.clear();
  if (!string(key) || !take(':')) return fail();
  return true;
}

bool JsonReader::next_element() {
  if (broken_ || take(']')) {
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) return fail();
  first_ = false;
  return true;
}

bool JsonReader::scalar(std::string& out) {
  out.clear();
  if (kind() == Kind::kString) return string(out) || fail();
  std::string_view raw;
  if (!skip(&raw)) return false;
  out = raw;
  return true;
}

bool JsonReader::skip(std::string_view* raw) {
  space();
  const std::size_t from = pos_;
  if (!skip(0)) return fail();
  if (raw != nullptr) *raw = text_.substr(from, pos_ - from);
  return true;
}

bool JsonReader::skip(int depth) {
  if (depth > limits::kJsonDepthMax) return false;
  switch (kind()) {
    case Kind::kNone:
      return false;
    case Kind::kString:
      return skip_string();
    case Kind::kObject:
      ++pos_;
      if (take('}')) return true;
      do {
        space();
        if (!skip_string() || !take(':') || !skip(depth + 1)) return false;
      } while (take(','));
      return take('}');
    case Kind::kArray:
      ++pos_;
      if (take(']')) return true;
      do {
        if (!skip(depth + 1)) return false;
      } while (take(','));
      return take(']');
    default: {
      const std::size_t from = pos_;
      while (pos_ < text_.size() && is_literal(text_[pos_])) ++pos_;
      const std::string_view word = text_.substr(from, pos_ - from);
      return word == "true" || word == "false" || word == "null" || is_number(word);
    }
  }
}

bool JsonReader::skip_string() {
  if (pos_ >= text_.size() || text_[pos_] != '"') return false;
  for (++pos_; pos_ < text_.size(); ++pos_) {
    if (text_[pos_] == '\\') {
      ++pos_;
    } else if (text_[pos_] == '"') {
      ++pos_;
      return true;
    }
  }
  return false;
}

bool JsonReader::hex4(unsigned& code) {
  code = 0;
  for (int i = 0; i < 4; ++i, ++pos_) {
    if (pos_ >= text_.size()) return false;
    const char c = text_[pos_];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return false;
    code = code * 16 + static_cast<unsigned>(digit);
  }
  return true;
}

// After the u of an escape; two of them make one character beyond the first plane.
bool JsonReader::unicode(std::string& out) {
  unsigned code = 0;
  if (!hex4(code)) return false;
  if (code >= 0xD800 && code < 0xDC00 && text_.substr(pos_).starts_with("\\u")) {
    pos_ += 2;
    unsigned low = 0;
    if (!hex4(low) || low < 0xDC00 || low > 0xDFFF) return false;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xD800 && code < 0xE000) {
    return false;
  }
  append_utf8(out, code);
  return true;
}

bool JsonReader::string(std::string& out) {
  if (pos_ >= text_.size() || text_[pos_] != '"') return false;
  ++pos_;
  while (pos_ < text_.size()) {
    const char c = text_[pos_++];
    if (c == '"') return true;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (pos_ >= text_.size()) return false;
    const char escape = text_[pos_++];
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (const std::size_t at = kFrom.find(escape); at != std::string_view::npos) {
      out += kTo[at];
    } else if (escape != 'u' || !unicode(out)) {
      return false;
    }
  }
  return false;
}

}  // namespace incident::logql
