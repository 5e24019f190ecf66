#include <cotape/apps/gradients/truth.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/select/enumerated.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cotape::app {
namespace {

using Numbers = std::vector<double>;

Numbers to_numbers(const Tensor& x) { return {x.values().begin(), x.values().end()}; }

// ‖z − b‖² of one row of solutions.
double loss(const real* z, const Problem& p) {
  double total = 0;
  for (std::int64_t i = 0; i < p.n; ++i) total += std::pow(static_cast<double>(z[i]) - static_cast<double>(p.b[i]), 2);
  return total;
}

// A probability and its gradient with respect to θ.
struct Chance {
  double p = 0;
  Numbers gradient;
};

// That `items` are the first ones drawn without replacement, in any order: f(A ∪ i) = Σ_i f(A)·w_i/(W − w(A)) over
// all subsets A of the items, as bit masks.
Chance plackett_luce(const std::vector<std::size_t>& items, const Numbers& weights, double total) {
  const std::size_t n = weights.size(), k = items.size();
  std::vector<Chance> chances(std::size_t{1} << k, {0, Numbers(n)});
  chances[0].p = 1;
  for (std::size_t mask = 0; mask + 1 < chances.size(); ++mask) {
    double left = total;
    std::vector<bool> drawn(n);
    for (std::size_t i = 0; i < k; ++i)
      if (mask >> i & 1) drawn[items[i]] = true, left -= weights[items[i]];
    for (std::size_t i = 0; i < k; ++i) {
      if (mask >> i & 1) continue;
      const Chance& from = chances[mask];
      Chance& to = chances[mask | std::size_t{1} << i];
      const double ratio = weights[items[i]] / left;
      to.p += from.p * ratio;
      for (std::size_t j = 0; j < n; ++j) {
        const double slope = (j == items[i] ? 1 : 0) - (drawn[j] ? 0 : weights[j] / left);
        to.gradient[j] += ratio * (from.gradient[j] + from.p * slope);
      }
    }
  }
  return chances.back();
}

Numbers gumbel_gradient(const Problem& p) {
  Numbers weights = to_numbers(p.theta), result(weights.size());
  const double top = *std::max_element(weights.begin(), weights.end());
  double total = 0;
  for (double& w : weights) total += w = std::exp(w - top);
  const Tensor solutions = all_subsets(p.n, p.k);
  for (std::int64_t row = 0; row < solutions.shape()[0]; ++row) {
    p.check_stop();
    const real* z = solutions.data() + row * p.n;
    std::vector<std::size_t> items;
    for (std::int64_t i = 0; i < p.n; ++i)
      if (z[i] != 0) items.push_back(static_cast<std::size_t>(i));
    const Chance chance = plackett_luce(items, weights, total);
    for (std::size_t j = 0; j < result.size(); ++j) result[j] += loss(z, p) * chance.gradient[j];
  }
  return result;
}

Numbers exponential_family_gradient(const Problem& p) {
  const Tensor solutions = all_subsets(p.n, p.k);
  const std::int64_t count = solutions.shape()[0];
  Numbers weights(static_cast<std::size_t>(count)), mean(static_cast<std::size_t>(p.n)), result(mean.size());
  double total = 0;
  for (std::int64_t row = 0; row < count; ++row) {
    double score = 0;
    for (std::int64_t i = 0; i < p.n; ++i)
      score += static_cast<double>(solutions[row * p.n + i]) * static_cast<double>(p.theta[i]);
    total += weights[static_cast<std::size_t>(row)] = std::exp(score);
  }
  for (const bool second : {false, true})
    for (std::int64_t row = 0; row < count; ++row) {
      const double chance = weights[static_cast<std::size_t>(row)] / total;
      const real* z = solutions.data() + row * p.n;
      for (std::size_t i = 0; i < mean.size(); ++i)
        if (second)
          result[i] += chance * loss(z, p) * (static_cast<double>(z[i]) - mean[i]);
        else
          mean[i] += chance * static_cast<double>(z[i]);
    }
  return result;
}

// Density of standard noise at x, and the chance of less.
std::pair<double, double> noise_at(Target noise, double x) {
  switch (noise) {
    case Target::gumbel:
      return {std::exp(-x - std::exp(-x)), std::exp(-std::exp(-x))};
    case Target::gaussian:
      return {std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi), std::erfc(-x / std::numbers::sqrt2) / 2};
    case Target::laplace:
      return {std::exp(-std::abs(x)) / 2, x < 0 ? std::exp(x) / 2 : 1 - std::exp(-x) / 2};
    case Target::exponential_family:
      break;
  }
  fail<ValueError>("the exponential family is no noise");
}

// The chance that exactly `wanted` of the scores but i and j exceed the point, each one staying below it with `below`.
double chance_of(std::int64_t wanted, const Numbers& below, std::size_t i, std::size_t j) {
  Numbers chances(static_cast<std::size_t>(wanted) + 1);  // of 0 … wanted so far
  chances[0] = 1;
  for (std::size_t l = 0; l < below.size(); ++l) {
    if (l == i || l == j) continue;
    for (std::size_t c = chances.size(); c-- > 0;)
      chances[c] = chances[c] * below[l] + (c > 0 ? chances[c - 1] * (1 - below[l]) : 0);
  }
  return chances.back();
}

}  // namespace

Problem draw_problem(std::int64_t n, std::int64_t k, bool absolute_b, Rng rng) {
  Problem problem{n, k, Tensor(Shape{n}), Tensor(Shape{n})};
  rng.normal(problem.theta);
  rng.normal(problem.b);
  if (absolute_b)
    for (real& value : problem.b.values()) value = std::abs(value);
  return problem;
}

std::string name_of(Target target) {
  constexpr const char* names[] = {"gumbel", "gaussian", "laplace", "exponential-family"};
  return names[static_cast<std::size_t>(target)];
}

std::vector<double> true_gradient(const Problem& problem, Target target, double sigma) {
  if (target == Target::gumbel && sigma == 1) return gumbel_gradient(problem);
  if (target == Target::exponential_family) return exponential_family_gradient(problem);
  return quadrature_gradient(problem, target, sigma);
}

std::vector<double> quadrature_gradient(const Problem& problem, Target noise, double sigma) {
  constexpr double step = 0.02, reach = 20;  // in units of σ: trapezia, whose error is tiny for smooth integrands
  constexpr double small = 1e-6;    // σ below which t is counted from the scores, as their digits would not do for it
  constexpr double farthest = 700;  // in units of σ, where densities and chances are 0 or 1 already
  const Numbers theta = to_numbers(problem.theta), b = to_numbers(problem.b);
  const std::size_t n = theta.size();
  Numbers density(n), below(n), result(n), sorted = theta;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t first = 0, end; first < n; first = end) {
    // Scores first … end − 1 of the sorted ones follow each other within reach; a score by itself meets no other.
    for (end = first + 1; end < n && sorted[end] - sorted[end - 1] < 2 * reach * sigma;) ++end;
    if (end - first < 2) continue;
    const double base = sigma < small ? sorted[first] : 0;
    const double last = sorted[end - 1] - base + reach * sigma;
    for (double t = sorted[first] - base - reach * sigma; t < last; t += step * sigma) {
      problem.check_stop();
      for (std::size_t i = 0; i < n; ++i) {
        const double x = std::clamp((t - (theta[i] - base)) / sigma, -farthest, farthest);
        const auto [f, chance] = noise_at(noise, x);
        density[i] = f / sigma, below[i] = chance;
      }
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) {
          const double product = density[i] * density[j] * step * sigma;
          if (product * sigma < 1e-12) continue;
          // Raising θ_i moves weight from z_j to z_i, and the loss falls by 2(b_i − b_j) for all of it.
          const double slope = -2 * product * chance_of(problem.k - 1, below, i, j) * (b[i] - b[j]);
          result[i] += slope;
          result[j] -= slope;
        }
    }
  }
  return result;
}

double norm(const std::vector<double>& x) {
  double total = 0;
  for (const double value : x) total += value * value;
  return std::sqrt(total);
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  double dot = 0;
  for (std::size_t i = 0; i < a.size(); ++i) dot += a[i] * b[i];
  const double norms = norm(a) * norm(b);
  return norms > 0 ? dot / norms : 0;
}

double relative_error(const std::vector<double>& a, const std::vector<double>& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(total) / norm(b);
}

}  // namespace cotape::app
