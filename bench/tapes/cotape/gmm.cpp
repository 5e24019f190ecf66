#include <cotape/bench/tapes/cotape/objectives.h>
#include <cotape/engine/ops.h>

namespace cotape::bench::tapes {

GmmObjective::GmmObjective(const Gmm& problem)
    : problem_(problem),
      x_(Shape{std::ssize(problem.x) / static_cast<std::int64_t>(problem.dimensions),
               static_cast<std::int64_t>(problem.dimensions)},
         problem.x),
      zeros_(Shape{static_cast<std::int64_t>(problem.components), 1}) {
  const auto d = static_cast<std::int64_t>(problem.dimensions);
  for (std::int64_t a = 0; a < d; ++a)
    for (std::int64_t b = 0; b < d; ++b)
      places_.push_back(a == b  ? a
                        : b < a ? d + a * (a - 1) / 2 + b
                                : d + static_cast<std::int64_t>(problem.triangle()));
}

std::vector<Shape> GmmObjective::shapes() const {
  const auto k = static_cast<std::int64_t>(problem_.components), d = static_cast<std::int64_t>(problem_.dimensions);
  return {{k}, {k, d}, {k, d}, {k, static_cast<std::int64_t>(problem_.triangle())}};
}

// Qx − Qμ for all points and components is one product of matrices.
Var GmmObjective::operator()(Tape& tape, const std::vector<Var>& parameters) const {
  const Var &alpha = parameters[0], &mu = parameters[1], &q = parameters[2], &l = parameters[3];
  const std::int64_t n = x_.shape()[0], k = mu.shape()[0], d = mu.shape()[1];
  const Var diagonal = exp(q);
  const Var all = index_select(concat({diagonal, l, tape.view(zeros_)}, 1), 1, places_);  // [k, d d]
  const Var offsets = matmul(reshape(all, {k, d, d}), reshape(mu, {k, d, 1}));
  const Var z = linear(tape.view(x_), reshape(all, {k * d, d}), -reshape(offsets, {k * d}));
  const Var squares = sum(square(reshape(z, {n, k, d})), 2);
  const Var scores = alpha + sum(q, 1) - 0.5 * squares;
  const Var likelihood = sum(logsumexp(scores, 1)) - static_cast<real>(n) * logsumexp(alpha);
  const Var prior = problem_.extra_freedom * sum(q) -
                    0.5 * problem_.gamma * problem_.gamma * (sum(square(diagonal)) + sum(square(l)));
  return likelihood + prior + problem_.constant();
}

}  // namespace cotape::bench::tapes
