#include <cotape/nn/train/interrupt.h>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

using namespace cotape;

namespace {

// How a child process ends that receives these signals one after another: its exit code, or −signal.
template <class Body>
int end_of_child(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    // The test framework's own handlers must not see the signals.
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("interrupt: the first signal sets the flag") {
  for (const int signal : {SIGINT, SIGTERM})
    CHECK(end_of_child([signal] {
            const Interrupt interrupt;
            if (interrupt.requested()) return 1;
            std::raise(signal);
            return interrupt.requested() ? 42 : 2;
          }) == 42);
}

TEST_CASE("interrupt: a second Ctrl-C ends the process, a second SIGTERM does not") {
  CHECK(end_of_child([] {
          const Interrupt interrupt;
          std::raise(SIGINT);
          std::raise(SIGINT);
          return 1;
        }) == -SIGINT);
  CHECK(end_of_child([] {
          const Interrupt interrupt;
          std::raise(SIGTERM);
          std::raise(SIGTERM);
          return 42;
        }) == 42);
}

TEST_CASE("interrupt: afterwards the signals do what they did before") {
  CHECK(end_of_child([] {
          { const Interrupt interrupt; }
          std::raise(SIGTERM);
          return 1;
        }) == -SIGTERM);
  CHECK(end_of_child([] {
          {
            const Interrupt interrupt;
            std::raise(SIGINT);
          }
          const Interrupt again;
          return again.requested() ? 1 : 42;
        }) == 42);
}
