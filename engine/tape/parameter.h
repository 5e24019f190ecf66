#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A value that is learned, with its gradient; both outlive the tapes they are used on. The gradient starts empty;
// each backward pass adds to it until clear_gradient(). While it is frozen, tapes record it as a constant, for which no
// product is computed, and optimisers and clipping leave it as it is.
class Parameter {
 public:
  Parameter() = default;
  Parameter(std::string name, Tensor value) : name_(std::move(name)), value_(std::move(value)) {}

  const std::string& name() const { return name_; }
  void rename(std::string name) { name_ = std::move(name); }

  const Tensor& value() const { return value_; }
  // For optimisers and loading. A tape that recorded the old value refuses to run backward through it.
  Tensor& mutable_value() {
    ++version_;
    return value_;
  }
  std::uint64_t version() const { return version_; }

  bool has_gradient() const { return has_gradient_; }
  // Throws TapeError when there is none.
  const Tensor& gradient() const;
  Tensor& mutable_gradient();
  // Forgets the gradient; its memory serves the next one.
  void clear_gradient();

  // The rows (places along the first axis) that a gradient has reached since the last clear_gradient(), while only ops
  // that add to some rows made it, as embedding does: all others are 0, and whoever walks over these alone never
  // touches the rest of a large table. Nothing where any row may differ from 0.
  std::optional<std::span<const std::int64_t>> gradient_rows() const;
  // The gradient, to change those rows alone; after mutable_gradient() any row may differ from 0.
  Tensor& mutable_gradient_rows();

  // From now on; what tapes hold of it already stays as it was recorded.
  void freeze() { frozen_ = true; }
  void thaw() { frozen_ = false; }
  bool frozen() const { return frozen_; }

 private:
  friend struct Graph;  // a backward pass writes the first contribution straight to the buffer
  // The buffer that a first contribution writes to: same shape as the value, elements not set.
  Tensor& gradient_buffer();
  // The buffer that contributions to some rows are added to: zeros where nothing was added before.
  Tensor& row_buffer();
  void touch(std::int64_t row);
  // Makes a gradient of these rows alone.
  void restore_rows(std::span<const std::int64_t> rows, const Tensor& values);
  void clear_rows();
  std::int64_t row_size() const { return gradient_.size() / std::max<std::int64_t>(1, gradient_.shape()[0]); }

  std::string name_;
  Tensor value_;
  Tensor gradient_;
  bool has_gradient_ = false;
  bool frozen_ = false;
  std::uint64_t version_ = 0;
  bool only_rows_ = false;          // the gradient's memory is 0 but for rows_, also while there is none
  std::vector<std::int64_t> rows_;  // in the order in which they were reached
  std::vector<bool> is_reached_;    // of each row
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
