#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/sequence/attention.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

std::int64_t checked(std::int64_t features, std::int64_t heads) {
  if (features < 1 || heads < 1 || features % heads != 0)
    fail<ValueError>("attention: ", features, " features cannot be shared by ", heads, " heads");
  return features;
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(std::int64_t features, std::int64_t heads, Rng& rng)
    : features_(checked(features, heads)),
      heads_(heads),
      weight_("in_proj_weight", Tensor::uninitialized({3 * features, features})),
      bias_("in_proj_bias", Tensor({3 * features})),
      out_(features, features, {}, rng) {
  init::glorot_uniform(weight_.mutable_value(), rng);
  add("in_proj_weight", weight_);
  add("in_proj_bias", bias_);
  add("out_proj", out_);
}

Var MultiHeadAttention::operator()(Var x, const AttentionMask& mask) {
  const Recording recording = record_on(x.tape());
  return attend(x, mask);
}

Var MultiHeadAttention::attend(Var x, const AttentionMask& mask) {
  Tape& tape = x.tape();
  return out_(packed_attention(linear(x, tape.parameter(weight_), tape.parameter(bias_)), heads_, mask));
}

Var MultiHeadAttention::operator()(Var x, Var memory, const AttentionMask& mask) {
  Tape& tape = x.tape();
  const Recording recording = record_on(tape);
  const Var weight = tape.parameter(weight_), bias = tape.parameter(bias_);
  const auto project = [&](Var from, std::int64_t part) {
    const std::int64_t begin = part * features_, end = begin + features_;
    return linear(from, slice(weight, 0, begin, end), slice(bias, 0, begin, end));
  };
  return out_(scaled_dot_product_attention(project(x, 0), project(memory, 1), project(memory, 2), heads_, mask));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
