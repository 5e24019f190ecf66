#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// All subsets of k out of n items, with weights e^(sum of the chosen items' scores): the exact distribution of SIMPLE
// (Ahmed et al. 2023). Time and memory n · k. Scores may have any size and differ by any amount: only differences of
// pairs of them are ever taken. Keeps its memory from one set of scores to the next.
//
// With e_j the sum of the weights of all subsets of j among the items before one, that item is chosen with probability
// w e_{j−1} / (e_j + w e_{j−1}), when j are chosen of it and those before; so that from the last item to the first the
// items are chosen one by one. Kept are the logarithms ρ_j of e_j/e_{j−1}, which fall with j.
class Subsets {
 public:
  // Begins anew, with scores of `n` items that the caller writes.
  std::span<double> scores(std::int64_t n);
  // 0 ≤ k ≤ n of them are chosen.
  void choose(std::int64_t k);

  // mean[i]: probability that item i is chosen.
  void marginals(std::span<double> mean);
  // Calls chosen(i) for the items of a random subset; uniform(i) gives a number of (0, 1).
  template <class Uniform, class Chosen>
  void draw(Uniform uniform, Chosen chosen) const {
    for (std::int64_t i = size() - 1, j = k_; j > 0; --i)
      if (uniform(i) < take_[static_cast<std::size_t>(i * (k_ + 1) + j)]) {
        chosen(i);
        --j;
      }
  }
  // product[i] = Σ_j Cov(i, j)·direction[j], the derivative of `mean` when the scores move along `direction`.
  void covariance(std::span<const double> direction, std::span<double> product);

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(scores_.size()); }

  std::int64_t k_ = 0;
  std::vector<double> scores_, take_;  // take_[i, j]: probability of item i, when j of the items 0 … i are chosen
  std::vector<double> ratios_, reach_, moved_;  // of j
  std::vector<double> gain_;                    // [i, j]: derivative of the log-odds of take_
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
