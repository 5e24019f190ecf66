#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/relax/relaxed_form.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
std::int64_t check_relaxation(const char* name, Var scores, std::int64_t k, real temperature) {
  if (!(temperature > 0) || !std::isfinite(temperature))
    fail<ValueError>(name, ": temperature ", temperature, " is not a positive number");
  if (scores.shape().rank() < 1) fail<ShapeError>(name, ": a scalar has no axis of choices");
  const std::int64_t n = scores.shape()[-1];
  if (k < 1 || k > n) fail<ValueError>(name, ": k = ", k, " is outside 1 … n = ", n);
  return n;
}

Var in_form(Relaxed form, Var soft, std::int64_t n, std::int64_t k) {
  if (form == Relaxed::soft) return soft;
  return Identity{}(soft, std::make_shared<Oracle>(TopK{.n = n, .k = k}));
}

namespace {

Var soft_draw(Var scores, real temperature, Rng& rng) { return softmax(perturb(scores, Gumbel{}, rng) / temperature); }

}  // namespace

Var gumbel_softmax(Var scores, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("gumbel_softmax", scores, 1, temperature);
  return in_form(form, soft_draw(scores, temperature, rng), n, 1);
}

Var softsub(Var scores, std::int64_t k, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("softsub", scores, k, temperature);
  Var perturbed = perturb(scores, Gumbel{}, rng);
  Var taken = softmax(perturbed / temperature), subset = taken;
  for (std::int64_t draw = 1; draw < k; ++draw) {
    // The smallest positive number keeps log finite where the last draw has taken everything.
    perturbed = perturbed + log(clamp(1 - taken, std::numeric_limits<real>::min(), 1));
    taken = softmax(perturbed / temperature);
    subset = subset + taken;
  }
  return in_form(form, subset, n, k);
}

Var concrete_subset(Var scores, std::int64_t k, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("concrete_subset", scores, k, temperature);
  Var subset = soft_draw(scores, temperature, rng);
  for (std::int64_t draw = 1; draw < k; ++draw) subset = maximum(subset, soft_draw(scores, temperature, rng));
  return in_form(form, subset, n, k);
}

double Annealing::operator()(std::int64_t step) const {
  if (step < 0) fail<ValueError>("annealing: step ", step, " is negative");
  return std::max(end, start * std::exp(-rate * static_cast<double>(step)));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
