#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/last_solutions.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

Shape checked_shape(std::int64_t examples, std::int64_t size) {
  if (examples < 0 || size < 0) fail<ValueError>("LastSolutions: ", examples, " examples of ", size, " entries");
  return {examples, size};
}

}  // namespace

LastSolutions::LastSolutions(std::int64_t examples, std::int64_t size)
    : size_(size), solutions_(checked_shape(examples, size)), known_(static_cast<std::size_t>(examples)) {}

std::span<const real> LastSolutions::of(std::int64_t example) const {
  if (known_[static_cast<std::size_t>(example)] == 0) return {};
  return solutions_.values().subspan(static_cast<std::size_t>(example * size_), static_cast<std::size_t>(size_));
}

void LastSolutions::keep(std::int64_t example, std::span<const real> solution) {
  std::copy(solution.begin(), solution.end(), solutions_.data() + example * size_);
  known_[static_cast<std::size_t>(example)] = 1;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
