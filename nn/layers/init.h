#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>

// Initial values of weights, under their standard names.
namespace cotape {
inline namespace COTAPE_PRECISION {
namespace init {

// How many inputs an output unit reads, and how many outputs an input unit feeds.
struct Fans {
  std::int64_t in = 0;
  std::int64_t out = 0;
};
// Fans of a weight in the layout that its op reads: [out, in] of linear, or [receptive..., in, out] of a convolution,
// as conv2d's [kernel height, kernel width, in, out], where in and out count once for each number of the receptive
// field; in is then what one of so many groups of channels reads. Throws ShapeError for fewer than two axes, an axis of
// size 0, or channels out that do not divide into groups.
Fans fans(const Shape& weight, std::int64_t groups = 1);

// Every element is `value`.
void constant(Tensor& out, real value);
// Uniform in the open interval (low, high). Throws ValueError unless low < high and both are finite.
void uniform(Tensor& out, real low, real high, Rng& rng);
// Normal with this mean and standard deviation. Throws ValueError when one is not finite or deviation is negative.
void normal(Tensor& out, real mean, real deviation, Rng& rng);

// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
// eq. 16: variance 2 / (in + out), for layers that are nearly linear. Without fans, those of the weight's shape.
void glorot_uniform(Tensor& weight, Rng& rng);
void glorot_normal(Tensor& weight, Rng& rng);
void glorot_uniform(Tensor& weight, Fans fans, Rng& rng);
void glorot_normal(Tensor& weight, Fans fans, Rng& rng);

// He et al., "Delving deep into rectifiers", ICCV 2015, eq. 10: variance 2 / in, for layers before a ReLU. Without
// fans, those of the weight's shape.
void he_uniform(Tensor& weight, Rng& rng);
void he_normal(Tensor& weight, Rng& rng);
void he_uniform(Tensor& weight, Fans fans, Rng& rng);
void he_normal(Tensor& weight, Fans fans, Rng& rng);

}  // namespace init
}  // namespace COTAPE_PRECISION
}  // namespace cotape
