#pragma once
#include <cotape/nn/optim/optimizer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct RmsPropOptions {
  double lr = 1e-2;
  double alpha = 0.99;  // how much of the mean of squares stays
  double epsilon = 1e-8;
  double weight_decay = 0;  // added to the gradient: g + weight_decay · w
  double momentum = 0;
  bool centered = false;  // divide by the standard deviation instead of the root of the mean square
};

// Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012, as in PyTorch:
//   s ← α s + (1 − α) g²      d = g / (√s + ε)      w ← w − lr · d
// Centered (Graves, "Generating sequences with recurrent neural networks", 2013) it keeps the mean gradient
// m ← α m + (1 − α) g too and has √(s − m²) for √s. With momentum u ← momentum · u + d and w ← w − lr · u.
class RmsProp final : public Optimizer {
 public:
  // Throws ValueError for an option that is negative or not finite, or alpha or momentum ≥ 1.
  explicit RmsProp(std::vector<Parameter*> parameters, const RmsPropOptions& options = {});

 private:
  void update(const Piece& piece) const override;

  RmsPropOptions options_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
