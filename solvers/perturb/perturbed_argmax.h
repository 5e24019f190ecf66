#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/perturb/perturb.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Draws ε and solves u_s = θ + scale·ε_s for each sample: what every rule and loss with noise begins with. `perturbed`
// becomes u and `solutions` y(u), both of the layout's shape. Throws what Oracle::argmax throws.
void perturbed_argmax(const BatchOracle& oracle, const SampleLayout& layout, const Tensor& theta, const Noise& noise,
                      real scale, Rng& rng, Tensor& perturbed, Tensor& solutions);
// The same with noise that has been drawn.
void perturbed_argmax(const BatchOracle& oracle, const SampleLayout& layout, const Tensor& theta, const Tensor& noise,
                      real scale, Tensor& perturbed, Tensor& solutions);
// … of θ ⊙ factor, as multiplicative noise has it.
void multiplied_argmax(const BatchOracle& oracle, const SampleLayout& layout, const Tensor& theta,
                       const Tensor& factors, Tensor& perturbed, Tensor& solutions);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
