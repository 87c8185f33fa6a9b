// label_replace and label_join.
#include <re2/re2.h>

#include <charconv>

#include "promql/evaluator.h"

namespace incident::promql {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Go's Regexp.Expand: $1, $name, ${1}, ${name}, and $$ for a dollar. A name is as long as can be; one that
// the pattern does not have is empty.
std::string expand(std::string_view format, const re2::RE2& pattern,
                   const std::vector<re2::StringPiece>& groups) {
  std::string out;
  while (!format.empty()) {
    const std::size_t dollar = format.find('$');
    out += format.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    format.remove_prefix(dollar + 1);
    if (!format.empty() && format[0] == '$') {
      out += '$';
      format.remove_prefix(1);
      continue;
    }
    const bool braced = !format.empty() && format[0] == '{';
    std::size_t n = braced ? 1 : 0;
    while (n < format.size() && is_name_letter(format[n])) ++n;
    const std::string name(format.substr(braced ? 1 : 0, n - (braced ? 1 : 0)));
    if (name.empty() || (braced && (n >= format.size() || format[n] != '}'))) {
      out += '$';  // not a reference after all
      continue;
    }
    format.remove_prefix(braced ? n + 1 : n);
    std::size_t group = groups.size();
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), group);
    if (error != std::errc() || end != name.data() + name.size()) {
      const auto& named = pattern.NamedCapturingGroups();
      const auto it = named.find(name);
      group = it == named.end() ? groups.size() : static_cast<std::size_t>(it->second);
    }
    if (group < groups.size()) out.append(groups[group].data(), groups[group].size());
  }
  return out;
}

const std::string& text_of(const Expr& expr, std::size_t argument) {
  return unwrap(*expr.args[argument]).text;
}

}  // namespace

Frame Evaluator::label_replace(const Expr& expr, const StepRange& steps) {
  const std::string& target = text_of(expr, 1);
  const std::string& replacement = text_of(expr, 2);
  const std::string& source = text_of(expr, 3);
  const auto pattern = compile_pattern(text_of(expr, 4));
  if (!pattern) fault("invalid regular expression in label_replace(): " + text_of(expr, 4));
  if (!is_label_name(target)) fault("invalid destination label name in label_replace(): " + target);

  Frame frame = vector(*expr.args[0], steps);
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>((*pattern)->NumberOfCapturingGroups()) + 1);
  for (std::size_t row = 0; row < frame.size(); ++row) {
    const std::string_view value = frame.labels(row).get(source);
    const re2::StringPiece text(value.data(), value.size());
    if (!(*pattern)->Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(),
                           static_cast<int>(groups.size())))
      continue;
    auto labels = std::make_shared<Labels>(frame.labels(row));
    labels->set(target, expand(replacement, **pattern, groups));
    frame.set_labels(row, std::move(labels));
  }
  join_same_labels(frame, Joining::kByStep, budget_);
  return frame;
}

Frame Evaluator::label_join(const Expr& expr, const StepRange& steps) {
  const std::string& target = text_of(expr, 1);
  const std::string& separator = text_of(expr, 2);
  for (std::size_t i = 3; i < expr.args.size(); ++i)
    if (!is_label_name(text_of(expr, i)))
      fault("invalid source label name in label_join(): " + text_of(expr, i));
  if (!is_label_name(target)) fault("invalid destination label name in label_join(): " + target);

  Frame frame = vector(*expr.args[0], steps);
  for (std::size_t row = 0; row < frame.size(); ++row) {
    std::string joined;
    for (std::size_t i = 3; i < expr.args.size(); ++i) {
      if (i > 3) joined += separator;
      joined += frame.labels(row).get(text_of(expr, i));
    }
    auto labels = std::make_shared<Labels>(frame.labels(row));
    labels->set(target, joined);
    frame.set_labels(row, std::move(labels));
  }
  join_same_labels(frame, Joining::kByStep, budget_);
  return frame;
}

}  // namespace incident::promql
