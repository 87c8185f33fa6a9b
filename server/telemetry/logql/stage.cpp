#include "logql/stage.h"

#include <re2/re2.h>

#include <algorithm>

#include "promql/limits.h"
#include "promql/utf8.h"

namespace incident::logql {

Result<PatternPtr> compile_search(std::string_view pattern) {
  // The anchored form is made only to have its errors in Go's words.
  if (const auto checked = promql::compile_pattern(pattern); !checked) return checked.error();
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(promql::limits::kPatternMemoryMax);
  auto compiled = std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled->ok()) return invalid("error parsing regexp: " + compiled->error());
  return PatternPtr(std::move(compiled));
}

std::string label_name_from(std::string_view text, bool begins) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string out;
  if (begins && !text.empty() && text[0] >= '0' && text[0] <= '9') out = "_";
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, promql::utf8_length(text));
    const char c = text[0];
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += good ? c : '_';
    text.remove_prefix(length);
  }
  return out;
}

bool apply(const LineFilter& stage, Line& line) {
  const auto matches = [&](std::size_t i) {
    if (!stage.regex) return line.text.find(stage.texts[i]) != std::string_view::npos;
    return re2::RE2::PartialMatch(re2::StringPiece(line.text.data(), line.text.size()), *stage.patterns[i]);
  };
  for (std::size_t i = 0; i < stage.texts.size(); ++i) {
    if (matches(i)) return !stage.negated;
  }
  return stage.negated;
}

// Colours and other escapes of terminals: ESC [ parameters letter.
bool apply(const Decolorize&, Line& line) {
  if (line.text.find('\x1b') == std::string_view::npos) return true;
  std::string out;
  for (std::size_t i = 0; i < line.text.size(); ++i) {
    if (line.text[i] != '\x1b' || i + 1 >= line.text.size() || line.text[i + 1] != '[') {
      out += line.text[i];
      continue;
    }
    i += 2;
    while (i < line.text.size() && !(line.text[i] >= '@' && line.text[i] <= '~')) ++i;
  }
  line.rewrite(std::move(out));
  return true;
}

bool apply(const LineFormat& stage, Line& line) {
  auto made = stage.line.render({line.labels, line.text, line.t_ns});
  if (made)
    line.rewrite(std::move(*made));
  else
    line.labels.fail(kTemplateError, made.error().message);
  return true;
}

bool apply(const LabelFormat& stage, Line& line) {
  for (const LabelFormat::Assignment& assignment : stage.assignments) {
    if (assignment.value) {
      const auto made = assignment.value->render({line.labels, line.text, line.t_ns});
      if (made)
        line.labels.set(assignment.target, *made);
      else
        line.labels.fail(kTemplateError, made.error().message);
    } else if (line.labels.has(assignment.source)) {
      const std::string value(line.labels.get(assignment.source));
      line.labels.set(assignment.target, value);
      line.labels.erase(assignment.source);
    }
  }
  return true;
}

bool apply(const PickLabels& stage, Line& line) {
  for (const std::string& name : line.labels.names()) {
    const bool picked =
        std::any_of(stage.picks.begin(), stage.picks.end(), [&](const PickLabels::Pick& pick) {
          return pick.name == name && (!pick.matcher || pick.matcher->matches(line.labels.get(name)));
        });
    if (stage.keep && (name == kErrorLabel || name == kErrorDetails))
      continue;  // no stage hides an error by chance
    if (picked != stage.keep) line.labels.erase(name);
  }
  return true;
}

bool apply(const std::vector<Stage>& stages, Line& line) {
  return std::all_of(stages.begin(), stages.end(), [&line](const Stage& stage) {
    return std::visit([&line](const auto& one) { return apply(one, line); }, stage);
  });
}

bool reads_lines(const std::vector<Stage>& stages) {
  return std::any_of(stages.begin(), stages.end(), [](const Stage& stage) {
    return !std::holds_alternative<LabelFilter>(stage) && !std::holds_alternative<PickLabels>(stage);
  });
}

}  // namespace incident::logql
