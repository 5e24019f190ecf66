#include <cotape/apps/common/train/options.h>
#include <cotape/apps/gradients/options.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace cotape::app {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

constexpr std::int64_t most_subsets = 20000;

// n over k, or something above the limit.
std::int64_t subsets(std::int64_t n, std::int64_t k) {
  std::int64_t count = 1;
  for (std::int64_t i = 1; i <= std::min(k, n - k) && count <= most_subsets; ++i) count = count * (n - i + 1) / i;
  return count;
}

}  // namespace

void GradientsOptions::add_to(CLI::App& app) {
  app.get_formatter()->column_width(34);
  app.option_defaults()->always_capture_default();
  const auto list = [](CLI::Option* option) { return option->delimiter(',')->allow_extra_args(false); };
  const auto range = [](std::int64_t low, std::int64_t high) { return CLI::Range(low, high).description(""); };
  list(app.add_option("--n", n, "Lengths of one-hot vectors"))->check(range(2, 1000));
  app.add_option("--subset-n", subset_n, "Length of k-hot vectors; 0: only one-hot ones")->check(range(0, 100));
  app.add_option("--subset-k", subset_k, "Ones in a k-hot vector")->check(range(1, 12));
  list(app.add_option("--samples", samples, "Samples of an estimate: up to 1000, or multiples of 1000"))
      ->check(range(1, 100000000));
  app.add_option("--seeds", seeds, "Problems (theta, b), drawn from N(0, 1)")->check(range(2, 100000));
  app.add_option("--sweep-seeds", sweep_seeds, "Problems for the sweep over lambda")->check(range(2, 100000));
  app.add_option("--sweep-samples", sweep_samples, "Samples of an estimate there")->check(range(2, 100000));
  require_positive(list(app.add_option("--lambdas", lambdas, "Lambdas of the sweep")));
  require_positive(app.add_option("--lambda", lambda, "Lambda of I-MLE and Blackbox, shown beside their best"));
  require_positive(app.add_option("--sigma", sigma, "Scale of the noise of perturbed optimisers"));
  require_positive(app.add_option("--temperature", temperature, "Of Gumbel-softmax and its relatives"));
  app.add_option("--warm-up", warm_up, "Backward passes on the same problem before the estimate of AIMLE")
      ->check(range(0, 1000000));
  list(app.add_option("--warm-ups", warm_ups, "Numbers of such passes that are compared, of 100 samples each"))
      ->check(range(0, 1000000));
  app.add_flag("--absolute-b", absolute_b, "Takes |b|, as the published code does");
  app.add_option("--seed", seed, "Seed of every random number")
      ->check(CLI::Range(0.0, 18446744073709551615.0).description(""));
  app.add_option("--threads", threads, "Threads that work; 0: all. Results do not depend on it")->check(range(0, 1024));
  app.add_option("--out", out, "Folder for everything that is written");
  app.footer(
      "The true gradient is that of E |z - b|^2 for z = top-k of theta + Gumbel noise, by enumeration; for one-hot z "
      "this is softmax. Estimators that draw otherwise (Gaussian and Laplace noise; the exponential family over k-hot "
      "vectors) have another objective and are compared with its gradient; summary.json tells how far apart they are.");
  app.callback([this] { check(); });
}

void GradientsOptions::check() {
  sort_unique(n);
  sort_unique(samples);
  sort_unique(lambdas);
  sort_unique(warm_ups);
  for (const std::int64_t s : samples)
    if (s > samples_a_pass && s % samples_a_pass != 0)
      throw CLI::ValidationError("--samples " + std::to_string(s), "neither up to 1000 nor a multiple of 1000");
  if (subset_n > 0 && subset_k >= subset_n)
    throw CLI::ValidationError("--subset-k " + std::to_string(subset_k), "not below --subset-n");
  if (subset_n > 0 && subsets(subset_n, subset_k) > most_subsets)
    throw CLI::ValidationError("--subset-n " + std::to_string(subset_n), "too many subsets to enumerate");
}

Record GradientsOptions::settings() const {
  return {{"n", join(n)},
          {"subset_n", subset_n},
          {"subset_k", subset_k},
          {"samples", join(samples)},
          {"seeds", seeds},
          {"sweep_seeds", sweep_seeds},
          {"sweep_samples", sweep_samples},
          {"lambdas", join(lambdas)},
          {"lambda", lambda},
          {"sigma", sigma},
          {"temperature", temperature},
          {"warm_up", warm_up},
          {"warm_ups", join(warm_ups)},
          {"absolute_b", absolute_b},
          {"seed", seed},
          {"threads", threads},
          {"out", out.string()}};
}

}  // namespace cotape::app
