// `incident serve`: wires the rooms of the house together and runs until it is told to stop.
#pragma once

#include "app/config.h"

namespace incident::app {

// Exit status: 0 stopped on request, 1 could not start.
int serve(const ServeConfig& config);

}  // namespace incident::app
