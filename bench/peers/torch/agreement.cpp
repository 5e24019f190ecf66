#include <torch/torch.h>

#include <cotape/bench/peers/torch/agreement.h>
#include <cotape/bench/peers/torch/tensors.h>
#include <algorithm>

namespace cotape::bench::peer {
namespace {

double length(const torch::Tensor& x) { return x.to(torch::kFloat64).norm().item<double>(); }

Agreement::Error difference(std::string name, const torch::Tensor& a, const torch::Tensor& b, double min_norm = 0) {
  const double distance = length(a.to(torch::kFloat64) - b.to(torch::kFloat64));
  return {std::move(name), distance == 0 ? 0 : distance / std::max(length(b), min_norm)};
}

// A NaN counts as larger than any number.
void keep_larger(Agreement::Error& largest, const Agreement::Error& error) {
  if (largest.tensor.empty() || !(error.relative <= largest.relative)) largest = error;
}

}  // namespace

nlohmann::ordered_json Agreement::json() const {
  return {{"output_error", output.relative},    {"output_tensor", output.tensor}, {"gradient_error", gradient.relative},
          {"gradient_tensor", gradient.tensor}, {"gradients", gradients},         {"good", good()}};
}

Agreement compare(Step& ours, TorchStep& theirs) {
  const Tensor noise = ours.next_noise();
  const Step::Values a = ours.forward();
  ours.backward(a.loss);
  if (ours.solves()) theirs.replay(to_torch(ours.solutions()), noise.size() > 0 ? to_torch(noise) : torch::Tensor());
  const TorchStep::Values b = theirs.forward();
  b.loss.backward();

  Agreement agreement;
  const auto compare_outputs = [&](const char* name, Var x, const torch::Tensor& y) {
    keep_larger(agreement.output, difference(name, to_torch(x.value()).view_as(y), y));
  };
  compare_outputs("output", a.output, b.output);
  compare_outputs("loss", a.loss, b.loss);

  const auto parameters = theirs.net().named_parameters();
  double largest = 0;
  for (const auto& parameter : parameters) largest = std::max(largest, length(parameter.value().grad()));
  for (const Parameter* parameter : ours.net().parameters()) {
    const torch::Tensor& gradient = parameters[parameter->name()].grad();
    keep_larger(agreement.gradient,
                difference(parameter->name(), to_torch_parameter(parameter->gradient()), gradient, 1e-3 * largest));
    ++agreement.gradients;
  }
  return agreement;
}

}  // namespace cotape::bench::peer
