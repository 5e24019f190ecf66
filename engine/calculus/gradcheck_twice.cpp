#include <cotape/engine/base/random.h>
#include <cotape/engine/calculus/gradcheck_twice.h>
#include <cotape/engine/calculus/gradient.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/tape/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

GradcheckResult gradcheck_twice(const std::function<Var(Tape&, std::span<const Var>)>& f,
                                const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  const Rng rng(options.seed);
  std::vector<Tensor> along;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    along.emplace_back(inputs[k].shape());
    rng.split(k + 1).normal(along.back());
  }
  // Records ℓ.
  const auto loss = [&](Tape& tape, std::vector<Var>& x, const std::vector<Tensor>& at) {
    for (const Tensor& input : at) x.push_back(tape.variable(input));
    const Var y = f(tape, x);
    const Var c = tape.constant(y.shape(), [&](Tensor& out) { rng.split(0).normal(out); });
    return sum(y * (c + y * real(0.5)));
  };

  Tape tape;
  tape.keep_gradients(true);  // tells which nodes the backward pass went through
  std::vector<Var> x;
  const Var first = loss(tape, x, inputs);
  const std::vector<Var> slopes = gradient(first, x);
  Var slope = tape.constant(Tensor(Shape{}, 0));
  for (std::size_t k = 0; k < x.size(); ++k) slope = slope + sum(slopes[k] * tape.constant(along[k]));
  tape.backward(slope);
  std::vector<Tensor> gradients;
  for (std::size_t k = 0; k < x.size(); ++k)
    gradients.push_back(Graph::node(x[k]).has_gradient ? x[k].gradient() : Tensor(inputs[k].shape(), 0));

  const auto value = [&](const std::vector<Tensor>& moved) {
    Tape trial;
    std::vector<Var> at;
    trial.backward(loss(trial, at, moved));
    double total = 0;
    for (std::size_t k = 0; k < at.size(); ++k)
      for (std::int64_t i = 0; i < along[k].size(); ++i)
        total += static_cast<double>(along[k][i]) * static_cast<double>(at[k].gradient()[i]);
    return total;
  };
  constexpr double rounding = 1e-13;
  GradcheckResult result = compare_with_differences(value, inputs, gradients, options, rounding);
  for (std::size_t i = 0; i < tape.size(); ++i)
    if (const Node& node = tape.graph().nodes[i]; !node.is_leaf() && node.has_gradient) result.ops.insert(node.op.name);
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
