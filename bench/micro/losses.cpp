#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/ops/loss.h>
#include <cotape/engine/ops/softmax.h>

namespace cotape::bench {
namespace {

// The gradient is of the first input alone: targets are constants.
void add(const std::string& name, const std::vector<Shape>& inputs, std::function<Var(std::span<const Var>)> f) {
  const Operation operation{inputs, std::move(f)};
  add_forward(name + "/forward", operation);
  add_backward(name + "/backward", operation, {0});
}

}  // namespace

void add_losses() {
  using Inputs = std::span<const Var>;
  const Shape codes{100, 20, 20}, pixels{100, 784}, paths{70, 12, 12}, classes{1000, 100};
  std::vector<std::int64_t> labels(1000);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 100);
  add("loss/softmax_codes", {codes}, [](Inputs v) { return softmax(v[0]); });
  add("loss/log_softmax_codes", {codes}, [](Inputs v) { return log_softmax(v[0]); });
  add("loss/kl_to_uniform_codes", {codes}, [](Inputs v) { return kl_to_uniform(v[0]); });
  add("loss/cross_entropy_1000x100", {classes}, [labels](Inputs v) { return cross_entropy(v[0], labels); });
  add("loss/bce_pixels", {pixels, pixels}, [](Inputs v) { return bce_with_logits(v[0], v[1]); });
  add("loss/l1_paths", {paths, paths}, [](Inputs v) { return l1_loss(v[0], v[1]); });
  add("loss/l2_paths", {paths, paths}, [](Inputs v) { return l2_loss(v[0], v[1]); });
}

}  // namespace cotape::bench
