#pragma once
#include <cstdint>

#include <cotape/nn/train/processes.h>

namespace cotape::app {

// How mpirun, or another starter of MPI programs, has started this process, as the environment tells; alone where there
// is none.
struct Launch {
  std::int64_t rank = 0;
  std::int64_t count = 1;
};
Launch launch();

// Begins to talk to the other processes that mpirun has started; does nothing for a program that was started alone.
// Throws ValueError for several processes of a program that was built without MPI.
void start_processes();
// All processes of this run: those of start_processes(), before it this one alone.
Processes& processes();
// Ends what start_processes() began, in all processes.
void end_processes();
// Ends all processes now; mpirun returns the code.
[[noreturn]] void abort_processes(int code);

}  // namespace cotape::app
