#pragma once
#include <torch/types.h>

#include <cotape/engine/base/tensor.h>

// Tensors of cotape as libtorch has them.
namespace cotape::bench::peer {

// A copy of the same shape.
inline torch::Tensor to_torch(const Tensor& x) {
  const std::vector<std::int64_t> shape(x.shape().begin(), x.shape().end());
  return torch::from_blob(const_cast<real*>(x.data()), shape, torch::kFloat32).clone();
}

// Images [batch, h, w, c] as [batch, c, h, w], in memory as `format` says.
inline torch::Tensor to_torch_images(const Tensor& x, torch::MemoryFormat format) {
  return to_torch(x).permute({0, 3, 1, 2}).clone(format);
}

// A parameter of cotape: filters [kh, kw, in, out] as [out, in, kh, kw]; all others have the same shape in both.
inline torch::Tensor to_torch_parameter(const Tensor& x) {
  return x.shape().rank() == 4 ? to_torch(x).permute({3, 2, 0, 1}).contiguous() : to_torch(x);
}

}  // namespace cotape::bench::peer
