// json and unpack.
#include <charconv>
#include <map>

#include "logql/json_reader.h"
#include "logql/stage.h"
#include "promql/utf8.h"

namespace incident::logql {
namespace {

// Text that is no UTF-8 would make an answer that is no JSON: such a value is left out.
bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = promql::utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

// All scalars, those of objects inside by their path: {"a":{"b":1}} is a_b. Arrays are passed by.
void flatten(JsonReader& json, std::string& name, LineLabels& labels, int depth) {
  std::string key, value;
  if (!json.open_object()) return;
  const std::size_t length = name.size();
  while (json.next_member(key)) {
    if (length > 0) name += '_';
    name += label_name_from(key, length == 0);
    switch (json.kind()) {
      case JsonReader::Kind::kObject:
        if (depth >= limits::kJsonDepthMax) {
          json.skip();
        } else {
          flatten(json, name, labels, depth + 1);
        }
        break;
      case JsonReader::Kind::kArray:
      case JsonReader::Kind::kNull:
      case JsonReader::Kind::kNone:
        json.skip();
        break;
      default:
        if (json.scalar(value) && !name.empty()) labels.extract(name, is_utf8(value) ? value : std::string());
    }
    name.resize(length);
    if (json.broken()) return;
  }
}

// What is wanted inside the value that is next; `at` tells how much of each path was walked.
struct Want {
  const std::string* label;
  const JsonPath* path;
};

void take_value(JsonReader& json, const std::vector<Want>& wants, std::size_t at,
                std::map<std::string, std::string>& found) {
  std::vector<Want> deeper;
  std::vector<const std::string*> here;
  for (const Want& want : wants) {
    if (want.path->size() == at)
      here.push_back(want.label);
    else
      deeper.push_back(want);
  }
  const JsonReader::Kind kind = json.kind();
  if (!here.empty() || deeper.empty()) {
    // The value itself; with its text at hand, places inside it are looked for in that.
    JsonReader inside = json;
    std::string text;
    if (!json.scalar(text)) return;
    if (kind == JsonReader::Kind::kNull) text.clear();
    for (const std::string* label : here) found[*label] = text;
    if (!deeper.empty()) take_value(inside, deeper, at, found);
    return;
  }
  const auto descend = [&](const auto& step) {
    using Step = std::decay_t<decltype(step)>;
    std::vector<Want> matching;
    for (const Want& want : deeper) {
      const auto* wanted = std::get_if<Step>(&(*want.path)[at]);
      if (wanted != nullptr && *wanted == step) matching.push_back(want);
    }
    if (matching.empty())
      json.skip();
    else
      take_value(json, matching, at + 1, found);
  };
  if (kind == JsonReader::Kind::kObject) {
    std::string key;
    json.open_object();
    while (json.next_member(key)) descend(key);
  } else if (kind == JsonReader::Kind::kArray) {
    json.open_array();
    for (std::size_t i = 0; json.next_element(); ++i) descend(i);
  } else {
    json.skip();
  }
}

}  // namespace

Result<JsonPath> parse_json_path(std::string_view text) {
  const auto wrong = [&](const char* why) {
    return invalid("cannot parse expression [" + std::string(text) + "]: " + why);
  };
  JsonPath out;
  std::string_view rest = text;
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  while (!rest.empty()) {
    if (rest[0] == '[') {
      const std::size_t close = rest.size() > 1 && rest[1] == '"' ? rest.find("\"]", 2) : rest.find(']');
      if (close == std::string_view::npos) return wrong("a bracket is not closed");
      if (rest[1] == '"') {
        out.emplace_back(std::string(rest.substr(2, close - 2)));
        rest.remove_prefix(close + 2);
        continue;
      }
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + close, index);
      if (error != std::errc() || end != rest.data() + close)
        return wrong("brackets hold a number or a name in double quotes");
      out.emplace_back(index);
      rest.remove_prefix(close + 1);
      continue;
    }
    if (!out.empty()) {
      if (rest[0] != '.') return wrong("names are parted by dots");
      rest.remove_prefix(1);
    }
    std::size_t n = 0;
    while (n < rest.size() && is_word(rest[n])) ++n;
    if (n == 0) return wrong("a name is missing; one that is no word stands in brackets: [\"user-agent\"]");
    out.emplace_back(std::string(rest.substr(0, n)));
    rest.remove_prefix(n);
  }
  if (out.empty()) return wrong("it is empty");
  if (out.size() > static_cast<std::size_t>(limits::kJsonDepthMax)) return wrong("it is too long");
  return out;
}

bool apply(const JsonParser& stage, Line& line) {
  JsonReader json(line.text);
  if (stage.wanted.empty()) {
    std::string name;
    flatten(json, name, line.labels, 0);
    if (json.broken()) line.labels.fail(kJsonError, kNoJsonObject);
    return true;
  }
  if (line.text.empty()) return true;
  std::map<std::string, std::string> found;
  std::vector<Want> wants;
  for (const auto& [label, path] : stage.wanted) wants.push_back({&label, &path});
  if (json.kind() == JsonReader::Kind::kObject || json.kind() == JsonReader::Kind::kArray)
    take_value(json, wants, 0, found);
  else
    json.open_object();  // which breaks it
  if (json.broken()) line.labels.fail(kJsonError, kNoJsonObject);
  for (const auto& [label, value] : found) {
    if (is_utf8(value)) line.labels.extract(label, value);
  }
  return true;
}

bool apply(const Unpack&, Line& line) {
  JsonReader json(line.text);
  std::string key, value, entry;
  std::vector<std::pair<std::string, std::string>> labels;
  bool packed = false;
  if (json.open_object()) {
    while (json.next_member(key)) {
      if (json.kind() != JsonReader::Kind::kString) {
        json.skip();
      } else if (json.scalar(value) && key == "_entry") {
        entry = value;
        packed = true;
      } else {
        labels.emplace_back(label_name_from(key), value);
      }
    }
  }
  if (json.broken()) {
    line.labels.fail(kJsonError, "expecting json object(6), but it is not");
    return true;
  }
  for (const auto& [name, text] : labels) {
    if (!name.empty() && is_utf8(text)) line.labels.extract(name, text);
  }
  if (packed) line.rewrite(std::move(entry));
  return true;
}

}  // namespace incident::logql
