#include <cotape/apps/common/train/training.h>
#include <cotape/apps/explain/step.h>
#include <cotape/engine/ops.h>

namespace cotape::app {

ExplainNetSettings net_settings(const ExplainOptions& options, const ExplainData& data) {
  const bool read = data.vectors.size() > 0;
  return {.words = data.vocabulary.size(),
          .width = read ? data.vectors.shape()[1] : options.width,
          .length = options.length,
          .k = options.k,
          .frozen = read && !options.tune,
          .dropout = options.dropout};
}

ExplainStep::ExplainStep(const ExplainOptions& options, const ExplainData& data, Rng weights, Rng noise)
    : noise_(std::move(noise)),
      model_(net_settings(options, data), data.vectors, weights),
      sampler_(make_sampler(options)),
      optimizer_(model_.parameters(), {.lr = options.learning_rate, .lazy_rows = true}),
      parts_(optimizer_),
      shards_(parts_, model_, learners_of(sampler_.layer), shard_options(options.common)) {}

ExplainStep::Losses ExplainStep::forward(Tape& tape, const TextSet& set, const Shard& shard) {
  const std::span<const std::int64_t> indices = shard.examples;
  const std::int64_t n = set.fill(indices, numbers_);
  const Var vectors = model_.embed(tape, numbers_, n).named("vectors");
  const Var scores = model_.score(vectors).named("scores");
  const Var choices = sampler_.train(scores, set.subsets.select(indices), shard.noise).named("choices");
  const Var ratings = model_.rate(vectors, choices).named("ratings");
  const Var wanted = tape.constant(Shape{std::ssize(indices), 1}, [&](Tensor& out) { set.fill(indices, out); });
  return {mean(square(ratings - wanted)).named("loss"), ratings, choices};
}

void ExplainStep::run(std::span<const std::int64_t> batch, Meter& meter, const ShardedStep::Part& part) {
  shards_.run(batch, noise_, meter, part);
}

ExplainStep::Losses ExplainStep::compute(const TextSet& set, const Shard& shard) {
  const Losses losses = parts_.forward([&](Tape& tape) { return forward(tape, set, shard); });
  parts_.backward(losses.loss, shard.share);
  return losses;
}

void ExplainStep::save(Checkpoint& checkpoint) const {
  model_.save(checkpoint);
  optimizer_.save(checkpoint);
  sampler_.save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void ExplainStep::load(const Checkpoint& checkpoint) {
  model_.load(checkpoint);
  optimizer_.load(checkpoint);
  sampler_.load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
