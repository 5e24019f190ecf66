#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Group normalisation (Wu and He 2018) of images [batch, height, width, channels], or of any x [batch, …, channels]:
// y = gain ⊙ (x − mean) / √(variance + ε) + bias, mean and variance being those of one sample's numbers in one of
// `groups` groups of neighbouring channels. gain and bias [channels]; without them they are 1 and 0. A group of equal
// numbers becomes its bias exactly. Throws ShapeError when x has no axis besides its channels, these do not divide into
// groups, a group has fewer than two numbers, or gain or bias has another shape; ValueError for groups < 1 or unless ε
// > 0.
Var group_norm(Var x, std::int64_t groups, Var gain, Var bias, real epsilon = real(1e-5));
Var group_norm(Var x, std::int64_t groups, real epsilon = real(1e-5));

// The same with each channel a group of its own (Ulyanov, Vedaldi and Lempitsky 2016).
Var instance_norm(Var x, Var gain, Var bias, real epsilon = real(1e-5));
Var instance_norm(Var x, real epsilon = real(1e-5));

}  // namespace COTAPE_PRECISION
}  // namespace cotape
