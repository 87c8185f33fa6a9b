#include "api/router.h"

namespace incident::api {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    segments.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

bool is_name(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

net::awaitable<net::Response> answer(net::Response response) {
  co_return response;
}

}  // namespace

void Router::add(net::Method method, std::string_view pattern, RouteHandler handler) {
  auto segments = split(pattern);
  for (auto& route : routes_) {
    if (route.segments == segments) {
      route.by_method[method] = std::move(handler);
      return;
    }
  }
  routes_.push_back({std::move(segments), {{method, std::move(handler)}}});
}

std::optional<net::awaitable<net::Response>> Router::route(const net::Request& request) const {
  const auto segments = split(request.path);
  for (const auto& route : routes_) {
    const bool open_end = route.segments.back().starts_with("{*");
    if (open_end ? segments.size() < route.segments.size() : segments.size() != route.segments.size())
      continue;
    PathValues values;
    bool fits = true;
    for (std::size_t i = 0; i < route.segments.size() && fits; ++i) {
      const std::string& wanted = route.segments[i];
      if (wanted.starts_with("{*")) {
        std::string& rest = values[wanted.substr(2, wanted.size() - 3)];
        for (std::size_t j = i; j < segments.size(); ++j) rest += (j > i ? "/" : "") + segments[j];
      } else if (is_name(wanted)) {
        values[wanted.substr(1, wanted.size() - 2)] = segments[i];
      } else {
        fits = wanted == segments[i];
      }
    }
    if (!fits) continue;
    const net::Method method = request.method == net::Method::kHead ? net::Method::kGet : request.method;
    const auto found = route.by_method.find(method);
    if (found != route.by_method.end()) return found->second(request, std::move(values));
    std::string allow;
    for (const auto& [known, unused] : route.by_method) {
      if (!allow.empty()) allow += ", ";
      allow += net::to_string(known);
      if (known == net::Method::kGet) allow += ", HEAD";
    }
    return answer(net::method_not_allowed(allow));
  }
  return std::nullopt;
}

}  // namespace incident::api
