#include <cotape/apps/explain/model.h>
#include <cotape/data/text/vocabulary.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

namespace cotape::app {
namespace {

constexpr std::int64_t features = 100, dense_features = 250, kernel = 3;
constexpr real vector_deviation = real(0.1);
constexpr std::int64_t max_size = std::int64_t{1} << 31;
const Conv1dOptions three_words{.padding = Padding1d::same(kernel), .activation = Activation::relu};
const LinearOptions relu{.activation = Activation::relu};

}  // namespace

void ExplainNetSettings::save(Checkpoint& checkpoint) const {
  checkpoint.put_integer("net.words", words);
  checkpoint.put_integer("net.width", width);
  checkpoint.put_integer("net.length", length);
  checkpoint.put_integer("net.k", k);
}

ExplainNetSettings ExplainNetSettings::load(const Checkpoint& checkpoint) {
  const auto size = [&](const char* name) {
    const std::int64_t number = checkpoint.integer(name);
    if (number < 1 || number > max_size)
      fail<FileError>(checkpoint.source(), ": ", name, " is ", number, ", not a size from 1 to ", max_size);
    return number;
  };
  return {.words = size("net.words"), .width = size("net.width"), .length = size("net.length"), .k = size("net.k")};
}

WordScorer::WordScorer(std::int64_t width, double dropout, Rng& rng)
    : first_(width, features, kernel, three_words, rng),
      local1_(features, features, kernel, three_words, rng),
      local2_(features, features, kernel, three_words, rng),
      global_(features, features, relu, rng),
      dropout_(static_cast<real>(dropout), rng),
      hidden_(2 * features, features, relu, rng),
      score_(features, 1, {}, rng) {
  add("first", first_);
  add("local1", local1_);
  add("local2", local2_);
  add("global", global_);
  add("dropout", dropout_);
  add("hidden", hidden_);
  add("score", score_);
}

Var WordScorer::forward(Var vectors) {
  const Var first = first_(vectors);
  const Var global = global_(max(first, 1)), local = local2_(local1_(first));
  const Shape& shape = local.shape();
  const Var everywhere = broadcast_to(reshape(global, {shape[0], 1, features}), shape);
  return reshape(score_(hidden_(dropout_(concat({everywhere, local}, 2)))), {shape[0], shape[1]});
}

Explainer::Explainer(const ExplainNetSettings& settings, const Tensor& vectors, Rng& rng)
    : settings_(settings),
      embedding_(settings.words, settings.width, {.padding = Vocabulary::padding}, rng),
      scorer_(settings.width, settings.dropout, rng),
      dense_(settings.width, dense_features, relu, rng),
      rating_(dense_features, 1, {}, rng) {
  Tensor& table = embedding_.weight().mutable_value();
  if (vectors.size() == 0) {
    for (real& x : table.values()) x *= vector_deviation;
  } else {
    if (vectors.shape() != table.shape())
      fail<ShapeError>("explainer: word vectors ", vectors.shape(), " for a table of ", table.shape());
    table.copy_from(vectors);
  }
  if (settings.frozen) embedding_.freeze();
  add("embedding", embedding_);
  add("scorer", scorer_);
  add("dense", dense_);
  add("rating", rating_);
}

Var Explainer::embed(Tape& tape, std::span<const std::int64_t> numbers, std::int64_t n) {
  return embedding_(tape, numbers, Shape{std::ssize(numbers) / n, n});
}

Var Explainer::score(Var vectors) {
  const std::int64_t left_out = settings_.length - vectors.shape()[1];
  const Var scores = scorer_(vectors);
  return left_out == 0 ? scores : pad(scores, {{0, 0}, {left_out, 0}});
}

Var Explainer::rate(Var vectors, Var choices) {
  const std::int64_t left_out = settings_.length - vectors.shape()[1];
  const Var read = left_out == 0 ? choices : slice(choices, 2, left_out, settings_.length);
  const Var mean = scale(matmul(read, vectors), 1 / static_cast<real>(settings_.k));
  const Shape& shape = choices.shape();
  return reshape(sigmoid(rating_(dense_(mean))), {shape[0], shape[1]});
}

}  // namespace cotape::app
