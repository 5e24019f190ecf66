#pragma once
#include <optional>

#include <cotape/engine/ops/pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct BatchNormSettings {
  real epsilon = real(1e-5);  // added to the variance
  Activation activation = Activation::none;
  // Of images, only the largest number of each window is kept: max_pool2d behind the normalisation, without the image
  // in between ever being in memory.
  std::optional<PoolSettings> max_pool = {};
};

// Mean and variance of every channel.
struct ChannelStatistics {
  Tensor mean = {}, variance = {};  // [channels]; the variance is the mean square deviation, divided by n
  std::int64_t count = 0;           // how many numbers each channel had
};

// Batch normalisation (Ioffe and Szegedy 2015, algorithm 1) over all axes but the last:
// y = activation(gain ⊙ (x − mean) / √(variance + ε) + bias [+ skip]) with the batch's own mean and variance, which are
// written to `statistics` and differentiated through. gain and bias [channels]; skip, of x's shape, is the other branch
// of a residual block. Normalisation, sum, activation and max_pool are one pass over memory; of numbers in a window
// that are equal when normalised, the first in row-major order gets the gradient. A channel of equal numbers becomes
// its bias exactly, however large they are. Throws ShapeError when shapes do not
// fit or a channel has fewer than two numbers, ValueError unless ε > 0 or for a skip together with max_pool; for
// max_pool what max_pool2d throws.
Var batch_norm(Var x, Var gain, Var bias, ChannelStatistics& statistics, const BatchNormSettings& settings = {},
               std::optional<Var> skip = {});

// The same with given mean and variance [channels], as in evaluation.
Var batch_norm(Var x, Var gain, Var bias, const Tensor& mean, const Tensor& variance,
               const BatchNormSettings& settings = {}, std::optional<Var> skip = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
