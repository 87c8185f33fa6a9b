// The part of Go's text/template that line_format and label_format use: {{.label}}, pipelines, if and else,
// and the cheap ones of Loki's functions. Immutable once parsed; copies share; any thread may render.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "logql/line_labels.h"

namespace incident::logql {

struct TemplateNode;

// What a template can see of a line.
struct TemplateInput {
  const LineLabels& labels;
  std::string_view line;
  std::int64_t t_ns;
};

class Template {
 public:
  // Errors say what is wrong, and which functions there are when one is not known.
  static Result<Template> parse(std::string_view text);
  // Errors: an argument that a function cannot take, a line longer than limits::kLineBytesMax.
  Result<std::string> render(const TemplateInput& input) const;

 private:
  std::shared_ptr<const TemplateNode> root_;
};

}  // namespace incident::logql
