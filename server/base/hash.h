// 64-bit state hash, the same on every machine: XXH3 over little-endian integers without padding.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace incident {

// Feeds values into one hash. Takes only types whose bytes are their value: no padding, no floating point.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  template <class T>
  requires std::has_unique_object_representations_v<T>
  void add(const T& value) { add_bytes(&value, sizeof value); }
  template <class T>
  requires std::has_unique_object_representations_v<T>
  void add(std::span<const T> values) {
    add(static_cast<std::uint64_t>(values.size()));
    add_bytes(values.data(), values.size_bytes());
  }
  template <class T>
  void add(const std::vector<T>& values) {
    add(std::span<const T>(values));
  }
  void add(std::string_view text);
  std::uint64_t digest() const;

 private:
  void add_bytes(const void* data, std::size_t size);

  struct State;
  std::unique_ptr<State> state_;
};

// Hash of one text; used to key random streams by name.
std::uint64_t hash_text(std::string_view text);

}  // namespace incident
