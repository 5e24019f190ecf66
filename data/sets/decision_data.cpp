#include <cotape/data/sets/decision_data.h>
#include <cotape/data/sets/numpy_random.h>
#include <cotape/engine/base/error.h>

#include <cmath>

// Compiled without fused multiply-adds: NumPy rounds every product.

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// A table of numbers in double, row by row.
struct Table {
  std::int64_t rows;
  std::int64_t columns;
  std::vector<double> values;

  Table(std::int64_t r, std::int64_t c) : rows(r), columns(c), values(static_cast<std::size_t>(Shape{r, c}.size())) {}
  template <class Draw>
  Table(std::int64_t r, std::int64_t c, const Draw& draw) : Table(r, c) {
    for (double& value : values) value = draw();
  }
  double& at(std::int64_t row, std::int64_t column) { return values[row * columns + column]; }
  double at(std::int64_t row, std::int64_t column) const { return values[row * columns + column]; }

  Tensor rounded() const {
    Tensor out(Shape{rows, columns});
    for (std::int64_t i = 0; i < out.size(); ++i) out[i] = static_cast<real>(values[i]);
    return out;
  }
};

// a·bᵀ
Table product(const Table& a, const Table& b) {
  Table out(a.rows, b.rows);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < b.rows; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < a.columns; ++k) sum += a.at(i, k) * b.at(j, k);
      out.at(i, j) = sum;
    }
  return out;
}

Table coins(NumpyRandom& random, std::int64_t rows, std::int64_t columns) {
  return Table(rows, columns, [&] { return static_cast<double>(random.binomial(1, 0.5)); });
}
Table normals(NumpyRandom& random, std::int64_t rows, std::int64_t columns) {
  return Table(rows, columns, [&] { return random.normal(); });
}

void check(const char* who, bool sizes_fit, const DecisionOptions& options) {
  if (!sizes_fit || options.count < 0 || options.features < 1 || options.degree < 1 || !(options.noise >= 0) ||
      !std::isfinite(options.noise))
    fail<ValueError>(who, ": ", options.count, " instances with ", options.features, " features, degree ",
                     options.degree, ", noise ", options.noise, sizes_fit ? "" : ", and a size that is too small");
}

// scale·((xBᵀ/√p + 3)^deg + offset)/divisor · U(1 − ν, 1 + ν) of every element
Table polynomial_costs(const Table& x, const Table& b, const DecisionOptions& options, double offset, double scale,
                       double divisor, NumpyRandom& random) {
  Table costs = product(x, b);
  const double root = std::sqrt(static_cast<double>(options.features)), low = 1 - options.noise,
               high = 1 + options.noise;
  for (double& cost : costs.values)
    cost = (std::pow(cost / root + 3, static_cast<double>(options.degree)) + offset) * scale / divisor *
           random.uniform(low, high);
  return costs;
}

}  // namespace

DecisionData generate_path_costs(std::int64_t height, std::int64_t width, const DecisionOptions& options) {
  check("generate_path_costs", height >= 1 && width >= 1 && (height > 1 || width > 1), options);
  NumpyRandom random(options.seed);
  const Table b = coins(random, (height - 1) * width + height * (width - 1), options.features);
  const Table x = normals(random, options.count, options.features);
  const double divisor = std::pow(3.5, static_cast<double>(options.degree));
  return {x.rounded(), polynomial_costs(x, b, options, 1, 1, divisor, random).rounded()};
}

KnapsackData generate_knapsack_values(std::int64_t items, std::int64_t dimensions, const DecisionOptions& options) {
  check("generate_knapsack_values", items >= 1 && dimensions >= 1, options);
  NumpyRandom random(options.seed);
  Table weights(dimensions, items, [&] { return static_cast<double>(random.below(300, 800)) / 100; });
  const Table b = coins(random, items, options.features);
  const Table x = normals(random, options.count, options.features);
  const double divisor = std::pow(3.5, static_cast<double>(options.degree));
  Table values = polynomial_costs(x, b, options, 1, 5, divisor, random);
  for (double& value : values.values) value = std::ceil(value);
  return {std::move(weights.values), x.rounded(), values.rounded()};
}

DecisionData generate_tour_costs(std::int64_t cities, const DecisionOptions& options) {
  check("generate_tour_costs", cities >= 3, options);
  NumpyRandom random(options.seed);
  Table places(cities, 2);
  for (std::int64_t i = 0; i < cities; ++i)
    for (std::int64_t axis = 0; axis < 2; ++axis)
      places.at(i, axis) = i < cities / 2 ? random.uniform(-2, 2) : random.normal();
  const std::int64_t edges = cities * (cities - 1) / 2;
  Table b = coins(random, edges, options.features);
  for (double& value : b.values) value *= random.uniform(-2, 2);
  const Table x = normals(random, options.count, options.features);
  const double divisor = std::pow(3.0, static_cast<double>(options.degree - 1));
  Table costs = polynomial_costs(x, b, options, 0, 1, divisor, random);
  std::int64_t edge = 0;
  for (std::int64_t i = 0; i < cities; ++i)
    for (std::int64_t j = i + 1; j < cities; ++j, ++edge) {
      const double dx = places.at(i, 0) - places.at(j, 0), dy = places.at(i, 1) - places.at(j, 1);
      const double distance = std::sqrt(dx * dx + dy * dy);
      for (std::int64_t row = 0; row < costs.rows; ++row)
        costs.at(row, edge) = std::rint((distance + costs.at(row, edge)) * 10000) / 10000;
    }
  return {x.rounded(), costs.rounded()};
}

PortfolioData generate_portfolio(std::int64_t assets, const DecisionOptions& options) {
  check("generate_portfolio", assets >= 1, options);
  NumpyRandom random(options.seed);
  const std::int64_t p = options.features;
  const Table b = coins(random, assets, p);
  const double reach = 2.5e-3 * options.noise;
  const Table loadings(assets, p, [&] { return random.uniform(-reach, reach); });
  const Table x = normals(random, options.count, p);
  const auto degree = static_cast<double>(options.degree);
  const double root = std::sqrt(static_cast<double>(p)), base = std::pow(0.1, 1 / degree);
  Table returns = product(x, b);
  for (double& value : returns.values) value = std::pow(0.05 * value / root + base, degree);
  for (std::int64_t i = 0; i < options.count; ++i) {
    const Table drawn = normals(random, 1, p + assets);  // the factors, then the residuals
    for (std::int64_t j = 0; j < assets; ++j) {
      double common = 0;
      for (std::int64_t k = 0; k < p; ++k) common += drawn.values[k] * loadings.at(j, k);
      returns.at(i, j) += common + 0.01 * options.noise * drawn.values[p + j];
    }
  }
  Table covariance = product(loadings, loadings);
  const double own = 1e-2 * options.noise;
  for (std::int64_t i = 0; i < assets; ++i) covariance.at(i, i) += own * own;
  return {std::move(covariance.values), x.rounded(), returns.rounded()};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
