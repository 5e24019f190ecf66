#include <cotape/nn/train/interrupt.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

// A signal handler can reach nothing but a variable of static storage.
volatile std::sig_atomic_t interrupt_requested = 0;

extern "C" void handle_signal(int signal) {
  // Only Ctrl-C ends at once: some programs (timeout) send one SIGTERM twice.
  if (interrupt_requested && signal == SIGINT) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
  interrupt_requested = 1;
}

}  // namespace

Interrupt::Interrupt() {
  interrupt_requested = 0;
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

bool Interrupt::requested() const { return interrupt_requested != 0; }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
