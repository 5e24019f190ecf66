#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <cotape/engine/base/parallel.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Several arrays seen as one index range, so that one parallel loop serves small and large ones alike.
class FlatRange {
 public:
  // Elements of a parallel block: it and the four arrays of an optimiser stay in the second-level cache.
  static constexpr std::int64_t block = 1 << 14;

  // Adds an array of `size` elements.
  void append(std::int64_t size) {
    begins_.push_back(end_);
    sizes_.push_back(size);
    end_ += (size + 15) / 16 * 16;  // pieces of a block start on cache lines
  }

  // Calls body(array, begin, end) for pieces of the arrays that together cover them, in parallel. The pieces depend on
  // the sizes alone.
  template <class Body>
  void parallel_for(const Body& body) const {
    cotape::parallel_for(end_, block, [&](std::int64_t begin, std::int64_t end) { pieces(begin, end, body); });
  }

  // Sum over the same pieces of body(array, begin, end), in their order.
  template <class Body>
  double parallel_sum(const Body& body) const {
    return cotape::parallel_sum(end_, block, [&](std::int64_t begin, std::int64_t end) {
      double sum = 0;
      pieces(begin, end, [&](auto... piece) { sum += body(piece...); });
      return sum;
    });
  }

 private:
  template <class Body>
  void pieces(std::int64_t begin, std::int64_t end, const Body& body) const {
    auto array =
        static_cast<std::size_t>(std::upper_bound(begins_.begin(), begins_.end(), begin) - begins_.begin() - 1);
    for (; array < begins_.size() && begins_[array] < end; ++array) {
      const std::int64_t first = std::max<std::int64_t>(begin - begins_[array], 0);
      const std::int64_t last = std::min(end - begins_[array], sizes_[array]);
      if (first < last) body(array, first, last);
    }
  }

  std::vector<std::int64_t> begins_;
  std::vector<std::int64_t> sizes_;
  std::int64_t end_ = 0;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
