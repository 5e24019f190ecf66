#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/group_norm.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void check(const char* layer, std::int64_t channels, real epsilon) {
  if (channels < 1) fail<ValueError>(layer, ": ", channels, " channels");
  if (!(epsilon > 0)) fail<ValueError>(layer, ": ε = ", epsilon, " is not positive");
}

}  // namespace

GroupNorm::GroupNorm(std::int64_t groups, std::int64_t channels, const GroupNormOptions& options)
    : groups_(groups), epsilon_(options.epsilon) {
  check("group_norm", channels, options.epsilon);
  if (groups < 1 || channels % groups != 0)
    fail<ValueError>("group_norm: ", channels, " channels do not divide into ", groups, " groups");
  if (!options.affine) return;
  add("weight", weight_.emplace("weight", Tensor({channels}, 1)));
  add("bias", bias_.emplace("bias", Tensor({channels})));
}

Var GroupNorm::forward(Var x) {
  if (!weight_) return group_norm(x, groups_, epsilon_);
  Tape& tape = x.tape();
  return group_norm(x, groups_, tape.parameter(*weight_), tape.parameter(*bias_), epsilon_);
}

InstanceNorm::InstanceNorm(std::int64_t channels, const GroupNormOptions& options) : epsilon_(options.epsilon) {
  check("instance_norm", channels, options.epsilon);
  if (!options.affine) return;
  add("weight", weight_.emplace("weight", Tensor({channels}, 1)));
  add("bias", bias_.emplace("bias", Tensor({channels})));
}

Var InstanceNorm::forward(Var x) {
  if (!weight_) return instance_norm(x, epsilon_);
  Tape& tape = x.tape();
  return instance_norm(x, tape.parameter(*weight_), tape.parameter(*bias_), epsilon_);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
