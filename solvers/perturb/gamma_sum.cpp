#include <cotape/engine/base/error.h>
#include <cotape/solvers/perturb/gamma_sum.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// P(a, x)·Γ(a+1)/(xᵃe⁻ˣ) by its series of positive terms: 1 + x/(a+1) + x²/((a+1)(a+2)) + ….
double lower_series(double a, double x) {
  double term = 1, sum = 1;
  for (double d = a + 1; term > 1e-17 * sum; ++d) {
    term *= x / d;
    sum += term;
  }
  return sum;
}

// Q(a, x)·Γ(a)/(xᵃe⁻ˣ) by its continued fraction (Lentz's method), for x ≥ a + 1.
double upper_fraction(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
  for (int i = 1; i < 10000; ++i) {
    const double numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    value *= c * d;
    if (std::abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

}  // namespace

GammaSum::GammaSum(double shape, std::span<const double> scales) {
  const auto positive = [](double x) { return x > 0 && std::isfinite(x); };
  if (!positive(shape)) fail<ValueError>("gamma sum: shape ", shape, " is not positive and finite");
  if (scales.empty()) fail<ValueError>("gamma sum: no scales");
  for (const double scale : scales)
    if (!positive(scale)) fail<ValueError>("gamma sum: scale ", scale, " is not positive and finite");

  const auto [smallest, largest] = std::minmax_element(scales.begin(), scales.end());
  shape_ = shape * static_cast<double>(scales.size());
  scale_ = *smallest;
  mean_ = shape * std::accumulate(scales.begin(), scales.end(), 0.0);
  deviation_ = std::sqrt(shape * std::inner_product(scales.begin(), scales.end(), scales.begin(), 0.0));

  // δ_{j+1} = shape/(j+1) · Σ_i T_i with T_i = Σ_{m=1..j+1} r_iᵐ δ_{j+1−m}, r_i = 1 − smallest/scale_i (eq. 2.7 – 2.9,
  // the inner sums carried along). The constant in front is found by making the weights sum to 1.
  std::vector<double> ratio, partial(scales.size());
  for (const double scale : scales) ratio.push_back(1 - scale_ / scale);
  const double decay = 1 - scale_ / *largest;
  weights_ = {1};
  double total = 1;
  while (weights_.back() > 1e-22 * (1 - decay) * total) {
    double sum = 0;
    for (std::size_t i = 0; i < ratio.size(); ++i) {
      partial[i] = ratio[i] * (partial[i] + weights_.back());
      sum += partial[i];
    }
    weights_.push_back(shape * sum / static_cast<double>(weights_.size()));
    total += weights_.back();
    if (total < 1e250) continue;
    for (double& weight : weights_) weight *= 1e-250;
    for (double& value : partial) value *= 1e-250;
    total *= 1e-250;
  }
  for (double& weight : weights_) weight /= total;

  weights_to_.resize(weights_.size());
  weights_after_.resize(weights_.size());
  std::partial_sum(weights_.begin(), weights_.end(), weights_to_.begin());
  for (std::size_t j = weights_.size() - 1; j > 0; --j) weights_after_[j - 1] = weights_after_[j] + weights_[j];
}

GammaSum::Point GammaSum::at(double x) const {
  // With t_j = yᵃe⁻ʸ/Γ(a+1), a = shape + j, the components obey P_j = P_{j+1} + t_j and Q_{j+1} = Q_j + t_j. Summed by
  // parts: Σ w_j P_j = P_last + Σ t_j·(w_0 + … + w_j) and Σ w_j Q_j = Q_0 + Σ t_j·(w_{j+1} + …).
  const double y = x / scale_;
  const auto last = static_cast<std::ptrdiff_t>(weights_.size()) - 1;
  const auto term = [&](std::ptrdiff_t j) {
    const double a = shape_ + static_cast<double>(j);
    return std::exp(a * std::log(y) - y - std::lgamma(a + 1));
  };
  Point point{};
  double sum = 0;  // of the terms
  const auto add = [&](std::ptrdiff_t j, double t) {
    const auto i = static_cast<std::size_t>(j);
    point.density += t * weights_[i] * (shape_ + static_cast<double>(j));
    if (j == last) {
      point.lower += t * lower_series(shape_ + static_cast<double>(j), y);
      sum += t * lower_series(shape_ + static_cast<double>(j), y);
    } else {
      point.lower += t * weights_to_[i];
      point.upper += t * weights_after_[i];
      sum += t;
    }
    return t > 1e-18 * std::min(point.lower, point.upper);  // whether further terms count
  };
  // From the largest term outwards; there the others cannot underflow before they stop to count.
  const auto peak = static_cast<std::ptrdiff_t>(std::clamp(y - shape_, 0.0, static_cast<double>(last)));
  const double largest = term(peak);
  double t = largest;
  for (std::ptrdiff_t j = peak; add(j, t) && j < last; ++j) t *= y / (shape_ + static_cast<double>(j) + 1);
  t = largest;
  for (std::ptrdiff_t j = peak - 1; j >= 0; --j) {
    t *= (shape_ + static_cast<double>(j) + 1) / y;
    if (!add(j, t)) break;
  }
  point.upper += y < shape_ + 1 ? 1 - sum : term(0) * shape_ * upper_fraction(shape_, y);
  point.density /= x;
  return point;
}

double GammaSum::quantile(double p, bool upper) const {
  constexpr double tiny = 1e-290;  // what lies below it is 0 for every use
  double low = tiny, high = std::numeric_limits<double>::infinity(), x = mean_;
  if (!upper && at(tiny).lower >= p) return 0;
  for (int step = 0; step < 1000; ++step) {  // Newton on ln P against ln x, kept within what is known
    const Point point = at(x);
    const double value = upper ? point.upper : point.lower;
    const double excess = std::log(value / p);
    ((excess > 0) == upper ? low : high) = x;
    const double slope = (upper ? -1 : 1) * point.density * x / value;
    double next = x * std::exp(-excess / slope);
    if (!(next > low && next < high)) next = std::isinf(high) ? 2 * x : std::sqrt(low * high);
    if (std::abs(next - x) <= 1e-13 * x) return next;
    x = next;
  }
  return x;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
