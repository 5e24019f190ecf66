#include <cotape/bench/tapes/cotape/objectives.h>
#include <cotape/engine/ops.h>

#include <numeric>

namespace cotape::bench::tapes {

KMeansObjective::KMeansObjective(const KMeans& problem)
    : problem_(problem),
      x_(Shape{static_cast<std::int64_t>(problem.points), static_cast<std::int64_t>(problem.dimensions)}, problem.x),
      squares_(std::inner_product(problem.x.begin(), problem.x.end(), problem.x.begin(), 0.0)) {}

std::vector<Shape> KMeansObjective::shapes() const {
  return {{static_cast<std::int64_t>(problem_.centres), static_cast<std::int64_t>(problem_.dimensions)}};
}

// ‖x − c‖² = ‖x‖² − 2⟨x, c⟩ + ‖c‖², the middle one a product of matrices.
Var KMeansObjective::operator()(Tape& tape, const std::vector<Var>& parameters) const {
  const Var& centres = parameters[0];
  const Var distances = linear(tape.view(x_), -2 * centres, sum(square(centres), 1));
  return sum(min(distances, 1)) + squares_;
}

}  // namespace cotape::bench::tapes
