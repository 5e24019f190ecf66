#include <cotape/bench/tapes/cotape/objectives.h>
#include <cotape/engine/ops.h>

namespace cotape::bench::tapes {

LeastSquaresObjective::LeastSquaresObjective(const LeastSquares& problem)
    : x_(Shape{static_cast<std::int64_t>(problem.rows), static_cast<std::int64_t>(problem.columns)}, problem.x),
      y_(Shape{static_cast<std::int64_t>(problem.rows), 1}, problem.y) {}

std::vector<Shape> LeastSquaresObjective::shapes() const { return {{x_.shape()[1], 1}}; }

Var LeastSquaresObjective::operator()(Tape& tape, const std::vector<Var>& parameters) const {
  return 0.5 * sum(square(matmul(tape.view(x_), parameters[0]) - tape.view(y_)));
}

}  // namespace cotape::bench::tapes
