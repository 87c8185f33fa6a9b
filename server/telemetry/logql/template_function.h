// Values and functions of templates. Inside the template only; template.h is the door.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace incident::logql {

using TemplateValue = std::variant<std::string, std::int64_t, double, bool>;

// Thrown inside the template's files only.
struct TemplateFault {
  std::string message;
};

struct TemplateFunction {
  std::string_view name;
  int arguments = 0;  // -1: two or more
  TemplateValue (*call)(std::span<const TemplateValue> arguments) = nullptr;
};

// nullptr when there is none.
const TemplateFunction* find_template_function(std::string_view name);
std::string template_function_names();

std::string text_of(const TemplateValue& value);
bool truth_of(const TemplateValue& value);

}  // namespace incident::logql
