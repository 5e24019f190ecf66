#include <cotape/apps/classify/class_loss.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/rules/perturbed.h>

namespace cotape::app {
namespace {

constexpr std::int64_t shown_samples = 1000;  // of probabilities

// [B, classes], 1 at each label.
Var one_hot(Tape& tape, std::span<const std::int64_t> labels, std::int64_t classes) {
  return tape.constant(Shape{std::ssize(labels), classes}, [&](Tensor& out) {
    out.fill(0);
    for (std::size_t b = 0; b < labels.size(); ++b) out[static_cast<std::int64_t>(b) * classes + labels[b]] = 1;
  });
}

}  // namespace

ClassLoss::ClassLoss(const ClassifyOptions& options, std::int64_t classes)
    : loss_(options.loss),
      fenchel_young_(options.fenchel_young()),
      oracle_(std::make_shared<Oracle>(TopK{.n = classes, .k = 1})) {
  if (loss_ == "discrete") layer_.emplace(oracle_->solver(), options.make_rule());
}

Var ClassLoss::operator()(Var logits, std::span<const std::int64_t> labels, Rng& rng) const {
  if (loss_ == "cross-entropy") return cross_entropy(logits, labels);
  if (loss_ == "sparsemax") return sparsemax_loss(logits, labels);
  const std::int64_t classes = logits.shape()[1];
  const Var wanted = one_hot(logits.tape(), labels, classes);
  if (loss_ == "fenchel-young") return fenchel_young(oracle_, logits, wanted, fenchel_young_, rng);
  const Samples drawn = (*layer_)(logits, rng);
  const auto rows = [&](Var x) { return reshape(x, {-1, classes}); };
  return l2_loss(rows(drawn.all()), rows(drawn.beside(wanted)));
}

Var ClassLoss::probabilities(Var logits, Rng& rng) const {
  if (loss_ == "sparsemax") return sparsemax(logits);
  if (loss_ != "fenchel-young" || fenchel_young_.epsilon == 0) return softmax(logits);
  const Perturbed mean{.noise = fenchel_young_.noise, .sigma = fenchel_young_.epsilon, .samples = shown_samples};
  return mean(logits, oracle_, rng);
}

real ClassLoss::temperature() const {
  return loss_ == "fenchel-young" && fenchel_young_.epsilon > 0 ? fenchel_young_.epsilon : 1;
}

void ClassLoss::save(Checkpoint& checkpoint) const {
  if (layer_) layer_->save(checkpoint);
}

void ClassLoss::load(const Checkpoint& checkpoint) {
  if (layer_) layer_->load(checkpoint);
}

}  // namespace cotape::app
