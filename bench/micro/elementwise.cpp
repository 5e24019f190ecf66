#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>

#include <numeric>

namespace cotape::bench {
namespace {

// Both passes. Bytes: all inputs are read and a result is written, which for the gradients is about the same.
void add(const std::string& name, std::vector<Shape> inputs, const Shape& y,
         std::function<Var(std::span<const Var>)> f) {
  const double numbers =
      std::accumulate(inputs.begin(), inputs.end(), static_cast<double>(y.size()),
                      [](double sum, const Shape& x) { return sum + static_cast<double>(x.size()); });
  const Work work{.bytes = static_cast<double>(sizeof(real)) * numbers};
  std::vector<std::size_t> all(inputs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Operation operation{std::move(inputs), std::move(f)};
  add_forward(name + "/forward", operation, work);
  add_backward(name + "/backward", operation, all, work);
}

}  // namespace

void add_elementwise() {
  using Inputs = std::span<const Var>;
  const Shape x{1000, 1000}, row{1000}, column{1000, 1}, one{};
  add("elementwise/add", {x, x}, x, [](Inputs v) { return v[0] + v[1]; });
  add("elementwise/multiply", {x, x}, x, [](Inputs v) { return v[0] * v[1]; });
  add("elementwise/add_row", {x, row}, x, [](Inputs v) { return v[0] + v[1]; });
  add("elementwise/multiply_column", {x, column}, x, [](Inputs v) { return v[0] * v[1]; });
  add("elementwise/relu", {x}, x, [](Inputs v) { return relu(v[0]); });
  add("elementwise/exp", {x}, x, [](Inputs v) { return exp(v[0]); });
  add("elementwise/tanh", {x}, x, [](Inputs v) { return tanh(v[0]); });
  add("elementwise/softplus", {x}, x, [](Inputs v) { return softplus(v[0]); });
  add("reduce/sum", {x}, one, [](Inputs v) { return sum(v[0]); });
  add("reduce/sum_rows", {x}, row, [](Inputs v) { return sum(v[0], 0); });
  add("reduce/mean_columns", {x}, row, [](Inputs v) { return mean(v[0], 1); });
  add("reduce/max_columns", {x}, row, [](Inputs v) { return max(v[0], 1); });
  // CombResnet18's costs: the mean over the channels of its cells.
  add("reduce/combresnet_12_mean", {{70, 12, 12, 64}}, {70, 12, 12}, [](Inputs v) { return mean(v[0], 3); });
}

}  // namespace cotape::bench
