#pragma once
#include <cotape/nn/optim/optimizer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // added to the gradient: g + weight_decay · w
  bool amsgrad = false;     // divide by the largest v so far
  // Rows of a table that no gradient has reached (Parameter::gradient_rows) stay as they are, and so do their m and v,
  // as in PyTorch's SparseAdam: a step takes time for the rows that were used. Otherwise they move on under their m.
  bool lazy_rows = false;
};

// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1:
//   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      w ← w − lr · m̂ / (√v̂ + ε)
// with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ) and t the number of updates of this parameter. With amsgrad v̂ is
// made of the largest v so far (Reddi et al., "On the convergence of Adam and beyond", ICLR 2018, as PyTorch has it).
class Adam : public Optimizer {
 public:
  // Throws ValueError for an option that is negative or not finite, or a β ≥ 1.
  explicit Adam(std::vector<Parameter*> parameters, const AdamOptions& options = {});

 protected:
  Adam(std::string name, std::vector<Parameter*> parameters, const AdamOptions& options, bool decoupled);

 private:
  void update(const Piece& piece) const final;
  bool leaves_rows() const final { return options_.lazy_rows; }

  AdamOptions options_;
  bool decoupled_;
};

struct AdamWOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;  // w ← w − lr · weight_decay · w before the update
  bool amsgrad = false;
  bool lazy_rows = false;  // as AdamOptions
};

// Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2, where the decay is
// lr · weight_decay as in PyTorch.
class AdamW final : public Adam {
 public:
  // Throws ValueError as Adam does.
  explicit AdamW(std::vector<Parameter*> parameters, const AdamWOptions& options = {});
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
