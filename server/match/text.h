// Checks texts that players write: valid UTF-8, no control characters but line breaks and tabs where they are
// allowed, not empty, not longer than a limit in bytes. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace incident::match {

enum class TextKind { kLine, kParagraph };  // a paragraph may hold line breaks and tabs

// `what` opens the sentence of the error ("A team's name"), `at` names the member.
Result<void> check_text(std::string_view text, TextKind kind, std::size_t bytes_max, std::string_view what,
                        std::string_view at);

}  // namespace incident::match
