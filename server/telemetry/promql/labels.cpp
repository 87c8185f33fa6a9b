#include "promql/labels.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "promql/utf8.h"

namespace incident::promql {

namespace {

bool before(const Label& label, std::string_view name) {
  return label.name < name;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Labels::Labels(std::initializer_list<Label> labels) : Labels(from(std::vector<Label>(labels))) {}

Labels Labels::from(std::vector<Label> labels) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.name < b.name; });
  Labels out;
  out.labels_.reserve(labels.size());
  for (Label& label : labels) {
    if (!out.labels_.empty() && out.labels_.back().name == label.name)
      out.labels_.back() = std::move(label);
    else
      out.labels_.push_back(std::move(label));
  }
  std::erase_if(out.labels_, [](const Label& label) { return label.value.empty(); });
  return out;
}

const Label* Labels::find(std::string_view name) const {
  const auto it = std::lower_bound(labels_.begin(), labels_.end(), name, before);
  return it != labels_.end() && it->name == name ? &*it : nullptr;
}

std::string_view Labels::get(std::string_view name) const {
  const Label* label = find(name);
  return label == nullptr ? std::string_view{} : std::string_view(label->value);
}

void Labels::set(std::string_view name, std::string_view value) {
  if (value.empty()) {
    erase(name);
    return;
  }
  const auto it = std::lower_bound(labels_.begin(), labels_.end(), name, before);
  if (it != labels_.end() && it->name == name)
    it->value = value;
  else
    labels_.insert(it, Label{std::string(name), std::string(value)});
}

void Labels::erase(std::string_view name) {
  const auto it = std::lower_bound(labels_.begin(), labels_.end(), name, before);
  if (it != labels_.end() && it->name == name) labels_.erase(it);
}

std::uint64_t Labels::hash() const {
  std::string bytes;  // 0xFF is in no UTF-8 text, so it separates without doubt
  for (const Label& label : labels_) {
    bytes += label.name;
    bytes += '\xFF';
    bytes += label.value;
    bytes += '\xFF';
  }
  return hash_text(bytes);
}

namespace {

std::string in_braces(const std::vector<Label>& labels, bool with_name) {
  std::string out;
  for (const Label& label : labels) {
    if (!with_name && label.name == kMetricName) continue;
    out += out.empty() ? "{" : ", ";
    out += label.name;
    out += '=';
    out += quote(label.value);
  }
  return out.empty() ? out : out + "}";
}

}  // namespace

std::string Labels::to_string() const {
  const std::string out = std::string(metric_name()) + in_braces(labels_, false);
  return out.empty() ? "{}" : out;
}

std::string Labels::to_string_with_name() const {
  return empty() ? "{}" : in_braces(labels_, true);
}

bool is_label_name(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_metric_name(std::string_view text) {
  if (text.empty() || is_digit(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

std::string quote(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    const char c = text[0];
    if (n > 1) {
      out += text.substr(0, n);
      text.remove_prefix(n);
      continue;
    }
    text.remove_prefix(1);
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\a':
        out += "\\a";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\v':
        out += "\\v";
        break;
      default:
        if (n == 0 || byte < 0x20 || byte == 0x7F) {
          out += "\\x";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
  return out;
}

}  // namespace incident::promql
