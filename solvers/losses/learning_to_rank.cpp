#include <cotape/engine/base/error.h>
#include <cotape/solvers/losses/learning_to_rank.h>
#include <cotape/solvers/losses/pool_loss.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

std::size_t best_of(std::span<const double> values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

// The mean of pair(s, slope) over the solutions that are truly worse than the best one. It returns a loss of the two
// and sets the slope by v̂(s) − v̂(best).
template <class Pair>
double mean_over_pairs(const PoolValues& values, std::span<double> slopes, Pair pair) {
  const std::size_t best = best_of(values.right), size = values.right.size();
  std::size_t worse = 0;
  double total = 0;
  for (std::size_t s = 0; s < size; ++s) {
    if (!(values.right[s] < values.right[best])) continue;
    ++worse;
    total += pair(values.predicted[s] - values.predicted[best], values.right[s] - values.right[best], slopes[s]);
  }
  if (worse == 0) return 0;
  const double share = 1 / static_cast<double>(worse);
  double sum = 0;
  for (double& slope : slopes) sum += slope *= share;
  slopes[best] = -sum;
  return share * total;
}

// ln softmax(v / τ). The largest v / τ is subtracted by itself, so that nothing of the rest is lost beside it.
class LogShares {
 public:
  LogShares(std::span<const double> values, double temperature) : values_(values), temperature_(temperature) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    top_ = (temperature > 0 ? *high : *low) / temperature;
    double sum = 0;
    for (const double value : values) sum += std::exp(value / temperature - top_);
    log_size_ = std::log(sum);
  }
  double operator[](std::size_t s) const { return values_[s] / temperature_ - top_ - log_size_; }

 private:
  std::span<const double> values_;
  double temperature_, top_ = 0, log_size_ = 0;
};

}  // namespace

Var pointwise_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs,
                  std::span<const std::int64_t> examples) {
  const InstanceLoss loss = [](const PoolValues& values, std::span<double> slopes) {
    const double share = 1 / static_cast<double>(slopes.size());
    double total = 0;
    for (std::size_t s = 0; s < slopes.size(); ++s) {
      const double off = values.predicted[s] - values.right[s];
      total += share * off * off;
      slopes[s] = 2 * share * off;
    }
    return total;
  };
  return ranking_loss({"pointwise_ltr", "dx = ±dy mean_s 2(v̂ − v) s / batch", loss}, oracle, pool, predicted, costs,
                      examples);
}

Var pairwise_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs, double margin,
                 std::span<const std::int64_t> examples) {
  if (!(margin >= 0) || std::isinf(margin))
    fail<ValueError>("pairwise_ltr: margin = ", margin, " is not a finite number of 0 or more");
  const InstanceLoss loss = [margin](const PoolValues& values, std::span<double> slopes) {
    return mean_over_pairs(values, slopes, [margin](double difference, double, double& slope) {
      slope = margin + difference > 0 ? 1 : 0;
      return std::max(0.0, margin + difference);
    });
  };
  return ranking_loss({"pairwise_ltr", "dx = ±dy mean_s [v̂(s) + margin > v̂(b)] (s − b) / batch", loss}, oracle, pool,
                      predicted, costs, examples);
}

Var pairwise_difference_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs,
                            std::span<const std::int64_t> examples) {
  const InstanceLoss loss = [](const PoolValues& values, std::span<double> slopes) {
    return mean_over_pairs(values, slopes, [](double difference, double wanted, double& slope) {
      slope = 2 * (difference - wanted);
      return (difference - wanted) * (difference - wanted);
    });
  };
  return ranking_loss({"pairwise_difference_ltr", "dx = ±dy mean_s 2(v̂(s) − v̂(b) − v(s) + v(b)) (s − b) / batch", loss},
                      oracle, pool, predicted, costs, examples);
}

Var listwise_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs, double temperature,
                 std::span<const std::int64_t> examples) {
  if (temperature == 0 || !std::isfinite(temperature))
    fail<ValueError>("listwise_ltr: temperature = ", temperature, " is zero or not finite");
  const InstanceLoss loss = [temperature](const PoolValues& values, std::span<double> slopes) {
    const LogShares log_shares(values.predicted, temperature), log_right(values.right, temperature);
    double total = 0;
    for (std::size_t s = 0; s < slopes.size(); ++s) {
      const double share = std::exp(log_right[s]);
      if (share > 0) total -= share * log_shares[s];
      slopes[s] = (std::exp(log_shares[s]) - share) / temperature;
    }
    return total;
  };
  return ranking_loss({"listwise_ltr", "dx = ±dy Σ_s (p̂(s) − p(s)) s / (τ batch)", loss}, oracle, pool, predicted,
                      costs, examples);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
