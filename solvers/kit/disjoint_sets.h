#pragma once
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The elements 0 … n − 1 in sets that are joined, one pair after the other ("union–find": union by size, paths are
// halved; R. E. Tarjan, J. van Leeuwen, "Worst-case analysis of set union algorithms", 1984). Keeps its memory.
class DisjointSets {
 public:
  // Every element becomes a set of its own.
  void assign(std::int64_t n) {
    parent_.resize(static_cast<std::size_t>(n));
    std::iota(parent_.begin(), parent_.end(), 0);
    size_.assign(static_cast<std::size_t>(n), 1);
  }
  // The element that stands for the set of x.
  std::int32_t find(std::int32_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }
  // Whether they were two sets before.
  bool join(std::int32_t a, std::int32_t b) {
    a = find(a);
    b = find(b);
    if (a == b) return false;
    if (size_[a] < size_[b]) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
    return true;
  }

 private:
  std::vector<std::int32_t> parent_, size_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
