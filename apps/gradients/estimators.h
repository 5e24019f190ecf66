#pragma once
#include <functional>
#include <string>
#include <vector>

#include <cotape/apps/gradients/options.h>
#include <cotape/apps/gradients/truth.h>

namespace cotape::app {

// Estimates of one problem's gradient: [rows, n], independent of one another, each from so many samples.
using Estimate = std::function<Tensor(std::int64_t rows, std::int64_t samples, Rng& rng)>;

// The charts that an estimator is shown in.
enum class Group { papers, variants, others, perturbed };

// One way to estimate the gradient.
struct Estimator {
  std::string name;  // "imle-central"
  Group group;
  Target target = Target::gumbel;
  double sigma = 1;  // scale of the target's noise
  std::int64_t min_samples = 1;
  bool deterministic = false;  // the same for any number of samples
  // Makes it ready for a problem: rules with a state take their warm-up passes, of this many samples each.
  std::function<Estimate(const Problem& problem, std::int64_t samples, Rng& rng)> prepare;
};

// λ of the estimators that have one.
struct Lambdas {
  double imle;
  double imle_central;
  double blackbox;
};

// All estimators of k-hot vectors whose λ is not swept, and those with the λ of the options.
std::vector<Estimator> make_estimators(std::int64_t k, const GradientsOptions& options);
// AIMLE forward and central after so many warm-up passes.
std::vector<Estimator> with_warm_up(std::int64_t warm_up);
// I-MLE forward and central and Blackbox with these λ; names end in `suffix`.
std::vector<Estimator> with_lambdas(const Lambdas& lambdas, const std::string& suffix);

// The mean of so many samples, in passes of limited size; `samples` is at most samples_per_pass or a multiple of it.
std::vector<double> estimate_mean(const Estimate& estimate, std::int64_t samples, Rng& rng);

}  // namespace cotape::app
