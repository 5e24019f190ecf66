#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/nn/sequence/transformer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

TransformerOptions checked(std::int64_t features, TransformerOptions options) {
  if (!(options.dropout >= 0 && options.dropout < 1))
    fail<ValueError>("transformer block: dropout ", options.dropout, " is outside [0, 1)");
  if (options.hidden == 0) options.hidden = 4 * features;
  return options;
}

}  // namespace

TransformerBlock::TransformerBlock(std::int64_t features, std::int64_t heads, const TransformerOptions& options,
                                   Rng& rng)
    : options_(checked(features, options)),
      attention_(features, heads, rng),
      linear1_(features, options_.hidden, {}, rng),
      linear2_(options_.hidden, features, {}, rng),
      norm1_(features, {.epsilon = options.epsilon}),
      norm2_(features, {.epsilon = options.epsilon}) {
  add("self_attn", attention_);
  add("linear1", linear1_);
  add("linear2", linear2_);
  add("norm1", norm1_);
  add("norm2", norm2_);
  if (options.dropout == 0) return;
  add("dropout1", dropout1_.emplace(options.dropout, rng));
  add("dropout2", dropout2_.emplace(options.dropout, rng));
}

Var TransformerBlock::operator()(Var x, const Tensor& padding) {
  const Recording recording = record_on(x.tape());
  return run(x, &padding);
}

Var TransformerBlock::run(Var x, const Tensor* padding) {
  x = add_part(x, norm1_, dropout1_,
               [&](Var in) { return attention_(in, {.causal = options_.causal, .padding = padding}); });
  return add_part(x, norm2_, dropout2_, [&](Var in) { return linear2_(gelu(linear1_(in))); });
}

Var TransformerBlock::add_part(Var x, LayerNorm& norm, std::optional<Dropout>& dropout,
                               const std::function<Var(Var)>& part) {
  Var y = part(options_.norm_first ? norm(x) : x);
  if (dropout) y = (*dropout)(y);
  return options_.norm_first ? x + y : norm(x + y);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
