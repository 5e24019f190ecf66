#include <cotape/apps/decide/assortment.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

namespace cotape::app {
namespace {

// By how much the factor of an item's hype differs from 1 after a purchase, and after the next customers.
constexpr std::array<double, 5> hype_effects = {0.02, -0.005, -0.005, -0.005, -0.005};
constexpr double saturation_factor = 1.01;

std::vector<double> uniform(std::int64_t count, double low, double high, Rng& rng) {
  Tensor draws(Shape{count});
  rng.uniform(draws);
  std::vector<double> values;
  for (const real draw : draws.values()) values.push_back(low + (high - low) * static_cast<double>(draw));
  return values;
}

}  // namespace

AssortmentEpisode::AssortmentEpisode(const AssortmentSizes& sizes, Rng rng)
    : sizes_(sizes),
      price_(uniform(sizes.items, 1, 10, rng)),
      hype_(uniform(sizes.items, 1, 10, rng)),
      saturation_(uniform(sizes.items, 1, 10, rng)),
      first_(uniform(sizes.items, 1, 10, rng)),
      second_(uniform(sizes.items, 1, 10, rng)),
      start_hype_(hype_),
      start_saturation_(saturation_),
      hype_change_(price_.size()),
      saturation_change_(price_.size()),
      choice_(uniform(sizes.customers, 0, 1, rng)) {}

double AssortmentEpisode::attraction(std::int64_t i) const {
  return std::exp(-0.8 * price_[i] + 0.6 * hype_[i] - 0.4 * saturation_[i] + 0.3 * first_[i] + 0.5 * second_[i]);
}

void AssortmentEpisode::observe(std::span<real> out) const {
  const double time = 10 * static_cast<double>(customer_ + 1) / static_cast<double>(sizes_.customers);
  for (std::int64_t i = 0; i < sizes_.items; ++i) {
    const std::array<double, features> known = {price_[i],
                                                hype_[i],
                                                saturation_[i],
                                                first_[i],
                                                second_[i],
                                                hype_change_[i],
                                                saturation_change_[i],
                                                hype_[i] - start_hype_[i],
                                                saturation_[i] - start_saturation_[i],
                                                time};
    std::transform(known.begin(), known.end(), out.begin() + i * features,
                   [](double value) { return static_cast<real>(value / 10); });
  }
}

// Dinkelbach's method for a ratio: with the revenue R of an assortment, the largest v·(price − R) are one that earns
// more, or the same one.
void AssortmentEpisode::best_scores(std::span<real> out) const {
  std::vector<double> v, score(price_.size());
  for (std::int64_t i = 0; i < sizes_.items; ++i) v.push_back(attraction(i));
  std::vector<std::int64_t> order(price_.size());
  double best = 0, all = 0;
  for (bool better = true; better;) {
    for (std::size_t i = 0; i < v.size(); ++i) {
      score[i] = v[i] * (price_[i] - best);
      order[i] = static_cast<std::int64_t>(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return score[a] > score[b]; });
    double earned = 0;
    all = 1;
    for (std::int64_t k = 0; k < sizes_.shown; ++k) {
      earned += v[order[k]] * price_[order[k]];
      all += v[order[k]];
    }
    better = earned / all > best;
    best = std::max(best, earned / all);
  }
  for (std::size_t i = 0; i < v.size(); ++i) out[i] = static_cast<real>(score[i] / all);
}

double AssortmentEpisode::expected_revenue(std::span<const real> assortment) const {
  double earned = 0, all = 1;
  for (std::int64_t i = 0; i < sizes_.items; ++i)
    if (assortment[i] != 0) {
      earned += attraction(i) * price_[i];
      all += attraction(i);
    }
  return earned / all;
}

void AssortmentEpisode::show(std::span<const real> assortment) {
  double all = 1;
  for (std::int64_t i = 0; i < sizes_.items; ++i)
    if (assortment[i] != 0) all += attraction(i);
  double rest = choice_[customer_++] * all;
  std::int64_t item = -1;
  for (std::int64_t i = 0; i < sizes_.items && item < 0; ++i)
    if (assortment[i] != 0 && (rest -= attraction(i)) < 0) item = i;
  bought_.push_back(item);

  const std::vector<double> hype = hype_, saturation = saturation_;
  std::vector<double> factors(price_.size(), 1);
  for (std::size_t ago = 0; ago < std::min(hype_effects.size(), bought_.size()); ++ago)
    if (const std::int64_t i = bought_[bought_.size() - 1 - ago]; i >= 0) factors[i] += hype_effects[ago];
  for (std::size_t i = 0; i < factors.size(); ++i) hype_[i] *= factors[i];
  if (item >= 0) saturation_[item] *= saturation_factor;
  std::transform(hype_.begin(), hype_.end(), hype.begin(), hype_change_.begin(), std::minus<double>());
  std::transform(saturation_.begin(), saturation_.end(), saturation.begin(), saturation_change_.begin(),
                 std::minus<double>());
}

namespace {

struct Moments {
  Tensor features;  // [moments, items, features]
  Tensor scores;    // [moments, items]
};

std::vector<AssortmentEpisode> episodes_for(std::int64_t moments, const AssortmentSizes& sizes, const Rng& rng) {
  std::vector<AssortmentEpisode> episodes;
  for (std::int64_t i = 0; i * sizes.customers < moments; ++i)
    episodes.emplace_back(sizes, rng.split(static_cast<std::uint64_t>(i)));
  return episodes;
}

// The first moments of episodes in which the best is shown.
Moments moments_of(std::vector<AssortmentEpisode> episodes, std::int64_t count, const AssortmentSizes& sizes) {
  Moments moments{Tensor(Shape{count, sizes.items, AssortmentEpisode::features}), Tensor(Shape{count, sizes.items})};
  const TopK solver{.n = sizes.items, .k = sizes.shown};
  std::vector<real> best(static_cast<std::size_t>(sizes.items));
  for (std::int64_t i = 0; i < count; ++i) {
    AssortmentEpisode& episode = episodes[static_cast<std::size_t>(i / sizes.customers)];
    const std::int64_t known = sizes.items * AssortmentEpisode::features;
    episode.observe(moments.features.values().subspan(static_cast<std::size_t>(i * known), known));
    const auto scores = moments.scores.values().subspan(static_cast<std::size_t>(i * sizes.items), sizes.items);
    episode.best_scores(scores);
    solver.solve(scores, best);
    episode.show(best);
  }
  return moments;
}

// What is expected to be earned by these decisions, [episodes, items], of the customers of all episodes.
double revenue(std::vector<AssortmentEpisode> episodes, const AssortmentSizes& sizes,
               const std::function<Tensor(const std::vector<AssortmentEpisode>&)>& decisions) {
  double sum = 0;
  while (!episodes.front().finished()) {
    const Tensor shown = decisions(episodes);
    for (std::size_t i = 0; i < episodes.size(); ++i) {
      const auto assortment = shown.values().subspan(i * sizes.items, sizes.items);
      sum += episodes[i].expected_revenue(assortment);
      episodes[i].show(assortment);
    }
  }
  return sum;
}

}  // namespace

DecisionProblem make_assortment_problem(const ProblemSettings& settings, std::uint32_t seed) {
  const AssortmentSizes sizes;
  const TopK solver{.n = sizes.items, .k = sizes.shown};
  const Rng rng(seed);
  const std::vector<AssortmentEpisode> tests = episodes_for(settings.test, sizes, rng.split(1));
  Moments learnt = moments_of(episodes_for(settings.train, sizes, rng.split(0)), settings.train, sizes);
  Moments tested = moments_of(tests, settings.test, sizes);
  const double best = revenue(tests, sizes, [&](const std::vector<AssortmentEpisode>& episodes) {
    Tensor scores(Shape{std::ssize(episodes), sizes.items}), shown(scores.shape());
    for (std::size_t i = 0; i < episodes.size(); ++i) {
      const auto row = scores.values().subspan(i * sizes.items, sizes.items);
      episodes[i].best_scores(row);
      solver.solve(row, shown.values().subspan(i * sizes.items, sizes.items));
    }
    return shown;
  });
  const auto lost = [tests, sizes, best](const DecisionPolicy& policy) {
    constexpr std::int64_t known = AssortmentEpisode::features;
    return 1 - revenue(tests, sizes, [&](const std::vector<AssortmentEpisode>& episodes) {
                 Tensor features(Shape{std::ssize(episodes), sizes.items, known});
                 for (std::size_t i = 0; i < episodes.size(); ++i)
                   episodes[i].observe(features.values().subspan(i * sizes.items * known, sizes.items * known));
                 return policy(features);
               }) / best;
  };
  return {.solver = solver,
          .features = std::move(learnt.features),
          .costs = std::move(learnt.scores),
          .test_features = std::move(tested.features),
          .test_costs = std::move(tested.scores),
          .test_regret = lost};
}

}  // namespace cotape::app
