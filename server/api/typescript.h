// TypeScript types of the message catalogue, written from the same descriptions as the codec. The client's
// web/src/lib/messages.ts is this text; a test says when it is not.
#pragma once

#include <string>

namespace incident::api {

std::string typescript();

}  // namespace incident::api
