#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/solvers/core/shown_calls.h>
#include <cotape/solvers/losses/fenchel_young.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
Var fenchel_young(const std::shared_ptr<Oracle>& oracle, Var x, Var target, const FenchelYoungOptions& options,
                  Rng& rng) {
  return record(
      {"fenchel_young", "dx = ±dy (mean_m y(θ + ε Z_m) − y) / batch"}, {x, target},
      [&](Forward& c) {
        const Tensor &in = c.in(0), &wanted = c.in(1);
        const real epsilon = options.epsilon;
        if (!(epsilon >= 0) || !std::isfinite(epsilon)) fail<ValueError>("ε = ", epsilon, " is negative or not finite");
        const SampleLayout layout = sample_layout(in.shape(), epsilon > 0 ? options.samples : 1, *oracle);
        if (in.shape() != wanted.shape()) fail<ShapeError>("shapes differ: x ", in.shape(), " target ", wanted.shape());
        if (in.size() == 0) fail<ShapeError>("shape ", in.shape(), " has no elements");

        const real sign = oracle->traits().sense == Sense::minimise ? real(-1) : real(1);
        const real share = 1 / static_cast<real>(layout.outer);
        Tensor theta = c.scratch(in.shape()), u = c.scratch(layout.shape), solutions = c.scratch(layout.shape);
        map(
            theta, [sign](real a) { return sign * a; }, in);
        if (epsilon > 0)
          options.noise.sample(u, rng);
        else
          u.fill(0);
        add_scores(u, layout, theta, epsilon);
        const ShownCalls shown(*oracle, x);
        oracle->argmax(u, solutions);
        const double best = sum_of_products(u.data(), solutions.data(), u.size()) / static_cast<double>(layout.samples);
        c.out(Shape{})[0] = static_cast<real>((best - sum_of_products(theta.data(), wanted.data(), theta.size())) /
                                              static_cast<double>(layout.outer));

        Tensor& gradient = c.save(in.shape());
        sum_samples(gradient, layout, solutions, 1 / static_cast<real>(layout.samples));
        map(
            gradient, [sign, share](real mean, real y) { return sign * share * (mean - y); }, gradient, wanted);
      },
      [oracle](Vjp& v) {
        map(
            v.dx, [dy = v.dy.item()](real g) { return dy * g; }, v.saved(0));
        oracle->count_gradient(v.dx);
      },
      no_gradient);
}

Var fenchel_young(const Solver& solver, Var x, Var target, const FenchelYoungOptions& options, Rng& rng) {
  return fenchel_young(std::make_shared<Oracle>(solver), x, target, options, rng);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
