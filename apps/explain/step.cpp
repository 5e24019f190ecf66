#include <cotape/apps/common/train/training.h>
#include <cotape/apps/explain/step.h>
#include <cotape/engine/ops.h>

#include <algorithm>

namespace cotape::app {
namespace {

constexpr std::int64_t texts_at_once = 10;

}  // namespace

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
    : model_(net_settings(options, data), data.vectors, weights),
      sampler_(make_sampler(options)),
      frame_(model_, {.lr = options.learning_rate, .lazy_rows = true}, learners_of(sampler_.layer), options.common,
             std::move(noise)) {}

ExplainStep::Losses ExplainStep::forward(Tape& tape, const TextSet& set, const Shard& shard) {
  // Texts of about one length go through the nets together, so that little padding is computed.
  texts_.assign(shard.examples.begin(), shard.examples.end());
  set.sort_by_length(texts_);
  const std::int64_t count = std::ssize(texts_);
  std::vector<Var> vectors, scores, ratings;
  for (std::int64_t begin = 0; begin < count; begin += texts_at_once) {
    const auto size = static_cast<std::size_t>(std::min(texts_at_once, count - begin));
    const std::int64_t n = set.fill(std::span(texts_).subspan(static_cast<std::size_t>(begin), size), numbers_);
    vectors.push_back(model_.embed(tape, numbers_, n));
    scores.push_back(model_.score(vectors.back()));
  }
  const Var choices =
      sampler_.train(concat(scores, 0).named("scores"), set.subsets.select(texts_), shard.noise).named("choices");
  for (std::size_t group = 0; group < vectors.size(); ++group) {
    const std::int64_t begin = static_cast<std::int64_t>(group) * texts_at_once;
    const std::int64_t end = begin + vectors[group].shape()[0];
    ratings.push_back(model_.rate(vectors[group], slice(choices, 0, begin, end)));
  }
  const Var all = concat(ratings, 0).named("ratings");
  const Var wanted = tape.constant(Shape{count, 1}, [&](Tensor& out) { set.fill(texts_, out); });
  return {mean(square(all - wanted)).named("loss"), all, choices, texts_};
}

ExplainStep::Losses ExplainStep::compute(const TextSet& set, const Shard& shard) {
  return frame_.compute(shard, [&](Tape& tape, Rng&) { return forward(tape, set, shard); });
}

void ExplainStep::save(Checkpoint& checkpoint) const {
  frame_.save(checkpoint);
  sampler_.save(checkpoint);
}

void ExplainStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  sampler_.load(checkpoint);
}

}  // namespace cotape::app
