#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/nn/optim/optimizer.h>

#include <cmath>
#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {

Optimizer::Optimizer(std::string name, std::vector<std::string> buffers, std::vector<Parameter*> parameters,
                     double rate)
    : name_(std::move(name)),
      buffers_(std::move(buffers)),
      parameters_(std::move(parameters)),
      states_(parameters_.size()) {
  set_learning_rate(rate);
  if (parameters_.empty()) fail<ValueError>(name_, ": no parameters");
  std::set<std::string> taken = {"updates"};
  for (const std::string& buffer : buffers_)
    if (!taken.insert(buffer).second) fail<ValueError>(name_, ": the name of buffer ", buffer, " is taken");
  std::set<std::string> names;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    if (!parameters_[p]) fail<ValueError>(name_, ": parameter ", p, " is null");
    if (parameters_[p]->name().empty()) fail<ValueError>(name_, ": parameter ", p, " has no name");
    if (!names.insert(parameters_[p]->name()).second)
      fail<ValueError>(name_, ": two parameters are named ", parameters_[p]->name());
    states_[p].shape = parameters_[p]->value().shape();
    states_[p].buffers.assign(buffers_.size(), Tensor(states_[p].shape));
    range_.append(states_[p].shape.size());
  }
}

real* Optimizer::Piece::buffer(std::size_t i) const {
  if (i >= buffers.size()) fail<ValueError>("optimizer: buffer ", i, " of ", buffers.size(), " that were named");
  return buffers[i].data() + begin;
}

void Optimizer::step() {
  for (std::size_t p = 0; p < parameters_.size(); ++p)
    if (parameters_[p]->value().shape() != states_[p].shape)
      fail<ShapeError>(name_, ": parameter ", parameters_[p]->name(), " had shape ", states_[p].shape, " and now ",
                       parameters_[p]->value().shape());
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    State& state = states_[p];
    state.gradient = nullptr;
    if (!parameters_[p]->has_gradient() || parameters_[p]->frozen()) continue;
    state.gradient = parameters_[p]->gradient().data();
    state.value = parameters_[p]->mutable_value().data();
    ++state.updates;
  }
  range_.parallel_for([this](std::size_t p, std::int64_t begin, std::int64_t end) {
    State& state = states_[p];
    if (!state.gradient) return;
    update({state.value + begin, state.gradient + begin, end - begin, state.updates, state.buffers, begin});
  });
}

void Optimizer::clear_gradients() {
  for (Parameter* parameter : parameters_) parameter->clear_gradient();
}

void Optimizer::set_learning_rate(double rate) {
  check_option("learning rate", rate);
  learning_rate_ = rate;
}

void Optimizer::save(Checkpoint& checkpoint, const std::string& prefix) const {
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    for (std::size_t b = 0; b < buffers_.size(); ++b) checkpoint.put(prefix + key(b, p), states_[p].buffers[b]);
    checkpoint.put_integer(prefix + key(buffers_.size(), p), states_[p].updates);
  }
}

void Optimizer::load(const Checkpoint& checkpoint, const std::string& prefix) {
  checkpoint.require(prefix, shapes());
  std::vector<State> loaded = states_;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    for (std::size_t b = 0; b < buffers_.size(); ++b) loaded[p].buffers[b] = checkpoint.tensor(prefix + key(b, p));
    loaded[p].updates = checkpoint.count(prefix + key(buffers_.size(), p));
  }
  states_ = std::move(loaded);
}

TensorShapes Optimizer::shapes() const {
  TensorShapes shapes;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    for (std::size_t b = 0; b < buffers_.size(); ++b) shapes.emplace(key(b, p), states_[p].shape);
    shapes.emplace(key(buffers_.size(), p), Shape{});
  }
  return shapes;
}

std::string Optimizer::key(std::size_t buffer, std::size_t parameter) const {
  return name_ + "." + (buffer < buffers_.size() ? buffers_[buffer] : "updates") + "." + parameters_[parameter]->name();
}

void Optimizer::check_option(const char* option, double value, double limit) const {
  if (!std::isfinite(value) || value < 0 || value >= limit)
    fail<ValueError>(name_, ": ", option, " ", value, " is not in [0, ", limit, ")");
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
