#pragma once
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// `size` numbers for every worker of parallel_for_workers, each on cache lines of its own.
class Workspaces {
 public:
  Workspaces(std::int64_t size, std::pmr::memory_resource* memory)
      : stride_((size + 15) / 16 * 16), numbers_(Tensor::uninitialized(Shape{worker_count(), stride_}, memory)) {}

  real* of(std::int64_t worker) { return numbers_.data() + worker * stride_; }

 private:
  std::int64_t stride_;
  Tensor numbers_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
