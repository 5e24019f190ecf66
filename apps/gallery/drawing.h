#pragma once
#include <cotape/apps/gallery/instances.h>

namespace cotape::app {

// An instance with its solution: what is chosen is blue, and strong; costs are grey, the darker the higher.
Scene draw(const SolverExample& example);

}  // namespace cotape::app
