#include <cotape/engine/kernels/rows.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void perturbed_argmax(const BatchOracle& oracle, const SampleLayout& layout, const Tensor& theta, const Noise& noise,
                      real scale, Rng& rng, Tensor& perturbed, Tensor& solutions) {
  noise.sample(perturbed, rng);
  perturb_scores(perturbed, layout, theta, scale, perturbed);
  oracle.argmax(perturbed, solutions);
}

void perturbed_argmax(const BatchOracle& oracle, const SampleLayout& layout, const Tensor& theta, const Tensor& noise,
                      real scale, Tensor& perturbed, Tensor& solutions) {
  perturb_scores(perturbed, layout, theta, scale, noise);
  oracle.argmax(perturbed, solutions);
}

void multiplied_argmax(const BatchOracle& oracle, const SampleLayout& layout, const Tensor& theta,
                       const Tensor& factors, Tensor& perturbed, Tensor& solutions) {
  for_rows(layout.outer * layout.samples, layout.inner, [&](std::int64_t row) {
    const real* from = theta.data() + row / layout.samples * layout.inner;
    const std::int64_t first = row * layout.inner;
    for (std::int64_t i = 0; i < layout.inner; ++i) perturbed[first + i] = from[i] * factors[first + i];
  });
  oracle.argmax(perturbed, solutions);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
