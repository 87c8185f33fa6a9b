// Reading scenario files: a value with its place, and typed readers that say what would be right. Problems
// are thrown as Problem inside the room and become an Error at its door (library.h).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "scenario/fields.h"
#include "scenario/json_text.h"
#include "sim/parameters.h"

namespace incident::scenario {

struct Problem {
  Error error;
};

class Node {
 public:
  Node(const JsonText& text, const nlohmann::json& value, std::string pointer)
      : text_(&text), value_(&value), pointer_(std::move(pointer)) {}

  [[noreturn]] void fail(const std::string& message) const;
  std::string where() const;  // "web_shop.json:12 /services/0/name"

  // --- objects. `only` refuses members that are not in the list and names the nearest that is; of a table,
  // it also wants those that are required.
  void only(std::span<const std::string_view> allowed) const;
  void only(const ObjectSpec& spec) const;
  bool is_object() const;
  bool has(std::string_view key) const;
  Node at(std::string_view key) const;  // required
  void each_member(const std::function<void(const std::string& key, const Node&)>& visit) const;

  // --- lists
  std::size_t size() const;
  void each(const std::function<void(const Node&)>& visit) const;

  // --- values
  std::string text() const;  // not empty
  void one_of(std::span<const std::string_view> choices) const;
  bool boolean() const;
  std::int64_t whole(std::int64_t min, std::int64_t max) const;
  Duration duration() const;  // "800ms", "5m", "-2m30s"
  std::int64_t quantity(sim::Unit unit) const;
  // A parameter's value in its range.
  std::int64_t parameter(const sim::ParameterInfo& info) const;

  // --- members with a default
  std::string text(std::string_view key, std::string otherwise) const;
  bool boolean(std::string_view key, bool otherwise) const;
  std::int64_t whole(std::string_view key, std::int64_t otherwise, std::int64_t min, std::int64_t max) const;
  Duration duration(std::string_view key, Duration otherwise) const;
  void each(std::string_view key, const std::function<void(const Node&)>& visit) const;  // none: nothing

 private:
  const JsonText* text_;
  const nlohmann::json* value_;
  std::string pointer_;
};

// "did you mean" for a list of names; empty when none is near.
std::string nearest(std::string_view name, std::span<const std::string_view> names);

}  // namespace incident::scenario
