#pragma once
#include <span>
#include <vector>

#include <cotape/apps/decide/problems.h>
#include <cotape/engine/base/random.h>

namespace cotape::app {

// How many items are shown at once.
inline constexpr std::int64_t assortment_size = 4;

// Which of its items a shop shows the next customer, who buys one of them or nothing: the dynamic assortment problem of
// DecisionFocusedLearningBenchmarks.jl. An item has a price, hype, saturation and two features of its own, all uniform
// in (1, 10); a customer buys item i of those shown with probability v_i / (1 + Σ v), v = e^utility, by
//   utility = −0.8·price + 0.6·hype − 0.4·saturation + 0.3·first + 0.5·second feature.
// What is bought becomes more popular, for a while, and wears off: its hype is multiplied by 1.02 and after each of the
// next four customers by 0.995 (factors of purchases in that time are added), its saturation by 1.01.
struct AssortmentSizes {
  std::int64_t items = 20;
  std::int64_t shown = assortment_size;
  std::int64_t customers = 80;  // of an episode
};

// The customers of one episode, one after another.
class AssortmentEpisode {
 public:
  static constexpr std::int64_t features = 10;  // of an item

  // Items and the uniform number by which each customer chooses are drawn at once: episodes of the same `rng` differ by
  // what is shown alone.
  AssortmentEpisode(const AssortmentSizes& sizes, Rng rng);

  bool finished() const { return customer_ == sizes_.customers; }
  // What is known of the items, [items, features], all divided by 10: price, hype, saturation and the item's own two;
  // by how much the last purchase changed hype and saturation, and all so far; the customer's number, from 1 on, as a
  // share of all times 10.
  void observe(std::span<real> out) const;
  // Scores whose `shown` largest are the assortment of largest expected revenue R*: v_i·(price_i − R*)/(1 + Σ v of the
  // best). An assortment S that is worse by these scores is so by (R* − R(S))·(1 + Σ_S v)/(1 + Σ v of the best).
  void best_scores(std::span<real> out) const;
  // Σ v·price / (1 + Σ v) of the entries that are 1.
  double expected_revenue(std::span<const real> assortment) const;
  // The customer sees these and buys or not; the next one comes.
  void show(std::span<const real> assortment);

 private:
  double attraction(std::int64_t item) const;

  AssortmentSizes sizes_;
  std::vector<double> price_, hype_, saturation_, first_, second_, start_hype_, start_saturation_;
  std::vector<double> hype_change_, saturation_change_;  // by the last purchase
  std::vector<double> choice_;                           // uniform in (0, 1), of each customer
  std::vector<std::int64_t> bought_;                     // items; −1: nothing
  std::int64_t customer_ = 0;
};

// Instances are the moments of episodes that always show the best assortment, costs their scores. Judged by what is
// expected to be earned in the test episodes, less than by showing the best, as a share of that: choices change what
// comes after, so that the best for the moment is not the best of all, and regret may be below 0.
DecisionProblem make_assortment_problem(const ProblemSettings& settings, std::uint32_t seed);

}  // namespace cotape::app
