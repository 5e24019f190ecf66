#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/sequence/embedding.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Embedding::Embedding(std::int64_t rows, std::int64_t features, const EmbeddingOptions& options, Rng& rng)
    : options_(options) {
  if (rows < 1 || features < 1) fail<ValueError>("embedding: ", rows, " rows of ", features, " are not both positive");
  if (options.padding && (*options.padding < 0 || *options.padding >= rows))
    fail<ValueError>("embedding: padding ", *options.padding, " is none of ", rows, " rows");
  weight_ = Parameter("weight", Tensor::uninitialized({rows, features}));
  init::normal(weight_.mutable_value(), 0, 1, rng);
  if (options.padding) std::fill_n(weight_.mutable_value().data() + *options.padding * features, features, real(0));
  add("weight", weight_);
}

Var Embedding::operator()(Tape& tape, std::span<const std::int64_t> indices, const std::optional<Shape>& shape) {
  const Recording recording = record_on(tape);
  return embedding(tape.parameter(weight_), indices, {.shape = shape, .padding = options_.padding});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
