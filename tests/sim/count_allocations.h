// Counts calls of operator new in a program that links count_allocations.cpp.
#pragma once

#include <cstdint>

namespace incident {

std::uint64_t allocations_so_far();

}  // namespace incident
