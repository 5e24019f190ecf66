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
}

void TrainingStep::update() {
  if (options_.reducer && shards_ == 0) add_shard();
  if (shards_ > 0) {
    if (options_.reducer) options_.reducer(sum_);
    take_sum();
  }
  if (options_.max_gradient_value > 0) clip_gradient_value(optimizer_.parameters(), options_.max_gradient_value);
  if (options_.max_gradient_norm > 0)
    gradient_norm_ = clip_gradient_norm(optimizer_.parameters(), options_.max_gradient_norm);
  optimizer_.step();
  optimizer_.clear_gradients();
}

void TrainingStep::check_shards(std::int64_t shards) {
  if (shards < 1) fail<ValueError>("training step: a batch in ", shards, " shards; it must be at least 1");
}

void TrainingStep::forget() {
  optimizer_.clear_gradients();
  shards_ = 0;
}

void TrainingStep::add_shard() {
  const std::span<Parameter* const> parameters = optimizer_.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p)
    if (parameters[p]->value().size() != offsets_[p + 1] - offsets_[p])
      fail<ShapeError>("training step: parameter ", parameters[p]->name(), " had ", offsets_[p + 1] - offsets_[p],
                       " elements and now ", parameters[p]->value().size());
  sum_.resize(static_cast<std::size_t>(offsets_.back()) + parameters.size());
  const bool first = shards_++ == 0;
  range_.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    real* sum = sum_.data() + offsets_[p];
    if (!parameters[p]->has_gradient()) {
      if (first) std::fill(sum + begin, sum + end, real(0));
      return;
    }
    const real* gradient = parameters[p]->gradient().data();
    if (first)
      std::copy(gradient + begin, gradient + end, sum + begin);
    else
      for (std::int64_t i = begin; i < end; ++i) sum[i] += gradient[i];
  });
  real* counts = sum_.data() + offsets_.back();
  for (std::size_t p = 0; p < parameters.size(); ++p)
    counts[p] = (first ? 0 : counts[p]) + static_cast<real>(parameters[p]->has_gradient());
}

void TrainingStep::take_sum() {
  const std::span<Parameter* const> parameters = optimizer_.parameters();
  const real* counts = sum_.data() + offsets_.back();
  for (std::size_t p = 0; p < parameters.size(); ++p)
    if (counts[p] > 0 && !parameters[p]->has_gradient()) start_gradient(*parameters[p]);
  range_.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    if (!(counts[p] > 0)) return;
    const real* sum = sum_.data() + offsets_[p];
    std::copy(sum + begin, sum + end, parameters[p]->mutable_gradient().data() + begin);
  });
  shards_ = 0;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
