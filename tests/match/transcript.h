// Plays a match from a text file and checks what the file expects of it; the language is described in
// transcripts/README.md. Errors name the line.
#pragma once

#include <string>

namespace incident::match::testing {

// Plays the file; the first thing that is not as written, or empty when all is.
std::string play_transcript(const std::string& path);

}  // namespace incident::match::testing
