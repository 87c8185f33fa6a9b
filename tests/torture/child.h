// Runs a case in a child process, so that a failed assertion, a crash or an endless loop is a finding like
// any other and does not end the tester.
#pragma once

#include <string>

#include "case.h"

namespace incident::torture {

struct Finding {
  bool loads = false;  // false: the case is not one
  std::string at;      // where the loader stopped
  std::string what;    // empty: all holds
  // "invariant", "copy", "crash", ... with the words that tell one finding from another, without numbers.
  std::string kind() const;
};

Finding run_in_child(const Json& json);

}  // namespace incident::torture
