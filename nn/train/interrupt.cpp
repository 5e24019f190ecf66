#include <cotape/nn/train/interrupt.h>

#include <atomic>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

// A signal handler can reach nothing but a variable of static storage; other threads read it.
std::atomic<bool> interrupt_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // as a signal handler needs it

extern "C" void handle_signal(int signal) {
  // Only Ctrl-C ends at once: some programs (timeout) send one SIGTERM twice.
  if (interrupt_requested && signal == SIGINT) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
  interrupt_requested = true;
}

}  // namespace

Interrupt::Interrupt() {
  interrupt_requested = false;
  struct sigaction action {};
  action.sa_handler = handle_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
}

bool Interrupt::requested() const { return interrupt_requested; }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
