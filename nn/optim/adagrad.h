#pragma once
#include <cotape/nn/optim/optimizer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct AdagradOptions {
  double lr = 1e-2;
  double lr_decay = 0;      // the t-th update has the learning rate lr / (1 + (t − 1) · lr_decay)
  double weight_decay = 0;  // added to the gradient: g + weight_decay · w
  double initial_sum = 0;   // of squared gradients, before the first
  double epsilon = 1e-10;
};

// Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 2011,
// as in PyTorch:
//   s ← s + g²      w ← w − lr · g / (√(initial_sum + s) + ε)
class Adagrad final : public Optimizer {
 public:
  // Throws ValueError for an option that is negative or not finite.
  explicit Adagrad(std::vector<Parameter*> parameters, const AdagradOptions& options = {});

 private:
  void update(const Piece& piece) const override;

  AdagradOptions options_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
