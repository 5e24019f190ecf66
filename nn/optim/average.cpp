#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/nn/optim/average.h>

#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {

ParameterAverage::ParameterAverage(const char* name, std::vector<Parameter*> parameters)
    : name_(name), parameters_(std::move(parameters)) {
  if (parameters_.empty()) fail<ValueError>(name_, ": no parameters");
  std::set<std::string> names = {"updates"};
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    if (!parameters_[p]) fail<ValueError>(name_, ": parameter ", p, " is null");
    if (!names.insert(parameters_[p]->name()).second)
      fail<ValueError>(name_, ": the name ", parameters_[p]->name(), " is taken");
    averages_.push_back(parameters_[p]->value());
  }
}

void ParameterAverage::update() {
  check_swapped_out("updated");
  for (std::size_t p = 0; p < parameters_.size(); ++p)
    if (parameters_[p]->value().shape() != averages_[p].shape())
      fail<ShapeError>(name_, ": parameter ", parameters_[p]->name(), " had shape ", averages_[p].shape(), " and now ",
                       parameters_[p]->value().shape());
  ++updates_;
  const real share_of_new = static_cast<real>(share(updates_));
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const Tensor& value = parameters_[p]->value();
    if (updates_ == 1)
      averages_[p].copy_from(value);
    else
      map(
          averages_[p], [=](real average, real v) { return average + share_of_new * (v - average); }, averages_[p],
          value);
  }
}

ParameterAverage::SwappedIn ParameterAverage::swap_in() {
  check_swapped_out("swapped in");
  if (updates_ == 0) fail<ValueError>(name_, ": there is no average before the first update");
  return SwappedIn(*this);
}

void ParameterAverage::save(Checkpoint& checkpoint, const std::string& prefix) const {
  check_swapped_out("saved");
  for (std::size_t p = 0; p < parameters_.size(); ++p) checkpoint.put(prefix + parameters_[p]->name(), averages_[p]);
  checkpoint.put_integer(prefix + "updates", updates_);
}

void ParameterAverage::load(const Checkpoint& checkpoint, const std::string& prefix) {
  check_swapped_out("loaded");
  TensorShapes shapes = {{"updates", Shape{}}};
  for (std::size_t p = 0; p < parameters_.size(); ++p) shapes.emplace(parameters_[p]->name(), averages_[p].shape());
  checkpoint.require(prefix, shapes);
  std::vector<Tensor> averages;
  for (const Parameter* parameter : parameters_) averages.push_back(checkpoint.tensor(prefix + parameter->name()));
  updates_ = checkpoint.count(prefix + "updates");
  averages_ = std::move(averages);
}

void ParameterAverage::swap() {
  for (std::size_t p = 0; p < parameters_.size(); ++p) std::swap(parameters_[p]->mutable_value(), averages_[p]);
  swapped_in_ = !swapped_in_;
}

void ParameterAverage::check_swapped_out(const char* action) const {
  if (swapped_in_) fail<ValueError>(name_, ": the averages are swapped in, they cannot be ", action);
}

Ema::Ema(std::vector<Parameter*> parameters, const EmaOptions& options)
    : ParameterAverage("ema", std::move(parameters)), options_(options) {
  if (!(options.decay >= 0 && options.decay < 1)) fail<ValueError>("ema: decay ", options.decay, " is not in [0, 1)");
}

double Ema::share(std::int64_t) const { return 1 - options_.decay; }

Swa::Swa(std::vector<Parameter*> parameters) : ParameterAverage("swa", std::move(parameters)) {}

double Swa::share(std::int64_t update) const { return 1 / static_cast<double>(update); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
