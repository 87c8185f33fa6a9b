// Small helpers for header fields, whose names and tokens compare without case (ASCII only, no locale).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace incident::net {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

inline std::string lower_text(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

inline std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Calls f(token) for each trimmed, not empty element of a comma separated list.
template <class F>
void each_token(std::string_view list, F f) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (const std::string_view token = trim(list.substr(0, end)); !token.empty()) f(token);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

inline bool has_token(std::string_view list, std::string_view token) {
  bool found = false;
  each_token(list, [&](std::string_view t) { found = found || same_name(t, token); });
  return found;
}

}  // namespace incident::net
