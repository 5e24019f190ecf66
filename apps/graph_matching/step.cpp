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
      model_(options, weights),
      objective_(options, layout_, data.partial),
      frame_(model_, {.lr = options.learning_rate}, learners_of(objective_.layer()), options.common, std::move(noise),
             StepSchedule{options.learning_rate, options.decay_every, options.decay}) {}

MatchingStep::Values MatchingStep::compute(const Shard& shard) {
  std::vector<const ViewPair*> pairs;
  for (const std::int64_t i : shard.examples) pairs.push_back(&data_.train[static_cast<std::size_t>(i)]);
  batch_ = make_batch(data_, pairs, layout_);
  const Rng jitter(shard.noise.seed(), static_cast<std::uint64_t>(shard.noise.below(std::int64_t{1} << 62)));
  return frame_.compute(shard, [&](Tape& tape, Rng& noise) {
    const Var costs = model_(patches_of(batch_, jitter_, jitter, tape).named("patches"), batch_);
    const MatchingObjective::Result result = objective_(costs, batch_, noise);
    return Values{costs, result.loss.named("loss"), result.matchings};
  });
}

void MatchingStep::save(Checkpoint& checkpoint) const {
  checkpoint.put_text("app", "graph_matching");
  frame_.save(checkpoint);
  objective_.save(checkpoint);
}

void MatchingStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  objective_.load(checkpoint);
}

}  // namespace cotape::app
