#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/clip.h>
#include <cotape/nn/train/training_step.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Makes a gradient exist, as a backward pass does: for a parameter that another shard reached and the last one did not.
void start_gradient(Parameter& parameter) {
  Tape tape;
  tape.backward(tape.parameter(parameter), Tensor(parameter.value().shape()));
}

}  // namespace

TrainingStep::TrainingStep(Optimizer& optimizer, TrainingStepOptions options)
    : optimizer_(optimizer), options_(std::move(options)), offsets_{0} {
  const auto check_limit = [](const char* option, double limit) {
    if (!(limit >= 0) || !std::isfinite(limit))
      fail<ValueError>("training step: ", option, ' ', limit, " is not a finite number ≥ 0");
  };
  check_limit("max_gradient_norm", options_.max_gradient_norm);
  check_limit("max_gradient_value", options_.max_gradient_value);
  if (options_.accumulation_steps < 1)
    fail<ValueError>("training step: accumulation_steps ", options_.accumulation_steps, " is not positive");
  for (const Parameter* parameter : optimizer_.parameters()) {
    range_.append(parameter->value().size());
    offsets_.push_back(offsets_.back() + parameter->value().size());
  }
  start_sum(ShardOrder::rising);
}

void TrainingStep::backward(Var loss, double weight) {
  if (weight == 1 || loss.value().size() != 1) return tape_.backward(loss);  // which refuses what is no scalar
  if (weight_.shape() != loss.shape()) weight_ = Tensor(loss.shape());
  weight_[0] = static_cast<real>(weight);
  tape_.backward(loss, weight_);
}

void TrainingStep::update() {
  if (options_.reducer && sum_.count() == 0) add_shard();
  if (sum_.count() > 0) {
    const std::span<real> sum = sum_.finish();
    if (options_.reducer) options_.reducer(sum);
    take_sum(sum);
  }
  if (options_.max_gradient_value > 0) clip_gradient_value(optimizer_.parameters(), options_.max_gradient_value);
  if (options_.max_gradient_norm > 0)
    gradient_norm_ = clip_gradient_norm(optimizer_.parameters(), options_.max_gradient_norm);
  optimizer_.step();
  begin();
}

void TrainingStep::check_shards(std::int64_t shards) {
  if (shards < 1) fail<ValueError>("training step: a batch in ", shards, " shards; it must be at least 1");
}

void TrainingStep::begin(ShardOrder order) {
  optimizer_.clear_gradients();
  start_sum(order);
}

void TrainingStep::average(std::vector<Tensor*> tensors) {
  averaged_ = std::move(tensors);
  start_sum(ShardOrder::rising);
}

void TrainingStep::start_sum(ShardOrder order) {
  std::int64_t size = offsets_.back() + std::ssize(optimizer_.parameters()) + 1;
  for (const Tensor* tensor : averaged_) size += tensor->size();
  sum_.start(static_cast<std::size_t>(size), order);
}

void TrainingStep::add_shard() {
  const std::span<Parameter* const> parameters = optimizer_.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p)
    if (parameters[p]->value().size() != offsets_[p + 1] - offsets_[p])
      fail<ShapeError>("training step: parameter ", parameters[p]->name(), " had ", offsets_[p + 1] - offsets_[p],
                       " elements and now ", parameters[p]->value().size());
  real* const numbers = sum_.next().data();
  range_.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    real* to = numbers + offsets_[p];
    if (parameters[p]->has_gradient())
      std::copy(parameters[p]->gradient().data() + begin, parameters[p]->gradient().data() + end, to + begin);
    else
      std::fill(to + begin, to + end, real(0));
  });
  real* to = numbers + offsets_.back();
  for (const Parameter* parameter : parameters) *to++ = static_cast<real>(parameter->has_gradient());
  for (const Tensor* tensor : averaged_) to = std::copy_n(tensor->data(), tensor->size(), to);
  *to = 1;
  sum_.add();
}

void TrainingStep::take_sum(std::span<const real> sum) {
  const std::span<Parameter* const> parameters = optimizer_.parameters();
  const real* counts = sum.data() + offsets_.back();
  for (std::size_t p = 0; p < parameters.size(); ++p)
    if (counts[p] > 0 && !parameters[p]->has_gradient()) start_gradient(*parameters[p]);
  range_.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    if (!(counts[p] > 0)) return;
    const real* from = sum.data() + offsets_[p];
    std::copy(from + begin, from + end, parameters[p]->mutable_gradient().data() + begin);
  });
  const real* from = counts + parameters.size();
  const real shards = sum.back();
  for (Tensor* tensor : averaged_)
    for (real& value : tensor->values()) value = *from++ / shards;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
