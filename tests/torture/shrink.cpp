#include "shrink.h"

#include <algorithm>

namespace incident::torture {
namespace {

constexpr int kRepairsMax = 60;

using Pointer = Json::json_pointer;

// Every list and object below, deepest last.
void containers(const Json& json, const Pointer& at, std::vector<Pointer>& lists,
                std::vector<Pointer>& objects) {
  if (json.is_array()) {
    lists.push_back(at);
    for (std::size_t i = 0; i < json.size(); ++i) containers(json[i], at / i, lists, objects);
  } else if (json.is_object()) {
    objects.push_back(at);
    for (const auto& item : json.items()) containers(item.value(), at / item.key(), lists, objects);
  }
}

// Takes away the innermost list element, or else the member, that holds what the loader refuses.
bool remove_refused(Json& json, const std::string& where) {
  const std::size_t slash = where.find('/');
  if (slash == std::string::npos) return false;
  Pointer at(where.substr(slash, where.find(' ', slash) - slash));
  if (!json.contains(at)) return false;
  for (Pointer p = at; !p.empty(); p.pop_back()) {
    Json& parent = json[p.parent_pointer()];
    if (!parent.is_array()) continue;
    parent.erase(static_cast<std::size_t>(std::stoul(p.back())));
    return true;
  }
  Json& parent = json[at.parent_pointer()];
  if (at.empty() || !parent.is_object()) return false;
  parent.erase(at.back());
  return true;
}

class Shrinker {
 public:
  Shrinker(Json failing, std::string kind, const std::function<bool()>& stop,
           const std::function<void(const Json&)>& progress)
      : best_(std::move(failing)), kind_(std::move(kind)), stop_(stop), progress_(progress) {}

  Json shrink() {
    for (bool smaller = true; smaller && !stop_();) {
      smaller = shrink_lists();
      smaller = shrink_objects() || smaller;
    }
    return best_;
  }

 private:
  // Whether the smaller case, made loadable again, still fails in the same way.
  bool take(Json trial) {
    for (int repair = 0; repair < kRepairsMax; ++repair) {
      const auto c = read_case(trial);
      if (c) break;
      if (!remove_refused(trial, c.error().at)) return false;
    }
    if (trial.dump().size() >= best_.dump().size()) return false;
    const Finding finding = run_in_child(trial);
    if (!finding.loads || finding.kind() != kind_) return false;
    best_ = std::move(trial);
    progress_(best_);
    return true;
  }

  bool shrink_lists() {
    bool smaller = false;
    std::vector<Pointer> lists, objects;
    containers(best_, Pointer(), lists, objects);
    for (const Pointer& list : lists) {
      if (!best_.contains(list) || !best_[list].is_array()) continue;
      for (std::size_t chunk = std::max<std::size_t>(best_[list].size() / 2, 1);; chunk /= 2) {
        for (std::size_t from = 0;
             !stop_() && best_.contains(list) && best_[list].is_array() && from < best_[list].size();) {
          Json trial = best_;
          Json& elements = trial[list];
          const auto begin = elements.begin() + static_cast<std::ptrdiff_t>(from);
          const auto count = std::min(chunk, elements.size() - from);
          elements.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
          if (take(std::move(trial))) {
            smaller = true;
          } else {
            from += chunk;
          }
        }
        if (chunk <= 1) break;
      }
    }
    return smaller;
  }

  bool shrink_objects() {
    bool smaller = false;
    std::vector<Pointer> lists, objects;
    containers(best_, Pointer(), lists, objects);
    for (const Pointer& object : objects) {
      if (stop_() || !best_.contains(object) || !best_[object].is_object()) continue;
      std::vector<std::string> keys;
      for (const auto& item : best_[object].items()) keys.push_back(item.key());
      for (const std::string& key : keys) {
        if (stop_() || !best_.contains(object)) break;
        Json trial = best_;
        trial[object].erase(key);
        smaller = take(std::move(trial)) || smaller;
      }
    }
    return smaller;
  }

  Json best_;
  std::string kind_;
  const std::function<bool()>& stop_;
  const std::function<void(const Json&)>& progress_;
};

}  // namespace

Json shrink(Json failing, const std::string& kind, const std::function<bool()>& stop,
            const std::function<void(const Json&)>& progress) {
  return Shrinker(std::move(failing), kind, stop, progress).shrink();
}

}  // namespace incident::torture
