#pragma once
#include <span>

#include <cotape/nn/train/processes.h>

namespace cotape::app {

// Completes an array of as many equal parts as there are processes, of which process r has written part r: afterwards
// all of them have all of it. Each sends (1 − 1/P) of the array, in log₂ P exchanges. Throws ValueError unless the
// number of processes is a power of two that divides the array's size.
void gather_over_processes(Processes& processes, std::span<real> numbers);

}  // namespace cotape::app
