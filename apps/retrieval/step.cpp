#include <cotape/apps/common/train/gather.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/retrieval/step.h>

#include <algorithm>

namespace cotape::app {

RetrievalStep::RetrievalStep(const RetrievalOptions& options, Rng weights, Rng noise)
    : net_(options.channels, weights),
      objective_(options),
      memory_(options.memory, options.batch, options.channels),
      frame_(net_, {.lr = options.learning_rate, .weight_decay = options.weight_decay}, objective_.learners(),
             options.common, std::move(noise),
             MultiStepSchedule{options.learning_rate, {options.decay_at}, options.decay}),
      embeddings_(Shape{options.batch, options.channels}) {}

auto RetrievalStep::recorder(const Pictures& pictures, std::span<const std::int64_t> classes) {
  return [this, &pictures, classes](Tape& tape, Rng& noise) {
    relatives_.find(classes, memory_.classes());
    const Var embeddings = net_(pictures(tape).named("pictures")).named("embeddings");
    const Var similarities = candidate_similarities(embeddings, memory_.embeddings()).named("similarities");
    return Values{embeddings, similarities,
                  objective_(embeddings, similarities, memory_, relatives_, noise).named("loss")};
  };
}

RetrievalStep::Values RetrievalStep::forward(const Pictures& pictures, std::span<const std::int64_t> classes) {
  return frame_.forward(recorder(pictures, classes));
}

RetrievalStep::Values RetrievalStep::run(const Pictures& pictures, std::span<const std::int64_t> classes,
                                         std::int64_t epoch) {
  const Values values = frame_.run(epoch, recorder(pictures, classes));
  memory_.push(values.embeddings.value(), classes);
  return values;
}

RetrievalStep::Values RetrievalStep::compute(const Pictures& pictures, std::span<const std::int64_t> classes,
                                             const Shard& shard) {
  const Values values = frame_.compute(shard, recorder(pictures, classes));
  const Tensor& own = values.embeddings.value();
  std::copy_n(own.data(), own.size(), embeddings_.data() + shard.number * own.size());  // shards are of one size
  return values;
}

void RetrievalStep::run(std::span<const std::int64_t> batch, std::span<const std::int64_t> classes, std::int64_t epoch,
                        Meter& meter, const ShardedStep::Part& part) {
  frame_.run(batch, epoch, meter, part);
  // Process r had the r-th of all parts.
  if (frame_.shards() > 1) gather_over_processes(processes(), embeddings_.values());
  memory_.push(embeddings_, classes);
}

void RetrievalStep::save(Checkpoint& checkpoint) const {
  frame_.save(checkpoint);
  objective_.save(checkpoint);
  memory_.save(checkpoint);
}

void RetrievalStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  objective_.load(checkpoint);
  memory_.load(checkpoint);
}

}  // namespace cotape::app
