#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>

namespace incident {

static_assert(std::endian::native == std::endian::little,
              "state hashes are defined over little-endian bytes");

struct Hasher::State {
  XXH3_state_t xxh;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  XXH3_64bits_reset(&state_->xxh);
}
Hasher::~Hasher() = default;

void Hasher::add_bytes(const void* data, std::size_t size) {
  XXH3_64bits_update(&state_->xxh, data, size);
}

void Hasher::add(std::string_view text) {
  add(static_cast<std::uint64_t>(text.size()));
  add_bytes(text.data(), text.size());
}

std::uint64_t Hasher::digest() const {
  return XXH3_64bits_digest(&state_->xxh);
}

std::uint64_t hash_text(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace incident
