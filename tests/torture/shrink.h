// Makes a failing case small: takes away list elements, in halves and then one by one, and members of
// objects, as long as the same kind of finding remains (delta debugging: Zeller and Hildebrandt, 2002). When
// something that is referred to goes, what refers to it goes too: the loader says where that is.
#pragma once

#include <functional>

#include "child.h"

namespace incident::torture {

// `progress` hears of every case that is smaller and still fails. Ends at a fixed point or when `stop` says
// so.
Json shrink(Json failing, const std::string& kind, const std::function<bool()>& stop,
            const std::function<void(const Json&)>& progress);

}  // namespace incident::torture
