#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/solvers/core/score_range.h>
#include <cotape/solvers/core/shown_calls.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Where scores lay outside the solver's domain, its costs were moved to the bound, and so are they here: u becomes what
// was solved, each sample's solution and a moved entry's weight in the wanted solution 0 where nothing can be gained by
// changing the score. shift: how far u was moved, kept: the share of samples that were not, both means over samples.
// Returns Σ ⟨what was solved, solution⟩.
double move_into(const ScoreRange& range, const SampleLayout& layout, Tensor& u, Tensor& solutions, Tensor& shift,
                 Tensor& kept) {
  shift.fill(0);
  kept.fill(0);
  const auto move_row = [&range, n = layout.inner, share = 1 / static_cast<real>(layout.samples)](
                            real* __restrict__ scores, real* __restrict__ solution, real* __restrict__ shifts,
                            real* __restrict__ keeps) {
    const real value = row_total(n, [&](std::int64_t i) { return range.nearest(scores[i]) * solution[i]; });
    for (std::int64_t i = 0; i < n; ++i) {
      const real score = scores[i], solved = range.nearest(score);
      shifts[i] += share * (solved - score);
      keeps[i] += solved == score ? share : 0;
      solution[i] = solved == score ? solution[i] : 0;
      scores[i] = solved;
    }
    return static_cast<double>(value);
  };
  double sum = 0;
  for (std::int64_t row = 0; row < layout.outer * layout.samples; ++row) {
    const std::int64_t first = row * layout.inner, instance = row / layout.samples * layout.inner;
    sum += move_row(u.data() + first, solutions.data() + first, shift.data() + instance, kept.data() + instance);
  }
  return sum;
}

}  // namespace

Var fenchel_young(const BatchOracle& oracle, Var x, Var target, const FenchelYoungOptions& options, Rng& rng) {
  return record(
      {"fenchel_young", "dx = ±dy (mean_m y(θ + ε Z_m) − y) / batch"}, {without_padding(x, oracle), target},
      [&](Forward& c) {
        const Tensor& in = c.in(0);
        const real epsilon = options.epsilon;
        if (!(epsilon >= 0) || !std::isfinite(epsilon)) fail<ValueError>("ε = ", epsilon, " is negative or not finite");
        const SampleLayout layout = sample_layout(in.shape(), epsilon > 0 ? options.samples : 1, oracle);
        if (in.shape() != c.in(1).shape())
          fail<ShapeError>("shapes differ: x ", in.shape(), " target ", c.in(1).shape());
        if (in.size() == 0) fail<ShapeError>("shape ", in.shape(), " has no elements");
        oracle.check(in.shape());

        const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
        const real share = 1 / static_cast<real>(layout.outer);
        Tensor theta = c.scratch(in.shape()), u = c.scratch(layout.shape), solutions = c.scratch(layout.shape);
        map(
            theta, [sign](real a) { return sign * a; }, in);
        const ShownCalls shown(*oracle.oracle(), x);
        const ScoreRange range(oracle.traits());
        const bool multiplies = epsilon > 0 && options.perturbation == Perturbation::multiplicative;
        Tensor factors = c.scratch(multiplies ? layout.shape : Shape{0});
        if (multiplies) {
          if (!range.is_cone())
            fail<ValueError>("multiplicative noise leaves the domain ", oracle.traits().domain.lower, " … ",
                             oracle.traits().domain.upper, " of ", oracle.traits().name);
          options.noise.sample(factors, rng);
          make_factors(factors, epsilon, factors);
          multiplied_argmax(oracle, layout, theta, factors, u, solutions);
          for (Tensor* scores : {&theta, &u})
            map(
                *scores, [&](real score) { return range.nearest(score); }, *scores);
        } else {
          perturbed_argmax(oracle, layout, theta, epsilon > 0 ? options.noise : Noise(NoNoise{}), epsilon, rng, u,
                           solutions);
        }
        const Tensor* wanted = &c.in(1);
        Tensor changed = c.scratch(in.shape());  // the target without padding and without what has no gradient
        if (oracle.padded()) {
          Tensor mask = c.scratch(Shape{oracle.data().size(), oracle.traits().shape.size()});
          oracle.fill_mask(mask);
          changed.copy_from(*wanted);
          wanted = &changed;
          oracle.clear_padding(changed, mask);
          oracle.clear_padding(u, mask);
        }

        int outside = 0;  // of the solver's domain
        if (oracle.traits().domain.bounded())
          for (const real score : u.values()) outside |= static_cast<int>(!range.holds(score));
        const bool moved = outside != 0;
        Tensor& gradient = c.save(in.shape());
        double best;
        if (moved) {
          Tensor shift = c.scratch(in.shape()), kept = c.scratch(in.shape());
          best = move_into(range, layout, u, solutions, shift, kept);
          map(theta, std::plus<real>(), theta, shift);
          best =
              best / static_cast<double>(layout.samples) - sum_of_products(theta.data(), wanted->data(), theta.size());
          map(changed, std::multiplies<real>(), *wanted, kept);
          wanted = &changed;
          sum_samples(gradient, layout, solutions, 1 / static_cast<real>(layout.samples));
        } else {
          best = sum_of_products(u.data(), solutions.data(), u.size()) / static_cast<double>(layout.samples) -
                 sum_of_products(theta.data(), wanted->data(), theta.size());
          if (multiplies) map(solutions, std::multiplies<real>(), solutions, factors);
          sum_samples(gradient, layout, solutions, 1 / static_cast<real>(layout.samples));
        }
        c.out(Shape{})[0] = static_cast<real>(best / static_cast<double>(layout.outer));
        map(
            gradient, [sign, share](real mean, real y) { return sign * share * (mean - y); }, gradient, *wanted);
        if (multiplies)  // what was moved to the bound has no gradient
          map(
              gradient, [sign](real g, real a, real score) { return sign * a == score ? g : 0; }, gradient, in, theta);
      },
      [oracle](Vjp& v) {
        map(
            v.dx, [dy = v.dy.item()](real g) { return dy * g; }, v.saved(0));
        oracle.count_gradient(v.dx);
      },
      no_gradient);
}

Var fenchel_young(const Solver& solver, Var x, Var target, const FenchelYoungOptions& options, Rng& rng) {
  return fenchel_young(std::make_shared<Oracle>(solver), x, target, options, rng);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
