#include <cotape/apps/decide/assortment.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t known = AssortmentEpisode::features;

std::vector<real> observed(const AssortmentEpisode& episode, std::int64_t items) {
  std::vector<real> features(static_cast<std::size_t>(items * known));
  episode.observe(features);
  return features;
}

// The attraction of an item by what is observed of it.
double attraction(std::span<const real> features, std::int64_t item) {
  const auto at = [&](std::int64_t feature) { return 10 * static_cast<double>(features[item * known + feature]); };
  return std::exp(-0.8 * at(0) + 0.6 * at(1) - 0.4 * at(2) + 0.3 * at(3) + 0.5 * at(4));
}

}  // namespace

TEST_CASE("assortment: the best scores choose what earns most, by trying every assortment") {
  const AssortmentSizes sizes{.items = 8, .shown = 3, .customers = 6};
  const Tensor subsets = all_subsets(sizes.items, sizes.shown);
  const TopK solver{.n = sizes.items, .k = sizes.shown};
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    AssortmentEpisode episode(sizes, Rng(seed));
    while (!episode.finished()) {
      std::vector<real> scores(8), chosen(8);
      episode.best_scores(scores);
      solver.solve(scores, chosen);
      const double found = episode.expected_revenue(chosen);
      const auto all = [&](std::span<const real> assortment) {
        double sum = 1;
        for (std::int64_t i = 0; i < sizes.items; ++i)
          if (assortment[i] != 0) sum += attraction(observed(episode, sizes.items), i);
        return sum;
      };
      const auto value = [&](std::span<const real> assortment) {
        double sum = 0;
        for (std::size_t i = 0; i < 8; ++i) sum += static_cast<double>(scores[i] * assortment[i]);
        return sum;
      };
      double most = 0;
      for (std::int64_t row = 0; row < subsets.shape()[0]; ++row) {
        const auto subset = subsets.values().subspan(static_cast<std::size_t>(row * 8), 8);
        const double revenue = episode.expected_revenue(subset);
        most = std::max(most, revenue);
        // What is lost by the scores.
        const double lost = (found - revenue) * all(subset) / all(chosen);
        CHECK(value(chosen) - value(subset) == doctest::Approx(lost).epsilon(1e-3).scale(1));
      }
      CHECK(found == doctest::Approx(most).epsilon(1e-5));
      const std::int64_t any = static_cast<std::int64_t>(seed) % subsets.shape()[0];
      episode.show(subsets.values().subspan(static_cast<std::size_t>(any * 8), 8));
    }
  }
}

TEST_CASE("assortment: what customers buy changes hype and saturation") {
  const AssortmentSizes sizes{.items = 3, .shown = 1, .customers = 40};
  AssortmentEpisode episode(sizes, Rng(5));
  const std::vector<real> start = observed(episode, 3);
  std::vector<double> hype, saturation;
  for (std::int64_t i = 0; i < 3; ++i) {
    hype.push_back(static_cast<double>(start[i * known + 1]));
    saturation.push_back(static_cast<double>(start[i * known + 2]));
    for (std::int64_t feature = 0; feature < 5; ++feature) {
      CHECK(start[i * known + feature] > 0.1);
      CHECK(start[i * known + feature] < 1);
    }
    for (std::int64_t feature = 5; feature < 9; ++feature) CHECK(start[i * known + feature] == 0);
    CHECK(start[i * known + 9] == doctest::Approx(1.0 / 40));
  }
  std::vector<std::int64_t> bought;
  std::int64_t purchases = 0;
  for (std::int64_t customer = 0; !episode.finished(); ++customer) {
    const std::int64_t shown = customer / 8 % 3;
    std::vector<real> assortment(3);
    assortment[shown] = 1;
    const std::vector<real> before = observed(episode, 3);
    episode.show(assortment);
    const std::vector<real> now = observed(episode, 3);
    const bool buys = now[shown * known + 2] > before[shown * known + 2];
    purchases += buys;
    bought.push_back(buys ? shown : -1);
    for (std::int64_t i = 0; i < 3; ++i) {
      double factor = 1;
      for (std::size_t ago = 0; ago < std::min<std::size_t>(5, bought.size()); ++ago)
        if (bought[bought.size() - 1 - ago] == i) factor += ago == 0 ? 0.02 : -0.005;
      hype[i] *= factor;
      if (bought.back() == i) saturation[i] *= 1.01;
      CHECK(now[i * known + 1] == doctest::Approx(hype[i]).epsilon(1e-5));
      CHECK(now[i * known + 2] == doctest::Approx(saturation[i]).epsilon(1e-5));
      const auto change = [&](std::int64_t feature) {
        return static_cast<double>(now[i * known + feature] - before[i * known + feature]);
      };
      CHECK(now[i * known + 5] == doctest::Approx(change(1)).epsilon(1e-3).scale(0.1));
      CHECK(now[i * known + 6] == doctest::Approx(change(2)).epsilon(1e-3).scale(0.1));
      CHECK(now[i * known + 7] == doctest::Approx(now[i * known + 1] - start[i * known + 1]).epsilon(1e-3).scale(0.1));
      CHECK(now[i * known + 8] == doctest::Approx(now[i * known + 2] - start[i * known + 2]).epsilon(1e-3).scale(0.1));
    }
  }
  CHECK(purchases > 5);
}

TEST_CASE("assortment: an item is bought as often as its attraction says") {
  const AssortmentSizes sizes{.items = 5, .shown = 2, .customers = 1};
  double expected = 0, variance = 0;
  std::int64_t purchases = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    AssortmentEpisode episode(sizes, Rng(seed));
    const std::vector<real> before = observed(episode, 5);
    const std::vector<real> assortment = {0, 1, 0, 0, 1};
    const double first = attraction(before, 1), share = first / (1 + first + attraction(before, 4));
    episode.show(assortment);
    purchases += observed(episode, 5)[1 * known + 2] > before[1 * known + 2];
    expected += share;
    variance += share * (1 - share);
  }
  CHECK(std::abs(static_cast<double>(purchases) - expected) < 4 * std::sqrt(variance));
  CHECK(variance > 100);
}

TEST_CASE("assortment: the problem's instances are moments of episodes, judged by what they earn") {
  const DecisionProblem problem = make_assortment_problem({.train = 200, .test = 170}, 3);
  CHECK(problem.features.shape() == Shape{200, 20, known});
  CHECK(problem.costs.shape() == Shape{200, 20});
  CHECK(problem.test_costs.shape() == Shape{170, 20});
  REQUIRE(problem.test_regret);
  // By the attractions that features tell the best can be found.
  const DecisionPolicy best = [](const Tensor& features) {
    const TopK solver{.n = 20, .k = 4};
    Tensor shown(Shape{features.shape()[0], 20});
    for (std::int64_t row = 0; row < features.shape()[0]; ++row) {
      const auto of = features.values().subspan(static_cast<std::size_t>(row * 20 * known), 20 * known);
      double revenue = 0;
      std::vector<real> scores(20);
      const auto out = shown.values().subspan(static_cast<std::size_t>(row * 20), 20);
      for (int round = 0; round < 30; ++round) {
        for (std::int64_t i = 0; i < 20; ++i)
          scores[i] = static_cast<real>(attraction(of, i) * (10 * static_cast<double>(of[i * known]) - revenue));
        solver.solve(scores, out);
        double earned = 0, all = 1;
        for (std::int64_t i = 0; i < 20; ++i)
          if (out[i] != 0) {
            earned += attraction(of, i) * 10 * static_cast<double>(of[i * known]);
            all += attraction(of, i);
          }
        revenue = earned / all;
      }
    }
    return shown;
  };
  CHECK(std::abs(problem.test_regret(best)) < 1e-4);
  const DecisionPolicy first = [](const Tensor& features) {
    Tensor shown(Shape{features.shape()[0], 20});
    for (std::int64_t row = 0; row < features.shape()[0]; ++row)
      for (std::int64_t i = 0; i < 4; ++i) shown[row * 20 + i] = 1;
    return shown;
  };
  CHECK(problem.test_regret(first) > 0.1);
  CHECK(problem.test_regret(first) < 1);
}
