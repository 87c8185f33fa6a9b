// What a piece of evidence turned out to show; evidence.h says how it is judged.
#pragma once

#include <cstdint>
#include <string_view>

namespace incident::match {

enum class EvidenceVerdict : std::uint8_t { kCausal, kCollateral, kUnrelated };
std::string_view to_string(EvidenceVerdict verdict);

}  // namespace incident::match
