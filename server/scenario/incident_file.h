// An incident's file: what goes wrong in a system, the texts, and the answer.
#pragma once

#include "scenario/incident.h"
#include "scenario/system_file.h"

namespace incident::scenario {

// `system` is the incident's own copy: its file may add revisions. Throws Problem.
Incident read_incident(const Node& root, System system);

}  // namespace incident::scenario
