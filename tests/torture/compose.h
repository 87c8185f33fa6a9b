// Composes cases at random. A skeleton of users and a few layers of services comes first; then parts, steps
// and parameters are grafted onto it wherever the tables of scenario files (scenario/fields.h), parameters
// (sim/parameters.h) and actions (scenario/action_names.h) say that one may stand. So what a mechanism adds
// to those tables is tested without a word here. Names are guessed among those that there are: the loader
// says which guesses are right.
#pragma once

#include <filesystem>

#include "case.h"

namespace incident::torture {

// Systems of this folder are where some cases begin instead of a skeleton.
Json compose(std::uint64_t seed, const std::filesystem::path& systems);

}  // namespace incident::torture
