#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/reinmax.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../cheapest.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

constexpr std::int64_t n = 4;
const Tensor theta({n}, {1, 0.3, -0.5, 0});

std::vector<double> softmax_of(const Tensor& scores, double tau) {
  std::vector<double> p;
  double total = 0;
  for (const real score : scores.values()) total += p.emplace_back(std::exp(score / tau));
  for (double& chance : p) chance /= total;
  return p;
}

// (diag(p) − ppᵀ)·v
std::vector<double> jacobian_times(const std::vector<double>& p, const double* v) {
  double mean = 0;
  for (std::size_t i = 0; i < p.size(); ++i) mean += p[i] * v[i];
  std::vector<double> product;
  for (std::size_t i = 0; i < p.size(); ++i) product.push_back(p[i] * (v[i] - mean));
  return product;
}

}  // namespace

TEST_CASE("reinmax: the formula of the paper, sample by sample") {
  for (const double tau : {1.0, 1.7}) {
    const Tensor scores = standard_normal({6, n}, 1), dy = standard_normal({6, 3, n}, 2);
    const RuleRun run = run_rule(ReinMax{.tau = tau, .samples = 3}, oracle_of(TopK{.n = n, .k = 1}), scores, dy);
    for (std::int64_t o = 0; o < 6; ++o) {
      const Tensor row({n}, scores.values().subspan(static_cast<std::size_t>(o * n), n));
      const std::vector<double> pi = softmax_of(row, 1), soft = softmax_of(row, tau);
      std::vector<double> expected(n, 0.0);
      for (std::int64_t s = 0; s < 3; ++s) {
        const double* v = dy.data() + (o * 3 + s) * n;
        std::vector<double> mixed = soft;
        for (std::int64_t i = 0; i < n; ++i) mixed[i] = (mixed[i] + run.y[(o * 3 + s) * n + i]) / 2;
        const std::vector<double> first = jacobian_times(mixed, v), second = jacobian_times(pi, v);
        for (std::int64_t i = 0; i < n; ++i) expected[i] += 2 * first[i] - second[i] / 2;
      }
      for (std::int64_t i = 0; i < n; ++i) CHECK(std::abs(run.gradient[o * n + i] - expected[i]) < 1e-14);
    }
  }
}

// Theorem: for ℓ(z) = ½zᵀAz + ⟨b, z⟩ the mean of the estimate is the gradient of E ℓ(z) = Σ_i π_i ℓ(e_i).
TEST_CASE("reinmax: in expectation the gradient of a quadratic loss, where straight-through is off") {
  Tensor a = standard_normal({n, n}, 3);
  const Tensor b = standard_normal({n}, 4);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j) a[i * n + j] = a[j * n + i];
  const std::vector<double> pi = softmax_of(theta, 1);
  std::vector<double> losses;
  for (std::int64_t i = 0; i < n; ++i) losses.push_back(a[i * n + i] / 2 + b[i]);
  const std::vector<double> truth = jacobian_times(pi, losses.data());

  // The estimate's mean over all four draws, each with its chance: run with many rows, and every draw found among them.
  const auto oracle = oracle_of(TopK{.n = n, .k = 1});
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(tiled(theta, 400));
  const Var z = ReinMax{}(x, oracle, rng).all();
  const Var matrix = tape.constant(a);
  const Var flat = reshape(z, {400, n});
  tape.backward(sum(flat * matmul(flat, matrix)) * 0.5 + sum(flat * tape.constant(b)));
  std::vector<double> mean(n, 0.0), through(n, 0.0);
  double seen = 0;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t row = 0; row < 400; ++row)
      if (z.value()[row * n + i] == 1) {
        seen += pi[i];
        for (std::int64_t j = 0; j < n; ++j) {
          mean[j] += pi[i] * x.gradient()[row * n + j];
          double mean_slope = 0;
          for (std::int64_t l = 0; l < n; ++l) mean_slope += pi[l] * (a[i * n + l] + b[l]);
          through[j] += pi[i] * pi[j] * (a[i * n + j] + b[j] - mean_slope);
        }
        break;
      }
  REQUIRE(seen == doctest::Approx(1));
  double off = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    CHECK(std::abs(mean[j] - truth[j]) < 1e-12);
    off += std::abs(through[j] - truth[j]);
  }
  CHECK(off > 0.05);
}

TEST_CASE("reinmax: samples follow softmax; calls are counted") {
  const auto oracle = oracle_of(TopK{.n = n, .k = 1});
  const RuleRun run = run_rule(ReinMax{.tau = 2}, oracle, tiled(theta, 20000), standard_normal({20000, 1, n}, 2));
  const std::vector<double> pi = softmax_of(theta, 1);
  CHECK(worst_deviation(run.y, Tensor({n}, std::span<const real>(pi))) < 4.5);
  CHECK(oracle->diagnostics().calls_forward == 20000);
  CHECK(oracle->diagnostics().calls_backward == 40000);
}

TEST_CASE("reinmax: other solvers and solutions are refused by name") {
  CHECK_THROWS_WITH_AS(differentiable(TopK{.n = 4, .k = 2}, ReinMax{}),
                       "reinmax: it is for one-hot solutions, which those of top_k are not", ValueError);
  CHECK_THROWS_WITH_AS(differentiable(Enumerated{Tensor({2, 2}, {0, 1, 2, 0})}, ReinMax{}),
                       doctest::Contains("enumerated"), ValueError);
  CHECK_THROWS_WITH_AS(differentiable(Solver(CheapestOrNothing{}), ReinMax{}), doctest::Contains("'marginals'"),
                       ValueError);
  CHECK_NOTHROW(differentiable(Enumerated{all_subsets(4, 1), Sense::minimise}, ReinMax{}));
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(Tensor(Shape{2, 3}));
  const auto of_two = differentiable(TopK{.n = 3, .k = 1}, ReinMax{});
  CHECK_THROWS_WITH_AS(of_two(x, std::vector<TopKInstance>{{1, {}}, {2, {}}}, rng),
                       doctest::Contains("reinmax: a solution of top_k is not one-hot"), ValueError);
  CHECK_THROWS_WITH_AS(ReinMax{.tau = 0}(x, oracle_of(TopK{.n = 3, .k = 1}), rng),
                       doctest::Contains("reinmax: τ = 0 is not a positive number"), ValueError);
}
