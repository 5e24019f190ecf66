#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/parameter.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

const Tensor& Parameter::gradient() const {
  if (!has_gradient_) fail<TapeError>("parameter ", name_, " has no gradient: no backward pass reached it");
  return gradient_;
}

Tensor& Parameter::mutable_gradient() {
  gradient();
  only_rows_ = false;
  return gradient_;
}

void Parameter::clear_gradient() {
  if (only_rows_) clear_rows();
  has_gradient_ = false;
}

std::optional<std::span<const std::int64_t>> Parameter::gradient_rows() const {
  if (!has_gradient_ || !only_rows_) return {};
  return rows_;
}

Tensor& Parameter::mutable_gradient_rows() {
  gradient();
  return gradient_;
}

Tensor& Parameter::gradient_buffer() {
  only_rows_ = false;
  if (gradient_.shape() != value_.shape()) gradient_ = Tensor::uninitialized(value_.shape());
  return gradient_;
}

Tensor& Parameter::row_buffer() {
  if (only_rows_ && gradient_.shape() == value_.shape()) return gradient_;
  if (has_gradient_) return gradient_;  // every row may have something already
  gradient_buffer().fill(0);
  rows_.clear();
  is_reached_.assign(static_cast<std::size_t>(value_.shape()[0]), false);
  only_rows_ = true;
  return gradient_;
}

void Parameter::touch(std::int64_t row) {
  if (!only_rows_ || is_reached_[static_cast<std::size_t>(row)]) return;
  is_reached_[static_cast<std::size_t>(row)] = true;
  rows_.push_back(row);
}

void Parameter::clear_rows() {
  for (const std::int64_t row : rows_) {
    std::fill_n(gradient_.data() + row * row_size(), row_size(), real(0));
    is_reached_[static_cast<std::size_t>(row)] = false;
  }
  rows_.clear();
}

void Parameter::restore_rows(std::span<const std::int64_t> rows, const Tensor& values) {
  clear_gradient();
  row_buffer();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    touch(rows[i]);
    std::copy_n(values.data() + static_cast<std::int64_t>(i) * row_size(), row_size(),
                gradient_.data() + rows[i] * row_size());
  }
  has_gradient_ = true;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
