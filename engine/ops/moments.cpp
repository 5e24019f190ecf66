#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/moments.h>
#include <cotape/engine/ops/reduction.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// n − correction for the numbers that fall onto one element of y.
real degrees_of_freedom(const Tensor& in, const Tensor& y, std::int64_t correction) {
  if (correction < 0) fail<ValueError>("correction ", correction, " is negative");
  if (y.size() == 0) return 1;
  const std::int64_t n = in.size() / y.size();
  if (n <= correction)
    fail<ShapeError>("shape ", in.shape(), " gives ", n, " numbers a group: with correction ", correction,
                     " there must be ", correction + 1, " at least");
  return static_cast<real>(n - correction);
}

// target = the mean over the reduced axes, as a sum of shares: a sum of large numbers could overflow.
void mean_to(Tensor& target, const Tensor& x, Forward& c) {
  const real n = static_cast<real>(x.size()) / static_cast<real>(target.size());
  Tensor shares = c.scratch(x.shape());
  map(
      shares, [n](real a) { return a / n; }, x);
  sum_to(target, shares, c.memory());
}

// to = x − mean. The mean is rounded, and beside it what it lost: the mean of the differences from it.
void deviations_to(Tensor& to, const Tensor& x, const Tensor& mean, const Tensor& lost) {
  map_broadcast(
      to, [](real a, real m) { return a - m; }, x, mean);
  map_broadcast(
      to, [](real d, real l) { return d - l; }, to, lost);
}

// Saves the mean in two parts, and returns the deviations from it.
Tensor save_mean(Forward& c, const Tensor& y, const Tensor& in) {
  Tensor &mean = c.save(y.shape()), &lost = c.save(y.shape());
  Tensor deviations = c.scratch(in.shape());
  if (in.size() == 0) return deviations;
  mean_to(mean, in, c);
  lost.fill(0);
  deviations_to(deviations, in, mean, lost);
  mean_to(lost, deviations, c);
  deviations_to(deviations, in, mean, lost);
  return deviations;
}

// y = Σ (d / unit)² over the reduced axes.
void sum_squares_to(Tensor& y, const Tensor& deviations, const Tensor& unit, Forward& c) {
  Tensor squares = c.scratch(deviations.shape());
  map_broadcast(
      squares, [](real d, real u) { return (d / u) * (d / u); }, deviations, unit);
  sum_to(y, squares, c.memory());
}

// The power of two below the largest deviation, 1 where that is 0 or no number.
void unit_to(Tensor& unit, const Tensor& deviations) {
  join_to(unit, deviations, 0, [](real a, real b) { return std::max(a, std::abs(b)); });
  map(
      unit,
      [](real top) {
        return top > 0 && top <= std::numeric_limits<real>::max() ? std::scalbn(real(1), std::ilogb(top)) : 1;
      },
      unit);
}

// y = Σ (x − mean)² over the reduced axes, in units of 1. Saves the mean, and returns the deviations from it.
Tensor sum_squared_deviations_to(Tensor& y, Tensor& unit, const Tensor& in, Forward& c) {
  Tensor deviations = save_mean(c, y, in);
  unit.fill(1);
  sum_squares_to(y, deviations, unit, c);
  return deviations;
}

// x − mean as recorded ops, where `kept` is the shape of the mean.
Var deviations(Var x, const Shape& kept) {
  const real share = static_cast<real>(kept.size()) / static_cast<real>(x.shape().size());
  return x - share * sum_to_shape(x, kept);
}

}  // namespace

Var variance(Var x, const Axes& axes, bool keepdims, std::int64_t correction) {
  return reduce(
      {"variance", "dx = 2 dy (x − mean) / (n − correction)"}, x, axes, keepdims,
      [correction](Forward& c, Tensor& y, const Tensor& in) {
        require_elements(in, y);
        const real divisor = degrees_of_freedom(in, y, correction);
        Tensor unit = c.scratch(y.shape());
        sum_squared_deviations_to(y, unit, in, c);
        map(
            y, [divisor](real sum) { return sum / divisor; }, y);
      },
      [correction](Vjp& v, const Tensor& dy, const Tensor& y) {
        const real factor = 2 / degrees_of_freedom(v.input(0), y, correction);
        deviations_to(v.dx, v.input(0), v.saved(0), v.saved(1));
        map_broadcast(
            v.dx, [factor](real d, real cotangent) { return factor * cotangent * d; }, v.dx, dy);
      },
      [correction](Var in, Var dy, Var y) {
        return 2 / degrees_of_freedom(in.value(), y.value(), correction) * dy * deviations(in, y.shape());
      });
}

Var standard_deviation(Var x, const Axes& axes, bool keepdims, std::int64_t correction) {
  return reduce(
      {"standard_deviation", "dx = dy (x − mean) / (y (n − correction))"}, x, axes, keepdims,
      [correction](Forward& c, Tensor& y, const Tensor& in) {
        require_elements(in, y);
        const real divisor = degrees_of_freedom(in, y, correction);
        Tensor unit = c.scratch(y.shape());
        const Tensor deviations = sum_squared_deviations_to(y, unit, in, c);
        if (!std::all_of(y.values().begin(), y.values().end(), is_ordinary_square)) {
          unit_to(unit, deviations);
          sum_squares_to(y, deviations, unit, c);
        }
        map(
            y, [divisor](real sum, real u) { return u * std::sqrt(sum / divisor); }, y, unit);
      },
      [correction](Vjp& v, const Tensor& dy, const Tensor& y) {
        const real divisor = degrees_of_freedom(v.input(0), y, correction);
        deviations_to(v.dx, v.input(0), v.saved(0), v.saved(1));
        map_broadcast(
            v.dx, [](real d, real deviation) { return deviation == 0 ? 0 : d / deviation; }, v.dx, y);
        map_broadcast(
            v.dx, [divisor](real d, real cotangent) { return d * (cotangent / divisor); }, v.dx, dy);
      },
      [correction](Var in, Var dy, Var y) {
        const Var length = where(equal(y, 0), number(y, 1), y);
        return dy / degrees_of_freedom(in.value(), y.value(), correction) * deviations(in, y.shape()) / length;
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
