#include <torch/csrc/autograd/custom_function.h>
#include <torch/torch.h>

#include <cotape/bench/peers/torch/solver_layer.h>
#include <algorithm>

namespace cotape::bench::peer {
namespace {

class IdentityRule : public torch::autograd::Function<IdentityRule> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x, SolverLayer* layer) {
    context->saved_data["minimises"] = layer->minimises();
    return layer->solve(x);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list dy) {
    return {context->saved_data["minimises"].toBool() ? -dy[0] : dy[0], torch::Tensor()};
  }
};

}  // namespace

torch::Tensor SolverLayer::operator()(const torch::Tensor& x) { return IdentityRule::apply(x, this); }

torch::Tensor SolverLayer::solve(const torch::Tensor& x) {
  if (replayed_.defined()) return replayed_.view_as(x).clone();
  const torch::Tensor input = x.contiguous();
  const Shape shape(std::span(input.sizes().data(), input.sizes().size()));
  if (scores_.shape() != shape) scores_ = solutions_ = Tensor(shape);
  const real sign = minimises() ? real(-1) : real(1);
  std::transform(input.data_ptr<float>(), input.data_ptr<float>() + input.numel(), scores_.data(),
                 [sign](real value) { return sign * value; });
  oracle_.argmax(scores_, solutions_);
  torch::Tensor found = torch::empty_like(input);
  std::copy_n(solutions_.data(), solutions_.size(), found.data_ptr<float>());
  return found;
}

}  // namespace cotape::bench::peer
