#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/gradcheck.h>
#include <cotape/engine/tape/graph.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

std::vector<Var> variables(Tape& tape, const std::vector<Tensor>& inputs) {
  std::vector<Var> result;
  for (const Tensor& input : inputs) result.push_back(tape.variable(input));
  return result;
}

}  // namespace

GradcheckResult gradcheck(const std::function<Var(Tape&, std::span<const Var>)>& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  Tape tape;
  tape.keep_gradients(true);  // tells which nodes the backward pass went through
  const std::vector<Var> x = variables(tape, inputs);
  const Var y = f(tape, x);
  Tensor cotangent(y.shape());
  Rng(options.seed).normal(cotangent);
  tape.backward(y, cotangent);

  // ⟨cotangent, f⟩
  const auto value = [&](const std::vector<Tensor>& moved) {
    Tape trial(Gradients::off);
    const Tensor& v = f(trial, variables(trial, moved)).value();
    double sum = 0;
    for (std::int64_t i = 0; i < v.size(); ++i) sum += static_cast<double>(v[i]) * static_cast<double>(cotangent[i]);
    return sum;
  };
  std::vector<Tensor> gradients;
  for (const Var& input : x) gradients.push_back(input.gradient());
  GradcheckResult result = compare_with_differences(value, inputs, gradients, options);
  for (std::size_t i = 0; i < tape.size(); ++i)
    if (const Node& node = tape.graph().nodes[i]; !node.is_leaf() && node.has_gradient) result.ops.insert(node.op.name);
  return result;
}

GradcheckResult compare_with_differences(const std::function<double(const std::vector<Tensor>&)>& value,
                                         const std::vector<Tensor>& inputs, const std::vector<Tensor>& gradients,
                                         const GradcheckOptions& options, double rounding) {
  GradcheckResult result;
  std::vector<Tensor> moved = inputs;  // in one element
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Tensor& analytic = gradients[k];
    std::vector<double> numeric(static_cast<std::size_t>(inputs[k].size()));
    double squares = 0;
    for (std::int64_t i = 0; i < inputs[k].size(); ++i) {
      const real here = inputs[k][i];
      const real step = static_cast<real>(options.step) * std::max<real>(1, std::abs(here));
      moved[k][i] = here + step;
      const double above = value(moved);
      moved[k][i] = here - step;
      const double below = value(moved);
      moved[k][i] = here;
      numeric[static_cast<std::size_t>(i)] = (above - below) / (2 * static_cast<double>(step));
      squares += numeric[static_cast<std::size_t>(i)] * numeric[static_cast<std::size_t>(i)];
    }
    const double size = std::sqrt(squares / std::max<double>(1, static_cast<double>(inputs[k].size())));
    for (std::int64_t i = 0; i < inputs[k].size(); ++i) {
      const double a = static_cast<double>(analytic[i]), n = numeric[static_cast<std::size_t>(i)];
      const double difference = std::abs(a - n);
      const double error = difference <= rounding ? 0 : difference / std::max({std::abs(a), std::abs(n), size});
      if (error > result.worst || std::isnan(error)) {
        std::ostringstream where;
        where << "input " << k << " element " << i << ": gradient " << a << ", central difference " << n;
        result.where = where.str();
        result.worst = std::isnan(error) ? INFINITY : error;
      }
    }
  }
  result.passed = result.worst <= options.tolerance;
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
