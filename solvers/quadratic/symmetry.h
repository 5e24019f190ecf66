#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/quadratic/matching_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

// Which facilities, or which locations, are alike: renumbering them all in some way exchanges two of them and changes
// no cost. Of branches that differ in alike ones only one need be searched.
class Symmetry {
 public:
  // Of the rows of the costs, or of the columns.
  enum class Side { rows, columns };
  void begin(const ProductCosts& costs, Side side);
  // Sets of_each [n] to the lowest element that an element is alike, under renumberings that leave those that are
  // marked in `fixed` [n] where they are. Two elements that are hard to tell apart count as different. Whether there
  // are alike ones at all.
  bool find(std::span<const std::uint8_t> fixed, std::vector<std::int32_t>& of_each);

 private:
  bool exchangeable(std::int32_t a, std::int32_t b, std::span<const std::uint8_t> fixed);
  bool extend(std::int32_t next);
  bool fits(std::int32_t element, std::int32_t image) const;

  const LaneMatrix* matrix_ = nullptr;
  std::int32_t n_ = 0;
  std::vector<std::int32_t> kinds_;  // of different kinds are elements that cannot be alike
  // Of a renumbering that is being made: the elements that have an image, the images, and whether they are taken.
  std::vector<std::int32_t> order_, images_;
  std::vector<std::uint8_t> taken_;
  std::int64_t steps_left_ = 0;
};

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
