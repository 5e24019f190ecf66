#pragma once
#include <cotape/nn/optim/optimizer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct LionOptions {
  double lr = 1e-4;  // a third to a tenth of what Adam would have
  double beta1 = 0.9;
  double beta2 = 0.99;
  double weight_decay = 0;  // w ← w − lr · weight_decay · w before the update
};

// Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2: every element moves by the
// same length.
//   w ← w − lr · sign(β₁ m + (1 − β₁) g)      m ← β₂ m + (1 − β₂) g
class Lion final : public Optimizer {
 public:
  // Throws ValueError for an option that is negative or not finite, or a β ≥ 1.
  explicit Lion(std::vector<Parameter*> parameters, const LionOptions& options = {});

 private:
  void update(const Piece& piece) const override;

  LionOptions options_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
