#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/module.h>

#include <algorithm>
#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {

std::vector<Parameter*> Module::parameters() const {
  std::vector<Parameter*> all;
  std::set<const Parameter*> seen;
  const auto add = [&](Parameter* parameter) {
    if (seen.insert(parameter).second) all.push_back(parameter);
  };
  for (const auto& [name, parameter] : parameters_) add(parameter);
  for (const auto& [name, inner] : modules_)
    for (Parameter* parameter : inner->parameters()) add(parameter);
  for (const auto& [name, parameter] : tied_) add(parameter);
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

std::int64_t Module::parameter_count() const {
  std::int64_t count = 0;
  for (const Parameter* parameter : parameters()) count += parameter->value().size();
  return count;
}

std::int64_t Module::trainable_count() const {
  std::int64_t count = 0;
  for (const Parameter* parameter : parameters()) count += parameter->frozen() ? 0 : parameter->value().size();
  return count;
}

void Module::copy_from(const Module& other) {
  check_same_form(other);
  copy_values(other);
}

void Module::check_same_form(const Module& other) const {
  const std::string where = path_.empty() ? "module" : "module: " + path_;
  const auto check_names = [&](const auto& mine, const auto& theirs, const char* what) {
    for (std::size_t i = 0; i < std::max(mine.size(), theirs.size()); ++i)
      if (i >= mine.size() || i >= theirs.size() || mine[i].first != theirs[i].first)
        fail<ValueError>(where, " cannot copy from another form: ", what, ' ', i < mine.size() ? mine[i].first : "none",
                         " here, ", i < theirs.size() ? theirs[i].first : "none", " there");
  };
  const auto check_shape = [&](const std::string& name, const Shape& mine, const Shape& theirs) {
    if (mine != theirs)
      fail<ValueError>(where, " cannot copy from another form: ", name, " has shape ", mine, " here, ", theirs,
                       " there");
  };
  check_names(parameters_, other.parameters_, "parameter");
  check_names(tied_, other.tied_, "tied parameter");
  check_names(buffers_, other.buffers_, "buffer");
  check_names(modules_, other.modules_, "module");
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    check_shape(parameters_[i].first, parameters_[i].second->value().shape(),
                other.parameters_[i].second->value().shape());
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    check_shape(buffers_[i].first, buffers_[i].second->shape(), other.buffers_[i].second->shape());
  for (std::size_t i = 0; i < modules_.size(); ++i) modules_[i].second->check_same_form(*other.modules_[i].second);
}

void Module::copy_values(const Module& other) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& mine = *parameters_[i].second;
    const Parameter& theirs = *other.parameters_[i].second;
    mine.mutable_value() = theirs.value();
    theirs.frozen() ? mine.freeze() : mine.thaw();
  }
  for (std::size_t i = 0; i < buffers_.size(); ++i) *buffers_[i].second = *other.buffers_[i].second;
  for (std::size_t i = 0; i < modules_.size(); ++i) modules_[i].second->copy_values(*other.modules_[i].second);
  training_ = other.training_;
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

void Module::tie(const std::string& name, Parameter& parameter) {
  check_name(name);
  tied_.emplace_back(name, &parameter);
}

void Module::check_name(const std::string& name) const {
  if (name.empty() || name.find('.') != name.npos)
    fail<ValueError>("module: a name must not be empty or have a dot: \"", name, "\"");
  const auto is_taken = [&](const auto& named) {
    return std::any_of(named.begin(), named.end(), [&](const auto& entry) { return entry.first == name; });
  };
  if (is_taken(parameters_) || is_taken(tied_) || is_taken(buffers_) || is_taken(modules_))
    fail<ValueError>("module: the name ", full_name(name), " is taken");
}

void Module::place(const std::string& path) {
  path_ = path;
  for (const auto& [name, parameter] : parameters_) parameter->rename(full_name(name));
  for (const auto& [name, inner] : modules_) inner->place(full_name(name));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
