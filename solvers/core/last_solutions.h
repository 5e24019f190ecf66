#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The last solution of each training example, for a solver to begin with when the example comes again and its costs
// have changed a little (Ability::warm_start). Instances::starting_from says which examples a batch has, and
// Oracle::argmax keeps what it finds in forward passes, of several samples the first.
//
// It changes how long a solver takes, and no answer: where several solutions are equally good, and the solver says so,
// which of them may hang on it. So it is no part of a checkpoint.
class LastSolutions {
 public:
  // None is known. `size`: entries of a solution. Throws ValueError for sizes below 0.
  LastSolutions(std::int64_t examples, std::int64_t size);

  std::int64_t examples() const { return std::ssize(known_); }
  std::int64_t size() const { return size_; }
  // Nothing when none is known.
  std::span<const real> of(std::int64_t example) const;
  void keep(std::int64_t example, std::span<const real> solution);

 private:
  std::int64_t size_;
  Tensor solutions_;
  std::vector<std::uint8_t> known_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
