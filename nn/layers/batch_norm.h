#pragma once
#include <cotape/engine/ops/norm.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct BatchNormOptions {
  Activation activation = Activation::none;
  real epsilon = real(1e-5);
  real momentum = real(0.1);                  // weight of the newest batch in the running statistics
  std::optional<PoolSettings> max_pool = {};  // as BatchNormSettings
};

// Batch normalisation over all axes but the last. In training it uses the batch's statistics and updates the running
// ones (variance with the divisor n − 1); in evaluation it uses those. Parameters "weight", at first 1, and "bias", at
// first 0; buffers "running_mean", at first 0, and "running_var", at first 1; all [channels].
class BatchNorm final : public Layer {
 public:
  // Throws ValueError for channels < 1, ε not positive, or a momentum outside [0, 1].
  explicit BatchNorm(std::int64_t channels, const BatchNormOptions& options = {});

  using Layer::operator();
  // activation(normalised x + skip): the end of a residual block, as one op.
  Var operator()(Var x, Var skip);

  const Tensor& running_mean() const { return running_mean_; }
  const Tensor& running_variance() const { return running_variance_; }

 private:
  Var forward(Var x) override;
  Var normalise(Var x, std::optional<Var> skip);

  BatchNormOptions options_;
  Parameter weight_, bias_;
  Tensor running_mean_, running_variance_;
  ChannelStatistics statistics_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
