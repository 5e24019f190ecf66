#pragma once
#include <nlohmann/json.hpp>

#include <cotape/bench/peers/torch/torch_step.h>

namespace cotape::bench::peer {

// How far two engines are from one another: ‖a − b‖ / ‖b‖ of a tensor, b being libtorch's.
struct Agreement {
  struct Error {
    std::string tensor;
    double relative = 0;
  };
  Error output, gradient;      // the largest of the output and the loss, and of the gradients of all parameters
  std::int64_t gradients = 0;  // tensors compared

  static constexpr double limit = 1e-4;
  // Not so before anything was compared, nor for a NaN.
  bool good() const { return gradients > 0 && output.relative <= limit && gradient.relative <= limit; }
  nlohmann::ordered_json json() const;
};

// One forward and backward pass of both, with the same weights, batch, noise and solutions. A gradient that is zero but
// for rounding, as that of a bias in front of a normalisation, is compared relative to 1e-3 of the largest gradient of
// the net: ‖b‖ counts as no less.
Agreement compare(Step& ours, TorchStep& theirs);

}  // namespace cotape::bench::peer
