#pragma once
#include <cotape/engine/ops/random.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// dropout in training, with a mask of its own for every call; x itself in evaluation. The mask depends on the
// generator, the number of the call and the tape's shard alone. Calls in training are counted in the buffer "calls"
// [2], as n mod 2²⁰ and n / 2²⁰, so that a run that is loaded goes on with the masks that it would have had.
class Dropout final : public Layer {
 public:
  // Takes one draw from rng, so that each layer has masks of its own. Throws ValueError unless 0 ≤ probability < 1.
  Dropout(real probability, Rng& rng);

 private:
  Var forward(Var x) override;

  real probability_;
  Rng rng_;
  Tensor calls_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
