#pragma once
#include <cotape/nn/optim/optimizer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct SgdOptions {
  double lr = 1e-2;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;  // added to the gradient: g + weight_decay · w
};

// Stochastic gradient descent with momentum, as in PyTorch (Sutskever et al., "On the importance of initialization and
// momentum in deep learning", ICML 2013, with the learning rate outside the momentum):
//   u ← momentum · u + g      w ← w − lr · u,  or with Nesterov  w ← w − lr · (g + momentum · u)
class Sgd final : public Optimizer {
 public:
  // Throws ValueError for an option that is negative or not finite, momentum ≥ 1, or nesterov without momentum.
  explicit Sgd(std::vector<Parameter*> parameters, const SgdOptions& options = {});

 private:
  void update(const Piece& piece) const override;

  SgdOptions options_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
