#pragma once
#include <functional>
#include <string>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>

namespace cotape::app {

// E‖z − b‖² over random k-hot vectors z of length n, whose distribution depends on the scores θ.
struct Problem {
  std::int64_t n;
  std::int64_t k;
  Tensor theta;  // [n]
  Tensor b;      // [n]
  // Called again and again by whatever works on the problem for long; throws to end that.
  std::function<void()> check_stop = [] {};
};

// θ and b from N(0, I); with absolute_b, |b| for b.
Problem draw_problem(std::int64_t n, std::int64_t k, bool absolute_b, Rng rng);

// Which distribution z has: the objective that an estimator is an estimator of.
enum class Target {
  gumbel,              // z = top-k of θ + noise with this noise, drawn independently for each score
  gaussian,            // … of scale σ
  laplace,             // …
  exponential_family,  // p(z) ∝ e^⟨θ, z⟩
};
std::string name_of(Target target);

// The exact gradient of the objective with respect to θ, n numbers.
//   gumbel: over all k-hot vectors, whose probabilities are those of drawing k items without replacement with weights
//     e^θ in any order (Plackett–Luce); for k = 1 softmax. σ must be 1.
//   exponential_family: Σ p(z)·‖z − b‖²·(z − E z) over all k-hot vectors.
//   gaussian, laplace: quadrature_gradient.
std::vector<double> true_gradient(const Problem& problem, Target target, double sigma = 1);

// The same for any noise by integration: ‖z − b‖² = k − 2⟨z, b⟩ + ‖b‖², so only ∂E z_i/∂θ_j is needed, which for
// i ≠ j is −∫ f(t − θ_i)·f(t − θ_j)·P(k − 1 of the other scores exceed t) dt, and rows sum to 0. σ may be so small
// that scores are far from each other: only where two of them meet there is something to integrate.
std::vector<double> quadrature_gradient(const Problem& problem, Target noise, double sigma);

double norm(const std::vector<double>& x);
// ⟨a, b⟩/‖a‖‖b‖, 0 when either is zero.
double cosine(const std::vector<double>& a, const std::vector<double>& b);
// ‖a − b‖/‖b‖
double relative_error(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace cotape::app
