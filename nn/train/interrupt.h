#pragma once
#include <csignal>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// While it lives, the first Ctrl-C (SIGINT) or SIGTERM only sets a flag, which the training loop polls after each step
// to save everything and leave. A Ctrl-C after that ends the process at once. One at a time in a process.
class Interrupt {
 public:
  Interrupt();
  // Restores what the signals did before.
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
