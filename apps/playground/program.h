#pragma once
#include <string>

#include <cotape/apps/playground/setup.h>

namespace cotape::app {

// A C++ program of some 20 lines that makes the state's loss and its gradient, under the state's rule where the loss
// has none of its own, and prints both: for <cotape/cotape.h> alone, ready to compile. Throws ValueError for several
// instances.
std::string program_of(const Setup& setup, const Fields& state);

}  // namespace cotape::app
