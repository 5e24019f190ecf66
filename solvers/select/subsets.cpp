#include <cotape/solvers/select/subsets.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {

std::span<double> Subsets::scores(std::int64_t n) {
  scores_.resize(static_cast<std::size_t>(n));
  return scores_;
}

void Subsets::choose(std::int64_t k) {
  k_ = k;
  const auto states = static_cast<std::size_t>(k + 1);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  take_.resize(scores_.size() * states);
  ratios_.assign(states, -infinity);  // of no items: e_j is 0 but for e_0
  ratios_[0] = infinity;
  for (std::int64_t i = 0; i < size(); ++i) {
    const double theta = scores_[static_cast<std::size_t>(i)];
    double* const take = take_.data() + i * (k + 1);
    // ρ_j of e_j + w e_{j−1}: the middle one of ρ_j, θ and ρ_{j−1}, and what is left are two small logarithms.
    double before = infinity, log_before = 0;
    take[0] = 0;
    for (std::int64_t j = 1; j <= k; ++j) {
      double& ratio = ratios_[static_cast<std::size_t>(j)];
      const double small = std::exp(-std::abs(theta - ratio)), log_now = std::log1p(small);
      take[j] = (theta < ratio ? small : 1) / (1 + small);
      const double middle = std::max(std::min(before, theta), ratio);
      before = ratio;
      ratio = middle + (log_now - log_before);
      log_before = log_now;
    }
  }
}

void Subsets::marginals(std::span<double> mean) {
  reach_.assign(static_cast<std::size_t>(k_ + 1), 0);
  reach_[static_cast<std::size_t>(k_)] = 1;
  for (std::int64_t i = size() - 1; i >= 0; --i) {
    const double* const take = take_.data() + i * (k_ + 1);
    double sum = 0;
    for (std::int64_t j = 1; j <= k_; ++j) {  // upwards: reach_[j − 1] has been passed on already
      const double taken = reach_[j] * take[j];
      sum += taken;
      reach_[j - 1] += taken;
      reach_[j] -= taken;
    }
    mean[i] = sum;
  }
}

void Subsets::covariance(std::span<const double> direction, std::span<double> product) {
  const std::int64_t stride = k_ + 1;
  gain_.resize(take_.size());
  moved_.assign(static_cast<std::size_t>(stride),
                0);  // mean of ⟨direction, y⟩ over the items so far, when j are chosen
  for (std::int64_t i = 0; i < size(); ++i)
    for (std::int64_t j = k_; j >= 1; --j) {  // downwards: moved_[j − 1] is still that of the items before
      const double gain = direction[i] + moved_[j - 1] - moved_[j];
      gain_[i * stride + j] = gain;
      moved_[j] += take_[i * stride + j] * gain;
    }

  reach_.assign(static_cast<std::size_t>(stride), 0);
  moved_.assign(static_cast<std::size_t>(stride), 0);  // derivatives of reach_
  reach_[static_cast<std::size_t>(k_)] = 1;
  for (std::int64_t i = size() - 1; i >= 0; --i) {
    double sum = 0;
    for (std::int64_t j = 1; j <= k_; ++j) {
      const double take = take_[i * stride + j], taken = reach_[j] * take;
      const double moved = moved_[j] * take + taken * (1 - take) * gain_[i * stride + j];
      sum += moved;
      reach_[j - 1] += taken;
      reach_[j] -= taken;
      moved_[j - 1] += moved;
      moved_[j] -= moved;
    }
    product[i] = sum;
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
