#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Eight numbers that are worked on together. Comparisons give all bits set or none, which ?: selects by.
inline constexpr int lanes = 8;
using Lanes = double __attribute__((vector_size(64), may_alias));
using WideLanes = std::int64_t __attribute__((vector_size(64), may_alias));

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// Rounds a number of cities up to whole lanes.
constexpr int padded(int n) { return (n + lanes - 1) / lanes * lanes; }

// An array that starts on a boundary of lanes and keeps its memory when it shrinks.
template <class T>
class LaneArray {
  static_assert(sizeof(T) == 8);

 public:
  // Every element is `value`; `size` is a multiple of the lanes.
  void assign(int size, T value) {
    Block block;
    for (T& x : block.values) x = value;
    blocks_.assign(static_cast<std::size_t>(size / lanes), block);
  }
  // Elements that are new are zero; `size` is a multiple of the lanes.
  void resize(int size) { blocks_.resize(static_cast<std::size_t>(size / lanes)); }
  T* data() { return reinterpret_cast<T*>(blocks_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(blocks_.data()); }
  T& operator[](int i) { return data()[i]; }
  const T& operator[](int i) const { return data()[i]; }

 private:
  struct alignas(64) Block {
    T values[lanes];
  };
  std::vector<Block> blocks_;
};

// The lanes that start at p, which lies on their boundary.
inline Lanes& lanes_at(double* p) { return *reinterpret_cast<Lanes*>(p); }
inline const Lanes& lanes_at(const double* p) { return *reinterpret_cast<const Lanes*>(p); }
inline WideLanes& lanes_at(std::int64_t* p) { return *reinterpret_cast<WideLanes*>(p); }
inline const WideLanes& lanes_at(const std::int64_t* p) { return *reinterpret_cast<const WideLanes*>(p); }

// A square matrix whose rows start on boundaries of lanes.
class LaneMatrix {
 public:
  void assign(int rows, double value) {
    stride_ = padded(rows);
    values_.assign(rows * stride_, value);
  }
  int stride() const { return stride_; }
  double* row(int i) { return values_.data() + static_cast<std::ptrdiff_t>(i) * stride_; }
  const double* row(int i) const { return values_.data() + static_cast<std::ptrdiff_t>(i) * stride_; }
  double& operator()(int i, int j) { return row(i)[j]; }
  double operator()(int i, int j) const { return row(i)[j]; }

 private:
  int stride_ = 0;
  LaneArray<double> values_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
