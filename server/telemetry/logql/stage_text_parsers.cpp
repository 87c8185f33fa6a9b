// logfmt, regexp and pattern.
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "logql/stage.h"
#include "promql/labels.h"

namespace incident::logql {
namespace {

// key=value pairs, values in quotes or not. A word that is no pair is passed by, or with `strict` an error.
class Logfmt {
 public:
  Logfmt(std::string_view text, bool strict) : text_(text), strict_(strict) {}

  bool next() {
    while (error_.empty()) {
      while (pos_ < text_.size() && is_space(text_[pos_])) ++pos_;
      if (pos_ >= text_.size()) return false;
      if (pair()) return true;
    }
    return false;
  }
  std::string_view key() const { return key_; }
  const std::string& value() const { return value_; }
  const std::string& error() const { return error_; }

 private:
  static bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

  bool pair() {
    const std::size_t from = pos_;
    value_.clear();
    while (pos_ < text_.size() && !is_space(text_[pos_]) && text_[pos_] != '=') {
      if (text_[pos_] == '"') return unexpected();
      ++pos_;
    }
    key_ = text_.substr(from, pos_ - from);
    if (pos_ >= text_.size() || is_space(text_[pos_])) return true;  // a word alone has no value
    if (key_.empty()) return unexpected();
    ++pos_;
    if (pos_ < text_.size() && text_[pos_] == '"') return quoted();
    const std::size_t begin = pos_;
    for (; pos_ < text_.size() && !is_space(text_[pos_]); ++pos_) {
      if (text_[pos_] == '=' || text_[pos_] == '"') return unexpected();
    }
    value_ = text_.substr(begin, pos_ - begin);
    return true;
  }

  bool quoted() {
    for (++pos_; pos_ < text_.size(); ++pos_) {
      const char c = text_[pos_];
      if (c == '"') {
        ++pos_;
        return true;
      }
      if (c != '\\' || pos_ + 1 >= text_.size()) {
        value_ += c;
        continue;
      }
      ++pos_;
      constexpr std::string_view kFrom = "nrtbf", kTo = "\n\r\t\b\f";
      const std::size_t at = kFrom.find(text_[pos_]);
      value_ += at == std::string_view::npos ? text_[pos_] : kTo[at];
    }
    return fault("unterminated quoted value");
  }

  bool unexpected() { return fault(std::string("unexpected '") + text_[pos_] + "'"); }
  bool fault(const std::string& what) {
    if (strict_) error_ = "logfmt syntax error at pos " + std::to_string(pos_ + 1) + " : " + what;
    while (pos_ < text_.size() && !is_space(text_[pos_])) ++pos_;
    return false;
  }

  std::string_view text_;
  bool strict_;
  std::size_t pos_ = 0;
  std::string_view key_;
  std::string value_;
  std::string error_;
};

bool is_capture_name(std::string_view text) {
  return promql::is_label_name(text);
}

}  // namespace

bool apply(const LogfmtParser& stage, Line& line) {
  Logfmt pairs(line.text, stage.strict);
  while (pairs.next()) {
    if (pairs.value().empty()) continue;
    if (stage.wanted.empty()) {
      const std::string name = label_name_from(pairs.key());
      if (!name.empty()) line.labels.extract(name, pairs.value());
      continue;
    }
    for (const auto& [label, key] : stage.wanted) {
      if (key == pairs.key()) line.labels.extract(label, pairs.value());
    }
  }
  if (!pairs.error().empty()) line.labels.fail(kLogfmtError, pairs.error());
  return true;
}

Result<RegexpParser> RegexpParser::make(std::string_view pattern) {
  RegexpParser out;
  auto compiled = compile_search(pattern);
  if (!compiled) return compiled.error();
  out.pattern = std::move(*compiled);
  const auto& named = out.pattern->CapturingGroupNames();
  if (named.empty()) return invalid("at least one named capture must be supplied");
  out.names.resize(static_cast<std::size_t>(out.pattern->NumberOfCapturingGroups()));
  for (const auto& [group, name] : named) {
    if (!promql::is_label_name(name)) return invalid("invalid extracted label name '" + name + "'");
    out.names[static_cast<std::size_t>(group - 1)] = name;
  }
  return out;
}

bool apply(const RegexpParser& stage, Line& line) {
  std::vector<re2::StringPiece> groups(stage.names.size() + 1);
  const re2::StringPiece text(line.text.data(), line.text.size());
  if (!stage.pattern->Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups.data(),
                            static_cast<int>(groups.size())))
    return true;
  for (std::size_t i = 0; i < stage.names.size(); ++i) {
    const re2::StringPiece& group = groups[i + 1];
    if (!stage.names[i].empty()) line.labels.extract(stage.names[i], {group.data(), group.size()});
  }
  return true;
}

Result<PatternParser> PatternParser::make(std::string_view pattern) {
  PatternParser out;
  std::string literal;
  bool captures = false;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::size_t close = pattern[i] == '<' ? pattern.find('>', i) : std::string_view::npos;
    const std::string_view name =
        close == std::string_view::npos ? std::string_view{} : pattern.substr(i + 1, close - i - 1);
    if (!is_capture_name(name)) {
      literal += pattern[i++];
      continue;
    }
    if (literal.empty() && !out.parts.empty())
      return invalid("found consecutive capture '<" + out.parts.back().text + "><" + std::string(name) +
                     ">'");
    if (!literal.empty()) out.parts.push_back({false, std::exchange(literal, {})});
    const bool again = std::any_of(out.parts.begin(), out.parts.end(), [&](const Part& part) {
      return part.capture && part.text == name && name != "_";
    });
    if (again) return invalid("duplicate capture name (" + std::string(name) + ")");
    out.parts.push_back({true, std::string(name)});
    captures |= name != "_";
    i = close + 1;
  }
  if (!literal.empty()) out.parts.push_back({false, std::move(literal)});
  if (!captures) return invalid("at least one capture is required");
  return out;
}

// The first literal must begin the line; a capture reaches to the next literal, or to the end of the line.
bool apply(const PatternParser& stage, Line& line) {
  std::string_view rest = line.text;
  std::size_t i = 0;
  if (!stage.parts[0].capture) {
    if (!rest.starts_with(stage.parts[0].text)) return true;
    rest.remove_prefix(stage.parts[0].text.size());
    i = 1;
  }
  std::vector<std::pair<const std::string*, std::string_view>> found;
  while (i < stage.parts.size()) {
    const std::string& name = stage.parts[i].text;
    const std::size_t end =
        i + 1 < stage.parts.size() ? rest.find(stage.parts[i + 1].text) : std::string_view::npos;
    if (name != "_") found.emplace_back(&name, rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + stage.parts[i + 1].text.size());
    i += 2;
  }
  for (const auto& [name, value] : found) line.labels.extract(*name, value);
  return true;
}

}  // namespace incident::logql
