#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/solvers/losses/hamming.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var hamming_loss(Var s, Var t, Reduction reduction) {
  const Shape shape = s.shape();
  if (t.shape() != shape) fail<ShapeError>("hamming_loss: shapes differ: s ", shape, " t ", t.shape());
  if (shape.size() == 0) fail<ShapeError>("hamming_loss: shape ", shape, " has no elements");
  const Var total = sum(s * (1 - 2 * t) + t);
  switch (reduction) {
    case Reduction::sum:
      return total;
    case Reduction::mean:
      return total / static_cast<real>(shape.size());
    case Reduction::batch_mean:
      return total / static_cast<real>(shape.rank() > 0 ? shape[0] : 1);
  }
  return total;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
