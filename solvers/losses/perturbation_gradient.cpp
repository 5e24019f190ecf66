#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/solvers/core/score_range.h>
#include <cotape/solvers/core/shown_calls.h>
#include <cotape/solvers/losses/inner_product.h>
#include <cotape/solvers/losses/perturbation_gradient.h>

#include <cmath>
#include <functional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// How far along the true scores the two points lie, in units of h. A score is a negative cost.
struct Ends {
  real first, second;
};
Ends ends_of(PerturbationGradientOptions::Points points) {
  switch (points) {
    case PerturbationGradientOptions::Points::backward:
      return {-1, 0};
    case PerturbationGradientOptions::Points::forward:
      return {0, 1};
    case PerturbationGradientOptions::Points::central:
      return {-1, 1};
  }
  return {};
}

// The sum of the best values of all instances at these scores, moved into the domain. Afterwards `slopes` is its
// derivative: the solutions, and 0 where the domain moved a score.
double best_values(const BatchOracle& oracle, Tensor& scores, Tensor& slopes) {
  oracle.argmax(scores, slopes);
  const ScoreRange range(oracle.traits());
  const std::int64_t n = oracle.traits().shape.size();
  double sum = 0;
  for (std::int64_t row = 0; row < scores.size(); row += n) {
    for (std::int64_t i = row; i < row + n; ++i) {
      const real solved = range.nearest(scores[i]);
      if (solved != scores[i]) {
        sum += static_cast<double>(solved) * static_cast<double>(slopes[i]);
        slopes[i] = 0;
      }
    }
    sum += inner_product(scores.data() + row, slopes.data() + row, n);
  }
  return sum;
}

}  // namespace

Var perturbation_gradient(const BatchOracle& oracle, Var predicted, Var costs,
                          const PerturbationGradientOptions& options) {
  const real h = options.h;
  const Ends ends = ends_of(options.points);
  return record(
      {"perturbation_gradient", "dx = ±dy [w*(x − h c) − w*(x)] / (h batch)"},
      {without_padding(predicted, oracle), without_padding(costs, oracle)},
      [&](Forward& c) {
        const Shape& shape = c.in(0).shape();
        if (!(h > 0) || !std::isfinite(h)) fail<ValueError>("h = ", h, " is not a positive number");
        if (shape != c.in(1).shape()) fail<ShapeError>("shapes differ: predicted ", shape, " costs ", c.in(1).shape());
        if (shape.size() == 0) fail<ShapeError>("shape ", shape, " has no elements");
        oracle.check(shape);

        const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
        const bool batched = shape.rank() > oracle.traits().shape.rank();
        const double share = 1 / static_cast<double>(batched ? shape[0] : 1);
        Tensor scores = c.scratch(shape), other = c.scratch(shape);
        Tensor& slopes = c.save(shape);
        const ShownCalls shown(*oracle.oracle(), predicted);
        const auto value_at = [&](real end, Tensor& out) {
          map(
              scores, [sign, step = end * h](real x, real a) { return sign * (x + step * a); }, c.in(0), c.in(1));
          return best_values(oracle, scores, out);
        };
        const double scale = share / (static_cast<double>(ends.second - ends.first) * static_cast<double>(h));
        c.out(Shape{})[0] = static_cast<real>(scale * (value_at(ends.first, slopes) - value_at(ends.second, other)));
        map(
            slopes, [factor = static_cast<real>(sign * scale)](real a, real b) { return factor * (a - b); }, slopes,
            other);
      },
      [oracle](Vjp& v) {
        map(
            v.dx, [dy = v.dy.item()](real g) { return dy * g; }, v.saved(0));
        oracle.count_gradient(v.dx);
      },
      no_gradient);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
