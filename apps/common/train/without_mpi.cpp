#include <cotape/apps/common/train/processes.h>
#include <cotape/engine/base/error.h>

#include <cstdlib>

namespace cotape::app {

void start_processes() {
  if (launch().count > 1)
    fail<ValueError>("started as ", launch().count, " processes, and built without MPI (Debian: libopenmpi-dev)");
}

Processes& processes() {
  static OneProcess alone;
  return alone;
}

void end_processes() {}

void abort_processes(int code) { std::_Exit(code); }

}  // namespace cotape::app
