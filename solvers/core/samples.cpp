#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/core/samples.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var Samples::mean() const { return cotape::mean(all_, axis_); }

Var Samples::beside(Var target) const {
  const Shape one = all_.shape().without(axis_);
  if (target.shape() != one)
    fail<ShapeError>("samples: target ", target.shape(), " beside solutions ", all_.shape(), ", whose instances are ",
                     one);
  return broadcast_to(reshape(target, one.inserted(axis_, 1)), all_.shape());
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
