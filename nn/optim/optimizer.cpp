#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/nn/optim/optimizer.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Whether the name is the pattern, in which each * stands for any text.
bool matches(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return name == pattern;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t end = star; end <= name.size(); ++end)
    if (matches(name.substr(end), rest)) return true;
  return false;
}

}  // namespace

Optimizer::Optimizer(std::string name, std::vector<std::string> buffers, std::vector<Parameter*> parameters,
                     double rate, std::optional<double> weight_decay)
    : name_(std::move(name)),
      buffers_(std::move(buffers)),
      parameters_(std::move(parameters)),
      states_(parameters_.size()),
      weight_decay_(weight_decay) {
  set_learning_rate(rate);
  if (weight_decay) check_option("weight decay", *weight_decay);
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
  const auto update_piece = [this](State& state, std::int64_t begin, std::int64_t end) {
    update({.value = state.value + begin,
            .gradient = state.gradient + begin,
            .size = end - begin,
            .updates = state.updates,
            .buffers = state.buffers,
            .begin = begin,
            .learning_rate = learning_rate_ * state.group.lr_factor,
            .weight_decay = state.group.weight_decay.value_or(weight_decay_.value_or(0))});
  };
  const auto rows_of = [this](std::size_t p) {
    return leaves_rows() ? parameters_[p]->gradient_rows() : std::optional<std::span<const std::int64_t>>{};
  };
  range_.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    if (states_[p].gradient && !rows_of(p)) update_piece(states_[p], begin, end);
  });
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const auto rows = rows_of(p);
    if (!states_[p].gradient || !rows) continue;
    const std::int64_t size = states_[p].shape.size() / states_[p].shape[0];
    parallel_for(std::ssize(*rows), std::max<std::int64_t>(1, FlatRange::block / std::max<std::int64_t>(1, size)),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t row = (*rows)[static_cast<std::size_t>(i)];
                     update_piece(states_[p], row * size, (row + 1) * size);
                   }
                 });
  }
}

void Optimizer::clear_gradients() {
  for (Parameter* parameter : parameters_) parameter->clear_gradient();
}

void Optimizer::set_learning_rate(double rate) {
  check_option("learning rate", rate);
  learning_rate_ = rate;
}

std::size_t Optimizer::set_group(std::string_view pattern, const GroupOptions& options) {
  const std::size_t size =
      select([&](const Parameter& parameter) { return matches(parameter.name(), pattern); }, options);
  if (size == 0) fail<ValueError>(name_, ": no parameter's name fits ", pattern);
  return size;
}

std::size_t Optimizer::set_group(std::span<Parameter* const> parameters, const GroupOptions& options) {
  return set_group(
      [&](const Parameter& parameter) {
        return std::find(parameters.begin(), parameters.end(), &parameter) != parameters.end();
      },
      options);
}

std::size_t Optimizer::set_group(const std::function<bool(const Parameter&)>& in_group, const GroupOptions& options) {
  const std::size_t size = select(in_group, options);
  if (size == 0) fail<ValueError>(name_, ": a group of no parameters");
  return size;
}

std::size_t Optimizer::select(const std::function<bool(const Parameter&)>& in_group, const GroupOptions& options) {
  check_option("lr factor of a group", options.lr_factor);
  if (options.weight_decay) {
    check_option("weight decay of a group", *options.weight_decay);
    if (!weight_decay_) fail<ValueError>(name_, ": has no weight decay, so a group has none");
  }
  std::size_t size = 0;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    if (!in_group(*parameters_[p])) continue;
    states_[p].group = options;
    ++size;
  }
  return size;
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
