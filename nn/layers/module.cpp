#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/module.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {

std::vector<Parameter*> Module::parameters() const {
  std::vector<Parameter*> all;
  for (const auto& [name, parameter] : parameters_) all.push_back(parameter);
  for (const auto& [name, inner] : modules_)
    for (Parameter* parameter : inner->parameters()) all.push_back(parameter);
  return all;
}

std::vector<std::pair<std::string, Tensor*>> Module::buffers() const {
  Named<Tensor> all;
  for (const auto& [name, buffer] : buffers_) all.emplace_back(full_name(name), buffer);
  for (const auto& [name, inner] : modules_)
    for (auto& buffer : inner->buffers()) all.push_back(std::move(buffer));
  return all;
}

void Module::freeze() {
  for (Parameter* parameter : parameters()) parameter->freeze();
}

void Module::thaw() {
  for (Parameter* parameter : parameters()) parameter->thaw();
}

void Module::train(bool on) {
  training_ = on;
  for (const auto& [name, inner] : modules_) inner->train(on);
}

void Module::save(Checkpoint& checkpoint, const std::string& prefix) const {
  save_parameters(checkpoint, parameters(), prefix);
  for (const auto& [name, buffer] : buffers()) checkpoint.put(prefix + name, *buffer);
}

void Module::load(const Checkpoint& checkpoint, const std::string& prefix) {
  std::map<std::string, Tensor*> tensors;
  for (Parameter* parameter : parameters()) tensors.emplace(parameter->name(), &parameter->mutable_value());
  for (const auto& [name, buffer] : buffers()) tensors.emplace(name, buffer);
  load_tensors(checkpoint, tensors, prefix);
}

void Module::add(const std::string& name, Module& inner) {
  check_name(name);
  if (!inner.name_.empty())
    fail<ValueError>("module: ", full_name(name), " cannot be added, it is already ", inner.path_);
  inner.name_ = name;
  inner.place(full_name(name));
  modules_.emplace_back(name, &inner);
}

void Module::add(const std::string& name, Parameter& parameter) {
  check_name(name);
  parameter.rename(full_name(name));
  parameters_.emplace_back(name, &parameter);
}

void Module::add_buffer(const std::string& name, Tensor& buffer) {
  check_name(name);
  buffers_.emplace_back(name, &buffer);
}

void Module::check_name(const std::string& name) const {
  if (name.empty() || name.find('.') != name.npos)
    fail<ValueError>("module: a name must not be empty or have a dot: \"", name, "\"");
  const auto is_taken = [&](const auto& named) {
    return std::any_of(named.begin(), named.end(), [&](const auto& entry) { return entry.first == name; });
  };
  if (is_taken(parameters_) || is_taken(buffers_) || is_taken(modules_))
    fail<ValueError>("module: the name ", full_name(name), " is taken");
}

void Module::place(const std::string& path) {
  path_ = path;
  for (const auto& [name, parameter] : parameters_) parameter->rename(full_name(name));
  for (const auto& [name, inner] : modules_) inner->place(full_name(name));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
