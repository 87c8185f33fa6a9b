// The JSON Schemas (2020-12) of scenario files, for editors that complete and check while one writes. Made
// from the tables that the loader itself reads by: fields.h and sim's parameters. Pure; any thread.
#pragma once

#include <string>

namespace incident::scenario {

std::string json_schema_system();
std::string json_schema_incident();

}  // namespace incident::scenario
