#include "scenario/json_node.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "promql/number.h"

namespace incident::scenario {
namespace {

using nlohmann::json;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string pointer_key(std::string_view key) {
  std::string out;
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

// "250us" too, which PromQL's durations do not have.
std::optional<std::int64_t> microseconds_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::optional<std::int64_t> us;
  if (text.ends_with("us")) {
    const auto number = promql::parse_number(text.substr(0, text.size() - 2));
    if (number) us = static_cast<std::int64_t>(*number);
  } else if (const auto ms = promql::parse_duration_ms(text)) {
    us = *ms * 1000;
  } else if (text.ends_with("ms")) {  // "1.5ms"
    const auto number = promql::parse_number(text.substr(0, text.size() - 2));
    if (number) us = std::llround(*number * 1000);
  }
  if (us && negative) us = -*us;
  return us;
}

std::optional<double> number_before(std::string_view text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return std::nullopt;
  return promql::parse_number(text.substr(0, text.size() - suffix.size()));
}

}  // namespace

std::string nearest(std::string_view name, std::span<const std::string_view> names) {
  std::string_view best;
  std::size_t distance = name.size() / 2 + 1;
  for (const auto candidate : names) {
    const std::size_t d = edit_distance(name, candidate);
    if (d < distance) {
      distance = d;
      best = candidate;
    }
  }
  return std::string(best);
}

void Node::fail(const std::string& message) const {
  throw Problem{invalid(message, text_->where(pointer_))};
}

std::string Node::where() const {
  return text_->where(pointer_);
}

void Node::only(std::span<const std::string_view> allowed) const {
  if (!value_->is_object()) fail("must be an object");
  for (const auto& item : value_->items()) {
    if (std::find(allowed.begin(), allowed.end(), item.key()) != allowed.end()) continue;
    std::string message = "\"" + item.key() + "\" is not known here";
    if (const auto near = nearest(item.key(), allowed); !near.empty()) {
      message += "; did you mean \"" + near + "\"?";
    } else {
      message += "; allowed are ";
      for (std::size_t i = 0; i < allowed.size(); ++i)
        message += (i > 0 ? ", " : "") + std::string(allowed[i]);
    }
    Node(*text_, item.value(), pointer_ + "/" + pointer_key(item.key())).fail(message);
  }
}

void Node::only(const ObjectSpec& spec) const {
  std::vector<std::string_view> names;
  for (const Field& field : spec.fields) names.push_back(field.name);
  only(names);
  for (const Field& field : spec.fields) {
    if (field.required && !has(field.name))
      fail("\"" + std::string(field.name) + "\" is missing: " + std::string(field.meaning));
    if (has(field.name) && !field.choices.empty()) at(field.name).one_of(field.choices);
  }
}

bool Node::is_object() const {
  return value_->is_object();
}

bool Node::has(std::string_view key) const {
  return value_->is_object() && value_->contains(key);
}

Node Node::at(std::string_view key) const {
  if (!value_->is_object()) fail("must be an object");
  const auto found = value_->find(key);
  if (found == value_->end()) fail("\"" + std::string(key) + "\" is missing");
  return {*text_, *found, pointer_ + "/" + pointer_key(key)};
}

void Node::each_member(const std::function<void(const std::string&, const Node&)>& visit) const {
  if (!value_->is_object()) fail("must be an object");
  for (const auto& item : value_->items())
    visit(item.key(), Node(*text_, item.value(), pointer_ + "/" + pointer_key(item.key())));
}

std::size_t Node::size() const {
  return value_->size();
}

void Node::each(const std::function<void(const Node&)>& visit) const {
  if (!value_->is_array()) fail("must be a list");
  for (std::size_t i = 0; i < value_->size(); ++i)
    visit(Node(*text_, (*value_)[i], pointer_ + "/" + std::to_string(i)));
}

std::string Node::text() const {
  if (!value_->is_string() || value_->get_ref<const std::string&>().empty())
    fail("must be a text that is not empty");
  return value_->get<std::string>();
}

void Node::one_of(std::span<const std::string_view> choices) const {
  if (std::find(choices.begin(), choices.end(), text()) != choices.end()) return;
  std::string all;
  for (const auto choice : choices) all += (all.empty() ? "" : ", ") + std::string(choice);
  fail("must be one of " + all);
}

bool Node::boolean() const {
  if (!value_->is_boolean()) fail("must be true or false");
  return value_->get<bool>();
}

std::int64_t Node::whole(std::int64_t min, std::int64_t max) const {
  const bool fits =
      value_->is_number_integer() && value_->get<std::int64_t>() >= min && value_->get<std::int64_t>() <= max;
  if (!fits) fail("must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return value_->get<std::int64_t>();
}

// The longer endings first: "KiB" ends in "B" too.
constexpr std::pair<std::string_view, double> kSizes[] = {
    {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}, {"B", 1}};

Duration Node::duration() const {
  const auto us = value_->is_string() ? microseconds_of(value_->get_ref<const std::string&>()) : std::nullopt;
  if (!us) fail("must be a time such as \"800ms\", \"30s\" or \"5m\"");
  return {*us};
}

std::int64_t Node::quantity(sim::Unit unit) const {
  const std::string text = value_->is_string() ? value_->get<std::string>() : std::string();
  switch (unit) {
    case sim::Unit::kMicroseconds:
      return duration().us;
    case sim::Unit::kPermille:
      if (const auto percent = number_before(text, "%")) return std::llround(*percent * 10);
      if (const auto factor = number_before(text, "x")) return std::llround(*factor * 1000);
      fail("must be a share such as \"2.5%\" or a factor such as \"3x\"");
    case sim::Unit::kMillicores:
      if (value_->is_number() && value_->get<double>() >= 0)
        return std::llround(value_->get<double>() * 1000);
      fail("must be a number of cores such as 0.5 or 2");
    case sim::Unit::kPerKilosecond:
      if (const auto rate = number_before(text, "/s")) return std::llround(*rate * 1000);
      fail("must be a rate such as \"40/s\"");
    case sim::Unit::kBytes:
      for (const auto& [suffix, bytes] : kSizes) {
        if (const auto amount = number_before(text, suffix)) return std::llround(*amount * bytes);
      }
      fail("must be a size such as \"512MiB\" or \"2GiB\"");
    case sim::Unit::kBoolean:
      return boolean() ? 1 : 0;
    case sim::Unit::kCount:
      if (value_->is_number_integer()) return value_->get<std::int64_t>();
      fail("must be a whole number");
  }
  return 0;
}

std::int64_t Node::parameter(const sim::ParameterInfo& info) const {
  const std::int64_t value = quantity(info.unit);
  if (value < info.min || value > info.max) {
    fail("is out of range; in " +
         std::string(info.unit == sim::Unit::kMicroseconds ? "microseconds" : "base units") + " allowed is " +
         std::to_string(info.min) + " to " + std::to_string(info.max));
  }
  return value;
}

std::string Node::text(std::string_view key, std::string otherwise) const {
  return has(key) ? at(key).text() : std::move(otherwise);
}

bool Node::boolean(std::string_view key, bool otherwise) const {
  return has(key) ? at(key).boolean() : otherwise;
}

std::int64_t Node::whole(std::string_view key, std::int64_t otherwise, std::int64_t min,
                         std::int64_t max) const {
  return has(key) ? at(key).whole(min, max) : otherwise;
}

Duration Node::duration(std::string_view key, Duration otherwise) const {
  return has(key) ? at(key).duration() : otherwise;
}

void Node::each(std::string_view key, const std::function<void(const Node&)>& visit) const {
  if (has(key)) at(key).each(visit);
}

}  // namespace incident::scenario
