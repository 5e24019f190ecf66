#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The generated problems of the benchmark PyEPO (Tang & Khalil 2022): features, and the costs that follow from them. A
// model that is linear in the features cannot predict costs of degree 2 or more, so that it has to choose where to be
// wrong. All random draws are those of NumPy, bit for bit, in PyEPO's order; costs computed from them agree but for the
// last bits in double before they are rounded to real.
struct DecisionOptions {
  std::int64_t count = 1000;  // instances
  std::int64_t features = 5;  // of an instance
  std::int64_t degree = 1;    // of the polynomial that makes costs of features
  double noise = 0;           // half width ν of the factors U(1 − ν, 1 + ν) that costs are multiplied with
  std::uint32_t seed = 135;
};

struct DecisionData {
  Tensor features = {};  // [count, features]
  Tensor costs = {};     // [count, costs]
};

// The generators below throw ValueError for a negative count, no features, a degree below 1, noise that is negative or
// not finite, and sizes that they name.

// Costs of the edges of a grid [height, width], c = (((xBᵀ)/√p + 3)^deg + 1)/3.5^deg · U. They are numbered cell by
// cell row by row: [count, (height − 1)·width + height·(width − 1)]. Sizes ≥ 1, and an edge at least.
DecisionData generate_path_costs(std::int64_t height, std::int64_t width, const DecisionOptions& options);

// A generated knapsack problem: values to be made as large as possible.
struct KnapsackData {
  std::vector<double> weights = {};  // [dimensions, items], row by row, 3 … 7.99; the same for all instances
  Tensor features = {};              // [count, features]
  Tensor values = {};                // [count, items], whole numbers
};
// ⌈5·(((xBᵀ)/√p + 3)^deg + 1)/3.5^deg · U⌉. Items and dimensions ≥ 1.
KnapsackData generate_knapsack_values(std::int64_t items, std::int64_t dimensions, const DecisionOptions& options);

// Costs between every two cities, {0, 1}, {0, 2}, …, {1, 2}, …: their distance plus ((xBᵀ)/√p + 3)^deg/3^(deg−1) · U,
// rounded to four decimals. Half the cities are uniform in a square, half normal. At least 3 cities.
DecisionData generate_tour_costs(std::int64_t cities, const DecisionOptions& options);

// A generated portfolio problem: returns to be made as large as possible at a bounded risk.
struct PortfolioData {
  std::vector<double> covariance = {};  // [assets, assets]
  Tensor features = {};                 // [count, features]
  Tensor returns = {};                  // [count, assets]
};
// (0.05·xBᵀ/√p + 0.1^(1/deg))^deg + Lf + 0.01·ν·ε; `noise` is the level ν of loadings and residuals. Assets ≥ 1.
PortfolioData generate_portfolio(std::int64_t assets, const DecisionOptions& options);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
