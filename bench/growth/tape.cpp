#include <cotape/bench/growth/growth.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/tape.h>

#include <malloc.h>

#include <cmath>

namespace cotape::bench {
namespace {

double bytes_in_use() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// x ← sin x, again and again, forward and backward.
Point measure_chain(std::int64_t nodes, double budget) {
  const double before = bytes_in_use();
  Tape tape;
  const Tensor start({1}, real(0.5));
  const auto run = [&] {
    tape.clear();
    Var x = tape.variable(start);
    for (std::int64_t i = 1; i < nodes; ++i) x = sin(x);
    tape.backward(x);
  };
  const double seconds = seconds_of(run, budget);
  return {.seconds = seconds, .solver_seconds = std::nan(""), .bytes = bytes_in_use() - before};
}

}  // namespace

std::vector<Growth> tape_growths() {
  return {
      {.name = "chain of scalar nodes",
       .axis = "nodes on the tape",
       .sizes = {1e2, 1e3, 1e4, 1e5, 1e6},
       .limit = 1,
       .why = "linear in the nodes",
       .measure = [](double nodes, double budget) { return measure_chain(static_cast<std::int64_t>(nodes), budget); }}};
}

}  // namespace cotape::bench
