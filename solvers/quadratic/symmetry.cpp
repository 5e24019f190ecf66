#include <cotape/solvers/quadratic/symmetry.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {
namespace {

constexpr std::int64_t max_steps = 2000;  // of the search for one renumbering

}  // namespace

void Symmetry::begin(const ProductCosts& costs, Side side) {
  matrix_ = side == Side::rows ? &costs.flow() : &costs.distance();
  n_ = costs.rows();
  // Alike elements have the same linear costs, and the same numbers in their rows and columns of the matrix.
  std::vector<std::vector<double>> features(static_cast<std::size_t>(n_));
  for (std::int32_t a = 0; a < n_; ++a) {
    std::vector<double>& own = features[a];
    for (std::int32_t k = 0; k < n_; ++k) own.push_back((*matrix_)(a, k));
    for (std::int32_t k = 0; k < n_; ++k) own.push_back((*matrix_)(k, a));
    std::sort(own.begin(), own.begin() + n_);
    std::sort(own.begin() + n_, own.end());
    for (std::int32_t k = 0; k < n_; ++k) own.push_back(side == Side::rows ? costs.linear(a)[k] : costs.linear(k)[a]);
  }
  kinds_.resize(static_cast<std::size_t>(n_));
  for (std::int32_t a = 0; a < n_; ++a)
    kinds_[a] = static_cast<std::int32_t>(std::find(features.begin(), features.end(), features[a]) - features.begin());
}

bool Symmetry::find(std::span<const std::uint8_t> fixed, std::vector<std::int32_t>& of_each) {
  of_each.resize(static_cast<std::size_t>(n_));
  bool any = false;
  for (std::int32_t a = 0; a < n_; ++a) {
    of_each[a] = a;
    if (fixed[a] != 0) continue;
    for (std::int32_t b = 0; b < a && of_each[a] == a; ++b)
      if (fixed[b] == 0 && of_each[b] == b && exchangeable(b, a, fixed)) of_each[a] = b;
    any |= of_each[a] != a;
  }
  return any;
}

bool Symmetry::exchangeable(std::int32_t a, std::int32_t b, std::span<const std::uint8_t> fixed) {
  if (kinds_[a] != kinds_[b]) return false;
  order_.clear();
  images_.assign(static_cast<std::size_t>(n_), -1);
  taken_.assign(static_cast<std::size_t>(n_), 0);
  const auto put = [&](std::int32_t element, std::int32_t image) {
    images_[element] = image;
    taken_[image] = 1;
    order_.push_back(element);
  };
  for (std::int32_t k = 0; k < n_; ++k)
    if (fixed[k] != 0) put(k, k);
  if (!fits(a, b)) return false;
  put(a, b);
  steps_left_ = max_steps;
  return extend(0);
}

// Whether the renumbering may send the element there.
bool Symmetry::fits(std::int32_t element, std::int32_t image) const {
  const LaneMatrix& matrix = *matrix_;
  return taken_[image] == 0 && kinds_[element] == kinds_[image] &&
         std::all_of(order_.begin(), order_.end(), [&](std::int32_t other) {
           return matrix(element, other) == matrix(image, images_[other]) &&
                  matrix(other, element) == matrix(images_[other], image);
         });
}

// Finds images for `next` and all elements behind it.
bool Symmetry::extend(std::int32_t next) {
  while (next < n_ && images_[next] >= 0) ++next;
  if (next == n_) return true;
  for (std::int32_t image = 0; image < n_; ++image) {
    if (!fits(next, image)) continue;
    if (--steps_left_ < 0) return false;
    images_[next] = image;
    taken_[image] = 1;
    order_.push_back(next);
    if (extend(next + 1)) return true;
    order_.pop_back();
    taken_[image] = 0;
    images_[next] = -1;
  }
  return false;
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
