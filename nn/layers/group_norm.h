#pragma once
#include <optional>

#include <cotape/engine/ops/group_norm.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct GroupNormOptions {
  real epsilon = real(1e-5);
  bool affine = true;  // whether there are a weight and a bias
};

// group_norm of x [batch, …, channels], the same in training and evaluation. Parameters "weight" [channels], at first
// 1, and "bias" [channels], at first 0.
class GroupNorm final : public Layer {
 public:
  // Throws ValueError for groups or channels < 1, channels that do not divide into groups, or ε not positive.
  GroupNorm(std::int64_t groups, std::int64_t channels, const GroupNormOptions& options = {});

 private:
  Var forward(Var x) override;

  std::int64_t groups_;
  real epsilon_;
  std::optional<Parameter> weight_, bias_;
};

// instance_norm of x [batch, …, channels]: each channel is a group of its own. Weight and bias as GroupNorm's.
class InstanceNorm final : public Layer {
 public:
  // Throws ValueError for channels < 1 or ε not positive.
  explicit InstanceNorm(std::int64_t channels, const GroupNormOptions& options = {});

 private:
  Var forward(Var x) override;

  real epsilon_;
  std::optional<Parameter> weight_, bias_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
