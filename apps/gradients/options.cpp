#include <cotape/apps/gradients/options.h>

#include <algorithm>

namespace cotape::app {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

constexpr std::int64_t max_subsets = 20000;

// n over k, or something above the limit.
std::int64_t subsets(std::int64_t n, std::int64_t k) {
  std::int64_t count = 1;
  for (std::int64_t i = 1; i <= std::min(k, n - k) && count <= max_subsets; ++i) count = count * (n - i + 1) / i;
  return count;
}

}  // namespace

void GradientsOptions::add_to(CommandLine& line) {
  Options options(line);
  declare(options);
  line.set_footer(
      "The true gradient is that of E |z - b|^2 for z = top-k of theta + Gumbel noise, by enumeration; for one-hot z "
      "this is softmax. Estimators that draw otherwise (Gaussian and Laplace noise; the exponential family over k-hot "
      "vectors) have another objective and are compared with its gradient; summary.json tells how far apart they are.");
  line.after_parsing([this] { check(); });
}

void GradientsOptions::declare(Options& options) {
  options.add("n", n, "Lengths of one-hot vectors", between(2, 1000));
  options.add("subset-n", subset_n, "Length of k-hot vectors; 0: only one-hot ones", between(0, 100));
  options.add("subset-k", subset_k, "Ones in a k-hot vector", between(1, 12));
  options.add("samples", samples, "Samples of an estimate: up to 1000, or multiples of 1000", between(1, 100000000));
  options.add("seeds", seeds, "Problems (theta, b), drawn from N(0, 1)", between(2, 100000));
  options.add("sweep-seeds", sweep_seeds, "Problems for the sweep over lambda", between(2, 100000));
  options.add("sweep-samples", sweep_samples, "Samples of an estimate there", between(2, 100000));
  options.add("lambdas", lambdas, "Lambdas of the sweep", positive());
  options.add("lambda", lambda, "Lambda of I-MLE and Blackbox, shown beside their best", positive());
  options.add("sigma", sigma, "Scale of the noise of perturbed optimisers", between_numbers(1e-30, 1e30));
  options.add("temperature", temperature, "Of Gumbel-softmax and its relatives", positive());
  options.add("warm-up", warm_up, "Backward passes on the same problem before the estimate of AIMLE",
              between(0, 1000000));
  options.add("warm-ups", warm_ups, "Numbers of such passes that are compared, of 100 samples each",
              between(0, 1000000));
  options.add("absolute-b", absolute_b, "Takes |b|, as the published code does");
  options.add("seed", seed, "Seed of every random number", a_seed());
  options.add("threads", threads, "Threads that work; 0: all. Results do not depend on it", between(0, 1024));
  options.add("out", out, "Folder for everything that is written");
}

void GradientsOptions::check() {
  sort_unique(n);
  sort_unique(samples);
  sort_unique(lambdas);
  sort_unique(warm_ups);
  for (const std::int64_t s : samples)
    if (s > samples_per_pass && s % samples_per_pass != 0)
      refuse_option("--samples " + std::to_string(s), "neither up to 1000 nor a multiple of 1000");
  if (subset_n > 0 && subset_k >= subset_n)
    refuse_option("--subset-k " + std::to_string(subset_k), "not below --subset-n");
  if (subset_n > 0 && subsets(subset_n, subset_k) > max_subsets)
    refuse_option("--subset-n " + std::to_string(subset_n), "too many subsets to enumerate");
}

}  // namespace cotape::app
