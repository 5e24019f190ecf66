#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <cotape/engine/kernels/lanes.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The next multiple of the lanes of T in one register: a length that loops over whole registers can walk.
template <class T>
constexpr std::int64_t padded_size(std::int64_t n) {
  return (n + lane_count_of<T> - 1) / lane_count_of<T> * lane_count_of<T>;
}

// An array for lanes_at(): it starts at a multiple of 64 bytes and has whole registers. When it shrinks it keeps its
// memory, so that a workspace that is used again allocates nothing.
template <class T>
class LaneArray {
 public:
  // At least `size` elements, all equal to `value`.
  void assign(std::int64_t size, T value) {
    Block block;
    for (T& x : block.values) x = value;
    blocks_.assign(block_count(size), block);
  }
  // At least `size` elements; the ones that were there keep their values, new ones are 0.
  void resize(std::int64_t size) { blocks_.resize(block_count(size)); }

  T* data() { return reinterpret_cast<T*>(blocks_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(blocks_.data()); }
  T& operator[](std::int64_t i) { return data()[i]; }
  const T& operator[](std::int64_t i) const { return data()[i]; }

 private:
  struct alignas(64) Block {
    T values[lane_count_of<T>];
  };
  static std::size_t block_count(std::int64_t size) {
    return static_cast<std::size_t>(padded_size<T>(size) / lane_count_of<T>);
  }

  std::vector<Block> blocks_;
};

// A matrix whose rows each start at a multiple of 64 bytes, for lanes_at().
class LaneMatrix {
 public:
  // rows × columns elements, all equal to `value`, and so are those that pad each row.
  void assign(std::int64_t rows, std::int64_t columns, double value) {
    stride_ = padded_size<double>(columns);
    values_.assign(rows * stride_, value);
  }
  // A square one.
  void assign(std::int64_t rows, double value) { assign(rows, rows, value); }
  // From one row to the next, padding included.
  std::int64_t stride() const { return stride_; }
  double* row(std::int64_t i) { return values_.data() + i * stride_; }
  const double* row(std::int64_t i) const { return values_.data() + i * stride_; }
  double& operator()(std::int64_t i, std::int64_t j) { return row(i)[j]; }
  double operator()(std::int64_t i, std::int64_t j) const { return row(i)[j]; }

 private:
  std::int64_t stride_ = 0;
  LaneArray<double> values_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
