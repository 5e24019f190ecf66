#include <cotape/apps/classify/evaluation.h>
#include <cotape/engine/ops.h>

#include <algorithm>
#include <functional>

namespace cotape::app {
namespace {

constexpr std::int64_t images_at_once = 250;

// Calls see(begin, logits) for batches that follow one another.
void for_batches(VanillaCnn& net, const Dataset& data, Tape& tape,
                 const std::function<void(std::int64_t begin, Var logits)>& see) {
  for (std::int64_t begin = 0; begin < data.size(); begin += images_at_once) {
    const std::int64_t batch = std::min(images_at_once, data.size() - begin);
    tape.clear();
    const Shape shape{batch, data.height(), data.width(), data.channels()};
    see(begin, net(tape.constant(shape, [&](Tensor& out) { data.fill_range(begin, out); })));
  }
}

}  // namespace

ClassScore evaluate(VanillaCnn& net, const ClassLoss& loss, const Dataset& data, std::int64_t classes, Rng noise,
                    Tape& tape) {
  ClassScore score{ConfusionMatrix(classes)};
  std::vector<std::int64_t> labels;
  for_batches(net, data, tape, [&](std::int64_t begin, Var logits) {
    const std::int64_t batch = logits.shape()[0];
    const auto own = data.labels().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(batch));
    labels.assign(own.begin(), own.end());
    const double share = static_cast<double>(batch) / static_cast<double>(data.size());
    score.confusion.add(logits.value(), labels);
    score.cross_entropy +=
        share * static_cast<double>(cross_entropy(logits / loss.temperature(), labels).value().item());
    score.loss += share * static_cast<double>(loss(logits, labels, noise).value().item());
  });
  return score;
}

Predictions predict(VanillaCnn& net, const ClassLoss& loss, const Dataset& data, std::int64_t classes, Rng noise,
                    Tape& tape) {
  Predictions said{{}, Tensor(Shape{data.size(), classes})};
  for_batches(net, data, tape, [&](std::int64_t begin, Var logits) {
    const Tensor& probabilities = loss.probabilities(logits, noise).value();
    std::copy_n(probabilities.data(), probabilities.size(), said.probabilities.data() + begin * classes);
    for (const std::int64_t best : predicted_classes(logits.value())) said.classes.push_back(best);
  });
  return said;
}

}  // namespace cotape::app
