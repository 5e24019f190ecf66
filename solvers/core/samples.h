#pragma once
#include <cstdint>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Solutions that a rule drew, several for each instance. They have an axis that a target does not have, so they are
// not a Var: arithmetic with a target would broadcast [batch, samples, n] against [batch, n] along the wrong axes. Say
// what is meant,
//   l2_loss(y.mean(), target)                  // the mean solution
//   l2_loss(y.all(), y.beside(target))         // every sample against the target
class Samples {
 public:
  // `axis` of `all` counts the samples.
  Samples(Var all, int axis) : all_(all), axis_(axis) {}

  // Every sample: [batch, samples, ...], or [samples, ...] of a single instance.
  const Var& all() const { return all_; }
  // Their mean, of the scores' shape: [batch, ...].
  Var mean() const;
  // A target [batch, ...] repeated for each sample: of the shape of all().
  // Throws ShapeError when it does not have the shape of mean().
  Var beside(Var target) const;

  int axis() const { return axis_; }
  std::int64_t count() const { return all_.shape()[axis_]; }

 private:
  Var all_;
  int axis_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
