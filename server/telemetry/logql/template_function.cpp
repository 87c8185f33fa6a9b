#include "logql/template_function.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "logql/limits.h"
#include "logql/units.h"
#include "promql/matcher.h"
#include "promql/number.h"

namespace incident::logql {
namespace {

using Value = TemplateValue;
using Arguments = std::span<const Value>;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}
std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

enum Side { kLeft = 1, kRight = 2, kBoth = 3 };
std::string trimmed(std::string_view text, std::string_view set, Side side) {
  const std::size_t from = side & kLeft ? text.find_first_not_of(set) : 0;
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from);
  if (side & kRight) text = text.substr(0, text.find_last_not_of(set) + 1);
  return std::string(text);
}
constexpr std::string_view kSpace = " \t\r\n\v\f";

std::string without_prefix(std::string text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return text;
}
std::string without_suffix(std::string text, std::string_view suffix) {
  if (text.ends_with(suffix)) text.erase(text.size() - suffix.size());
  return text;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to, std::int64_t times) {
  std::string out;
  if (from.empty()) return std::string(text);
  while (times != 0) {
    const std::size_t at = text.find(from);
    if (at == std::string_view::npos) break;
    out += text.substr(0, at);
    out += to;
    if (out.size() > limits::kLineBytesMax) throw TemplateFault{"the text grows too long"};
    text.remove_prefix(at + from.size());
    --times;
  }
  return out += text;
}

double number(const Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
  if (const auto* d = std::get_if<double>(&value)) return *d;
  return parse_float(text_of(value)).value_or(0);  // what is no number counts as zero, as in Loki
}
std::int64_t integer(const Value& value) {
  const double n = number(value);
  return std::abs(n) < 9e18 ? static_cast<std::int64_t>(n) : 0;
}

// Lengths and positions count characters, not bytes, so that no character is cut.
std::size_t bytes_of(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size() && characters > 0; --characters) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}
std::int64_t length_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}
std::string part(std::string_view text, std::int64_t from, std::int64_t to) {
  const std::int64_t length = length_of(text);
  from = std::clamp<std::int64_t>(from, 0, length);
  to = to < 0 ? length : std::clamp<std::int64_t>(to, from, length);
  const std::size_t begin = bytes_of(text, static_cast<std::size_t>(from));
  return std::string(text.substr(begin, bytes_of(text, static_cast<std::size_t>(to)) - begin));
}
std::string aligned(std::string_view text, std::int64_t width, bool left) {
  width = std::clamp<std::int64_t>(width, 0, 1000);
  const std::int64_t length = length_of(text);
  if (length >= width) return left ? part(text, 0, width) : part(text, length - width, -1);
  const std::string space(static_cast<std::size_t>(width - length), ' ');
  return left ? std::string(text) + space : space + std::string(text);
}

std::string pattern_replaced(const Value& pattern, const Value& text, std::string to, bool literal) {
  const std::string source = text_of(pattern);
  if (const auto checked = promql::compile_pattern(source); !checked)
    throw TemplateFault{checked.error().message};
  const re2::RE2 compiled(source, re2::RE2::Quiet);
  std::string rewrite;  // Go writes ${1} or $1 where RE2 writes \1
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] == '\\') {
      rewrite += "\\\\";
    } else if (!literal && to[i] == '$' && i + 1 < to.size()) {
      const bool brace = to[i + 1] == '{';
      const std::size_t digit = i + (brace ? 2 : 1);
      if (digit < to.size() && to[digit] >= '0' && to[digit] <= '9') {
        rewrite += '\\';
        rewrite += to[digit];
        i = digit + (brace ? 1 : 0);
      } else {
        rewrite += to[i];
      }
    } else {
      rewrite += to[i];
    }
  }
  std::string out = text_of(text);
  std::string why;
  if (!compiled.CheckRewriteString(rewrite, &why)) throw TemplateFault{why};
  re2::RE2::GlobalReplace(&out, compiled, rewrite);
  return out;
}

Value arithmetic(Arguments a, std::int64_t (*apply)(std::int64_t, std::int64_t)) {
  std::int64_t out = integer(a[0]);
  for (const Value& v : a.subspan(1)) out = apply(out, integer(v));
  return out;
}
Value arithmetic(Arguments a, double (*apply)(double, double)) {
  double out = number(a[0]);
  for (const Value& v : a.subspan(1)) out = apply(out, number(v));
  return out;
}
std::int64_t wrapped(std::uint64_t n) {
  return static_cast<std::int64_t>(n);
}
std::int64_t safe_divide(std::int64_t a, std::int64_t b) {
  if (b == 0) throw TemplateFault{"division by zero"};
  return b == -1 ? wrapped(0 - static_cast<std::uint64_t>(a)) : a / b;
}
std::int64_t safe_modulo(std::int64_t a, std::int64_t b) {
  if (b == 0) throw TemplateFault{"division by zero"};
  return b == -1 ? 0 : a % b;
}

int compared(const Value& a, const Value& b) {
  if (std::holds_alternative<std::string>(a) && std::holds_alternative<std::string>(b))
    return std::get<std::string>(a).compare(std::get<std::string>(b));
  if (std::holds_alternative<std::string>(a) != std::holds_alternative<std::string>(b))
    throw TemplateFault{"incompatible types for comparison: make a label a number with int or float64 first"};
  const double x = number(a), y = number(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

#define TEMPLATE_CALL(expression) [](Arguments a) -> Value { return expression; }
using U = std::uint64_t;
constexpr std::array kFunctions{
    TemplateFunction{"lower", 1, TEMPLATE_CALL(lower(text_of(a[0])))},
    TemplateFunction{"ToLower", 1, TEMPLATE_CALL(lower(text_of(a[0])))},
    TemplateFunction{"upper", 1, TEMPLATE_CALL(upper(text_of(a[0])))},
    TemplateFunction{"ToUpper", 1, TEMPLATE_CALL(upper(text_of(a[0])))},
    TemplateFunction{"trim", 1, TEMPLATE_CALL(trimmed(text_of(a[0]), kSpace, kBoth))},
    TemplateFunction{"TrimSpace", 1, TEMPLATE_CALL(trimmed(text_of(a[0]), kSpace, kBoth))},
    TemplateFunction{"trimAll", 2, TEMPLATE_CALL(trimmed(text_of(a[1]), text_of(a[0]), kBoth))},
    TemplateFunction{"Trim", 2, TEMPLATE_CALL(trimmed(text_of(a[0]), text_of(a[1]), kBoth))},
    TemplateFunction{"TrimLeft", 2, TEMPLATE_CALL(trimmed(text_of(a[0]), text_of(a[1]), kLeft))},
    TemplateFunction{"TrimRight", 2, TEMPLATE_CALL(trimmed(text_of(a[0]), text_of(a[1]), kRight))},
    TemplateFunction{"trimPrefix", 2, TEMPLATE_CALL(without_prefix(text_of(a[1]), text_of(a[0])))},
    TemplateFunction{"TrimPrefix", 2, TEMPLATE_CALL(without_prefix(text_of(a[0]), text_of(a[1])))},
    TemplateFunction{"trimSuffix", 2, TEMPLATE_CALL(without_suffix(text_of(a[1]), text_of(a[0])))},
    TemplateFunction{"TrimSuffix", 2, TEMPLATE_CALL(without_suffix(text_of(a[0]), text_of(a[1])))},
    TemplateFunction{"replace", 3, TEMPLATE_CALL(replaced(text_of(a[2]), text_of(a[0]), text_of(a[1]), -1))},
    TemplateFunction{"Replace", 4,
                     TEMPLATE_CALL(replaced(text_of(a[0]), text_of(a[1]), text_of(a[2]), integer(a[3])))},
    TemplateFunction{"regexReplaceAll", 3, TEMPLATE_CALL(pattern_replaced(a[0], a[1], text_of(a[2]), false))},
    TemplateFunction{"regexReplaceAllLiteral", 3,
                     TEMPLATE_CALL(pattern_replaced(a[0], a[1], text_of(a[2]), true))},
    TemplateFunction{"substr", 3, TEMPLATE_CALL(part(text_of(a[2]), integer(a[0]), integer(a[1])))},
    TemplateFunction{"trunc", 2,
                     TEMPLATE_CALL(integer(a[0]) >= 0 ? part(text_of(a[1]), 0, integer(a[0]))
                                                      : part(text_of(a[1]),
                                                             length_of(text_of(a[1])) + integer(a[0]), -1))},
    TemplateFunction{"alignLeft", 2, TEMPLATE_CALL(aligned(text_of(a[1]), integer(a[0]), true))},
    TemplateFunction{"alignRight", 2, TEMPLATE_CALL(aligned(text_of(a[1]), integer(a[0]), false))},
    TemplateFunction{"contains", 2, TEMPLATE_CALL(text_of(a[1]).find(text_of(a[0])) != std::string::npos)},
    TemplateFunction{"hasPrefix", 2, TEMPLATE_CALL(text_of(a[1]).starts_with(text_of(a[0])))},
    TemplateFunction{"hasSuffix", 2, TEMPLATE_CALL(text_of(a[1]).ends_with(text_of(a[0])))},
    TemplateFunction{"default", 2, TEMPLATE_CALL(truth_of(a[1]) ? a[1] : a[0])},
    TemplateFunction{"len", 1, TEMPLATE_CALL(static_cast<std::int64_t>(text_of(a[0]).size()))},
    TemplateFunction{"eq", 2, TEMPLATE_CALL(compared(a[0], a[1]) == 0)},
    TemplateFunction{"ne", 2, TEMPLATE_CALL(compared(a[0], a[1]) != 0)},
    TemplateFunction{"lt", 2, TEMPLATE_CALL(compared(a[0], a[1]) < 0)},
    TemplateFunction{"le", 2, TEMPLATE_CALL(compared(a[0], a[1]) <= 0)},
    TemplateFunction{"gt", 2, TEMPLATE_CALL(compared(a[0], a[1]) > 0)},
    TemplateFunction{"ge", 2, TEMPLATE_CALL(compared(a[0], a[1]) >= 0)},
    TemplateFunction{"not", 1, TEMPLATE_CALL(!truth_of(a[0]))},
    TemplateFunction{"and", -1,
                     [](Arguments a) -> Value {
                       for (const Value& v : a.first(a.size() - 1))
                         if (!truth_of(v)) return v;
                       return a.back();
                     }},
    TemplateFunction{"or", -1,
                     [](Arguments a) -> Value {
                       for (const Value& v : a.first(a.size() - 1))
                         if (truth_of(v)) return v;
                       return a.back();
                     }},
    TemplateFunction{"int", 1, TEMPLATE_CALL(integer(a[0]))},
    TemplateFunction{"float64", 1, TEMPLATE_CALL(number(a[0]))},
    TemplateFunction{"add", -1, TEMPLATE_CALL(arithmetic(a, [](std::int64_t x, std::int64_t y) {
                       return wrapped(static_cast<U>(x) + static_cast<U>(y));
                     }))},
    TemplateFunction{"sub", -1, TEMPLATE_CALL(arithmetic(a, [](std::int64_t x, std::int64_t y) {
                       return wrapped(static_cast<U>(x) - static_cast<U>(y));
                     }))},
    TemplateFunction{"mul", -1, TEMPLATE_CALL(arithmetic(a, [](std::int64_t x, std::int64_t y) {
                       return wrapped(static_cast<U>(x) * static_cast<U>(y));
                     }))},
    TemplateFunction{"div", -1, TEMPLATE_CALL(arithmetic(a, safe_divide))},
    TemplateFunction{"mod", -1, TEMPLATE_CALL(arithmetic(a, safe_modulo))},
    TemplateFunction{"addf", -1, TEMPLATE_CALL(arithmetic(a, [](double x, double y) { return x + y; }))},
    TemplateFunction{"subf", -1, TEMPLATE_CALL(arithmetic(a, [](double x, double y) { return x - y; }))},
    TemplateFunction{"mulf", -1, TEMPLATE_CALL(arithmetic(a, [](double x, double y) { return x * y; }))},
    TemplateFunction{"divf", -1, TEMPLATE_CALL(arithmetic(a, [](double x, double y) { return x / y; }))},
    TemplateFunction{"bytes", 1, TEMPLATE_CALL(static_cast<double>(parse_bytes(text_of(a[0])).value_or(0)))},
    TemplateFunction{
        "duration", 1,
        TEMPLATE_CALL(static_cast<double>(parse_go_duration_ns(text_of(a[0])).value_or(0)) * 1e-9)},
    TemplateFunction{
        "duration_seconds", 1,
        TEMPLATE_CALL(static_cast<double>(parse_go_duration_ns(text_of(a[0])).value_or(0)) * 1e-9)},
};
#undef TEMPLATE_CALL

}  // namespace

const TemplateFunction* find_template_function(std::string_view name) {
  for (const TemplateFunction& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

std::string template_function_names() {
  std::string out;
  for (const TemplateFunction& function : kFunctions) {
    if (!out.empty()) out += ", ";
    out += function.name;
  }
  return out;
}

std::string text_of(const TemplateValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* n = std::get_if<std::int64_t>(&value)) return std::to_string(*n);
  if (const auto* d = std::get_if<double>(&value)) return promql::format_literal(*d);
  return std::get<bool>(value) ? "true" : "false";
}

bool truth_of(const TemplateValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n != 0;
  if (const auto* d = std::get_if<double>(&value)) return *d != 0;
  return std::get<bool>(value);
}

}  // namespace incident::logql
