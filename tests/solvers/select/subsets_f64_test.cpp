#include <doctest/doctest.h>

#include <cmath>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../rule_runs.h"

// The distribution p(y) ∝ e^⟨θ, y⟩ of a solver's solutions: TopK's recurrence against lists of all subsets, those
// against sums that are written down here.
using namespace cotape;

namespace {

struct Moments {
  Tensor mean, product;
};

// By the definition.
Moments by_definition(const Tensor& set, const Tensor& theta, const Tensor& direction, double sign) {
  const std::int64_t n = theta.size();
  Moments moments{Tensor(Shape{n}), Tensor(Shape{n})};
  double total = 0, along = 0;
  std::vector<double> weights, products;
  for (std::int64_t r = 0; r < set.shape()[0]; ++r) {
    double value = 0, product = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      value += set[r * n + i] * theta[i];
      product += set[r * n + i] * direction[i];
    }
    weights.push_back(std::exp(sign * value));
    products.push_back(product);
    total += weights.back();
  }
  for (std::size_t r = 0; r < weights.size(); ++r) along += weights[r] / total * products[r];
  for (std::size_t r = 0; r < weights.size(); ++r)
    for (std::int64_t i = 0; i < n; ++i) {
      const double y = set[static_cast<std::int64_t>(r) * n + i];
      moments.mean[i] += weights[r] / total * y;
      moments.product[i] += weights[r] / total * (products[r] - along) * y;
    }
  return moments;
}

Moments moments_of(const Solver& solver, const Tensor& theta, const Tensor& direction, InstanceView data = {}) {
  Moments moments{Tensor(theta.shape()), Tensor(theta.shape())};
  solver.marginals(theta.values(), moments.mean.values(), data);
  solver.covariance(theta.values(), direction.values(), moments.product.values(), data);
  return moments;
}

void check_near(const Moments& found, const Moments& expected, double tolerance = 1e-12) {
  for (std::int64_t i = 0; i < found.mean.size(); ++i) {
    CHECK(std::abs(found.mean[i] - expected.mean[i]) < tolerance);
    CHECK(std::abs(found.product[i] - expected.product[i]) < tolerance);
  }
}

// Rows that the solver drew, as many as `count`.
Tensor drawn(const Solver& solver, const Tensor& theta, std::int64_t count, InstanceView data = {}) {
  const std::int64_t n = theta.size();
  Tensor uniform(Shape{count, n}), rows(Shape{count, n});
  Rng(3).uniform(uniform);
  for (std::int64_t r = 0; r < count; ++r)
    solver.draw(theta.values(), uniform.values().subspan(static_cast<std::size_t>(r * n), static_cast<std::size_t>(n)),
                rows.values().subspan(static_cast<std::size_t>(r * n), static_cast<std::size_t>(n)), data);
  return rows;
}

}  // namespace

TEST_CASE("enumerated: mean and covariance of any list, either sense") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Tensor set = standard_normal({7, 4}, seed);
    const Tensor theta = standard_normal({4}, seed + 100), direction = standard_normal({4}, seed + 200);
    check_near(moments_of(Enumerated{set}, theta, direction), by_definition(set, theta, direction, 1));
    check_near(moments_of(Enumerated{set, Sense::minimise}, theta, direction),
               by_definition(set, theta, direction, -1));
  }
}

TEST_CASE("top_k: mean and covariance of all subsets of k of n, for every k") {
  for (std::int64_t n = 1; n <= 9; ++n)
    for (std::int64_t k = 1; k <= n; ++k)
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        Tensor theta = standard_normal({n}, seed);
        const Tensor direction = standard_normal({n}, seed + 200);
        for (real& score : theta.values()) score *= static_cast<real>(seed * seed);  // from nearly even to nearly sure
        if (seed == 5 && n > 1) theta[0] = theta[n - 1];
        const Moments found = moments_of(TopK{.n = n, .k = k}, theta, direction);
        check_near(found, by_definition(all_subsets(n, k), theta, direction, 1), 1e-11);
        double sum = 0;
        for (const real chance : found.mean.values()) sum += chance;
        CHECK(sum == doctest::Approx(static_cast<double>(k)).epsilon(1e-12));
      }
}

TEST_CASE("top_k: the covariance is the derivative of the mean, also for many scores") {
  const TopK solver{.n = 80, .k = 30};
  const Tensor theta = standard_normal({80}, 1), direction = standard_normal({80}, 2);
  const Moments found = moments_of(solver, theta, direction);
  Tensor up = theta, down = theta, ahead(Shape{80}), behind(Shape{80});
  const double h = 1e-6;
  for (std::int64_t i = 0; i < 80; ++i) {
    up[i] += h * direction[i];
    down[i] -= h * direction[i];
  }
  solver.marginals(up.values(), ahead.values());
  solver.marginals(down.values(), behind.values());
  for (std::int64_t i = 0; i < 80; ++i) CHECK(std::abs((ahead[i] - behind[i]) / (2 * h) - found.product[i]) < 1e-8);
}

TEST_CASE("top_k: an instance has its own k, and scores that may not be chosen") {
  const Tensor theta = standard_normal({6}, 1), direction = standard_normal({6}, 2);
  const Instances data = std::vector<TopKInstance>{{2, {1, 0, 1, 1, 0, 1}}, {0, {}}, {4, {1, 0, 1, 1, 0, 1}}};
  const TopK solver{.n = 6, .k = 1};
  const Tensor of_four({6, 6}, {1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1,
                                0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1});
  check_near(moments_of(solver, theta, direction, data[0]), by_definition(of_four, theta, direction, 1));
  check_near(moments_of(solver, theta, direction, data[1]), {Tensor(Shape{6}), Tensor(Shape{6})}, 1e-300);
  check_near(moments_of(solver, theta, direction, data[2]), {Tensor({6}, {1, 0, 1, 1, 0, 1}), Tensor(Shape{6})},
             1e-300);
  CHECK(worst_deviation(drawn(solver, theta, 20000, data[0]), by_definition(of_four, theta, direction, 1).mean) < 4.5);
  std::vector<real> mean(6);
  CHECK_THROWS_WITH_AS(solver.marginals(theta.values(), TopKInstance{5, {1, 0, 1, 1, 0, 1}}, mean),
                       "k = 5 is outside 0 … 4 scores that may be chosen", SolverError);
}

TEST_CASE("draws follow the weights: frequencies of all subsets") {
  // 40,000 rows; each subset's frequency within 4.5 standard errors.
  const Tensor theta({4}, {1, 0.3, -0.5, 0}), set = all_subsets(4, 2);
  for (const Solver& solver : {Solver(TopK{.n = 4, .k = 2}), Solver(Enumerated{set})}) {
    const Tensor rows = drawn(solver, theta, 40000);
    Tensor hits(Shape{40000, 6}), expected(Shape{6});
    double total = 0;
    for (std::int64_t r = 0; r < 6; ++r) {
      double value = 0;
      for (std::int64_t i = 0; i < 4; ++i) value += set[r * 4 + i] * theta[i];
      total += expected[r] = std::exp(value);
    }
    for (real& chance : expected.values()) chance /= total;
    for (std::int64_t d = 0; d < 40000; ++d)
      for (std::int64_t r = 0; r < 6; ++r)
        hits[d * 6 + r] = std::equal(rows.data() + d * 4, rows.data() + d * 4 + 4, set.data() + r * 4) ? 1 : 0;
    CHECK(worst_deviation(hits, expected) < 4.5);
  }
}

TEST_CASE("scores of any size: what is sure is sure, and the others are as exact as alone") {
  // Of the sure one and k − 1 of the rest.
  for (const double large : {1e20, 1e300, 1.7e308}) {
    const Tensor theta({4}, {0, large, 1, -0.5}), direction({4}, {1, 2, 3, 4});
    const Tensor rest({3}, {0, 1, -0.5}), along({3}, {1, 3, 4});
    const Moments alone = by_definition(all_subsets(3, 1), rest, along, 1);
    const Moments found = moments_of(TopK{.n = 4, .k = 2}, theta, direction);
    const Moments expected = {Tensor({4}, {alone.mean[0], 1, alone.mean[1], alone.mean[2]}),
                              Tensor({4}, {alone.product[0], 0, alone.product[1], alone.product[2]})};
    check_near(found, expected);
    const Tensor apart({4}, {large, -large, 0, -large});
    check_near(moments_of(TopK{.n = 4, .k = 2}, apart, direction), {Tensor({4}, {1, 0, 1, 0}), Tensor(Shape{4})});
    check_near(moments_of(Enumerated{all_subsets(4, 2)}, apart, direction),
               {Tensor({4}, {1, 0, 1, 0}), Tensor(Shape{4})});
  }
  const Tensor equal({4}, 1e-300);
  check_near(moments_of(TopK{.n = 4, .k = 1}, equal, equal), {Tensor({4}, 0.25), Tensor(Shape{4})});
}
