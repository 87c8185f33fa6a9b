// Runs a case and says what does not hold: an invariant of conservation after every slice (and after every
// event in the stretch that the case names), requests that end twice or never, a copy that goes another way,
// a course that depends on how it was sliced or on whether it was watched. A failed assertion ends the
// process: run a case in a child (child.h).
#pragma once

#include <string>

#include "case.h"

namespace incident::torture {

// Empty: all holds. Otherwise the first thing that does not, beginning with its class and a colon.
std::string check(const Case& c);

}  // namespace incident::torture
