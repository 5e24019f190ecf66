#include <cotape/apps/common/train/training.h>
#include <cotape/apps/graph_matching/step.h>
#include <cotape/engine/base/parallel.h>

namespace cotape::app {

Var patches_of(const PairBatch& batch, const PatchJitter& jitter, const Rng& rng, Tape& tape) {
  return tape.constant(Shape{batch.rows(), patch_size, patch_size, 1}, [&](Tensor& out) {
    parallel_for(std::ssize(batch.views), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t v = begin; v < end; ++v)
        cut_patches(*batch.views[static_cast<std::size_t>(v)], jitter, rng.split(static_cast<std::uint64_t>(v)),
                    out.data() + v * batch.points * patch_size * patch_size);
    });
  });
}

MatchingStep::MatchingStep(const MatchingOptions& options, const MatchingData& data, Rng weights, Rng noise)
    : data_(data),
      layout_(data.layout(!options.nodes_only)),
      jitter_(options.jitter),
      noise_(std::move(noise)),
      model_(options, weights),
      objective_(options, layout_, data.partial),
      optimizer_(model_.parameters(), {.lr = options.learning_rate}),
      rate_{options.learning_rate, options.decay_every, options.decay},
      parts_(optimizer_),
      shards_(parts_, model_, learners_of(objective_.layer()), shard_options(options.common)) {}

void MatchingStep::run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter,
                       const ShardedStep::Part& part) {
  optimizer_.set_learning_rate(rate_(epoch));
  shards_.run(batch, noise_, meter, part);
}

MatchingStep::Values MatchingStep::compute(const Shard& shard) {
  std::vector<const ViewPair*> pairs;
  for (const std::int64_t i : shard.examples) pairs.push_back(&data_.train[static_cast<std::size_t>(i)]);
  batch_ = make_batch(data_, pairs, layout_);
  const Rng jitter(shard.noise.seed(), static_cast<std::uint64_t>(shard.noise.below(std::int64_t{1} << 62)));
  const Values values = parts_.forward([&](Tape& tape) {
    const Var costs = model_(patches_of(batch_, jitter_, jitter, tape).named("patches"), batch_);
    const MatchingObjective::Result result = objective_(costs, batch_, shard.noise);
    return Values{costs, result.loss.named("loss"), result.matchings};
  });
  parts_.backward(values.loss, shard.share);
  return values;
}

void MatchingStep::save(Checkpoint& checkpoint) const {
  checkpoint.put_text("app", "graph_matching");
  model_.save(checkpoint);
  optimizer_.save(checkpoint);
  objective_.save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void MatchingStep::load(const Checkpoint& checkpoint) {
  model_.load(checkpoint);
  optimizer_.load(checkpoint);
  objective_.load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
