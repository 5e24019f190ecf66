#include <cotape/solvers/core/normals.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

void Normals::clear() {
  terms_.clear();
  last_.clear();
  equation_.clear();
}

void Normals::begin(bool equation) {
  last_.push_back(std::ssize(terms_));
  equation_.push_back(equation);
}

void Normals::add_bounds(std::int64_t entry, double y, double upper) {
  const bool at_lower = y <= 0, at_upper = y >= upper;
  if (!at_lower && !at_upper) return;
  begin(at_lower && at_upper);
  add(entry, at_upper ? 1 : -1);
}

std::span<const Normals::Term> Normals::terms(std::int64_t constraint) const {
  const auto j = static_cast<std::size_t>(constraint);
  const std::int64_t first = j == 0 ? 0 : last_[j - 1];
  return std::span(terms_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last_[j] - first));
}

double Normals::length(std::int64_t constraint) const {
  double largest = 0, squares = 0;
  for (const Term& term : terms(constraint)) largest = std::max(largest, std::abs(term.factor));
  if (largest == 0) return 0;
  for (const Term& term : terms(constraint)) squares += (term.factor / largest) * (term.factor / largest);
  return largest * std::sqrt(squares);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
