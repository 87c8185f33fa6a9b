#include "scenario/json_text.h"

#include <algorithm>
#include <optional>

namespace incident::scenario {
namespace {

// Walks text that is known to be JSON.
class LineWalk {
 public:
  explicit LineWalk(std::string_view text) : text_(text) {}

  std::optional<std::string> repeated;  // pointer of the first key that came twice

  void value(const std::string& pointer, std::map<std::string, int>& lines) {
    space();
    if (!lines.emplace(pointer, line_).second && !repeated) repeated = pointer;
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      container(pointer, c == '{', lines);
    } else if (c == '"') {
      string();
    } else {
      while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos)
        ++at_;
    }
  }

 private:
  void container(const std::string& pointer, bool object, std::map<std::string, int>& lines) {
    ++at_;
    for (int index = 0;; ++index) {
      space();
      if (text_[at_] == '}' || text_[at_] == ']') break;
      std::string key = std::to_string(index);
      if (object) {
        key = escaped(string());
        space();
        ++at_;  // the colon
      }
      value(pointer + "/" + key, lines);
      space();
      if (text_[at_] == ',') ++at_;
    }
    ++at_;
  }

  std::string_view string() {
    const std::size_t begin = ++at_;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    return text_.substr(begin, at_++ - begin);
  }

  static std::string escaped(std::string_view key) {
    std::string out;
    for (const char c : key) {
      if (c == '~') {
        out += "~0";
      } else if (c == '/') {
        out += "~1";
      } else {
        out += c;
      }
    }
    return out;
  }

  void space() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
      } else if (text_[at_] != ' ' && text_[at_] != '\t' && text_[at_] != '\r') {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::string JsonText::where(const std::string& pointer) const {
  const auto found = lines.find(pointer);
  const int line = found == lines.end() ? 1 : found->second;
  return file + ":" + std::to_string(line) + (pointer.empty() ? "" : " " + pointer);
}

Result<JsonText> parse_json_text(std::string file, std::string_view text) {
  JsonText out;
  out.file = std::move(file);
  try {
    out.root = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    const std::size_t byte = std::min(e.byte, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n');
    return invalid("this is not JSON: expected a complete value here", out.file + ":" + std::to_string(line));
  }
  LineWalk walk(text);
  walk.value("", out.lines);
  if (walk.repeated) return invalid("this key stands twice in its object", out.where(*walk.repeated));
  return out;
}

}  // namespace incident::scenario
