#include <cotape/engine/base/error.h>
#include <cotape/nn/train/shards.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// left.merge(right), in the tree of the processes' ranks.
void merge_over_processes(Processes& processes, Meter& meter) {
  const std::int64_t rank = processes.rank();
  for (std::int64_t distance = 1; distance < processes.count(); distance *= 2) {
    Meter other = Meter::from_bytes(exchange_texts(processes, rank ^ distance, meter.bytes()));
    if ((rank & distance) != 0) std::swap(meter, other);
    meter.merge(other);
  }
}

std::vector<Tensor*> buffers_of(const Module& module) {
  std::vector<Tensor*> buffers;
  for (const auto& named : module.buffers()) buffers.push_back(named.second);
  return buffers;
}

}  // namespace

// While it lives, no learner learns.
class ShardedStep::Holding {
 public:
  explicit Holding(const std::vector<ShardLearner>& learners) : learners_(learners) {
    for (const ShardLearner& learner : learners_) learner.hold_back(true);
  }
  ~Holding() {
    for (const ShardLearner& learner : learners_) learner.hold_back(false);
  }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  const std::vector<ShardLearner>& learners_;
};

ShardedStep::ShardedStep(TrainingStep& step, Module& module, std::vector<ShardLearner> learners, ShardOptions options)
    : step_(step),
      learners_(std::move(learners)),
      options_(options),
      processes_(options.processes ? *options.processes : alone_),
      buffers_(buffers_of(module)) {
  if (!is_power_of_two(options_.count))
    fail<ValueError>("a batch in ", options_.count, " shards; their number must be a power of two");
  if (!is_power_of_two(processes_.count()) || processes_.count() > options_.count)
    fail<ValueError>(processes_.count(), " processes for ", options_.count,
                     " shards; the number of processes must be a power of two, at most that of the shards");
  for (const Tensor* buffer : buffers_) at_start_.emplace_back(buffer->shape());
  if (options_.count == 1) return;
  const Holding refused(learners_);  // now, by a rule that cannot
  step_.average(buffers_);
  if (processes_.count() > 1)
    step_.reduce_by([this](std::span<real> numbers) { sum_over_processes(processes_, numbers); });
}

void ShardedStep::run(std::span<const std::int64_t> batch, Rng& noise, Meter& meter, const Part& part) {
  step_.begin(options_.order);
  if (options_.count == 1) {
    part(Shard{.examples = batch, .noise = noise}, meter);
    step_.update();
    return;
  }
  const Rng of_step = noise.split(static_cast<std::uint64_t>(noise.below(std::numeric_limits<std::int64_t>::max())));
  for (std::size_t i = 0; i < buffers_.size(); ++i) at_start_[i].copy_from(*buffers_[i]);
  run_shards(batch, of_step, meter, part);
  step_.update();
  learn();
}

void ShardedStep::run_shards(std::span<const std::int64_t> batch, const Rng& noise, Meter& meter, const Part& part) {
  const Holding holding(learners_);
  const auto examples = static_cast<std::int64_t>(batch.size());
  const std::int64_t shards = options_.count, own = shards / processes_.count(), first = processes_.rank() * own;
  meters_.start(options_.order);
  const auto merge = [](Meter& left, const Meter& right) { left.merge(right); };
  for (std::int64_t i = 0; i < own; ++i) {
    const std::int64_t number = options_.order == ShardOrder::rising ? first + i : first + own - 1 - i;
    const std::int64_t begin = number * examples / shards, end = (number + 1) * examples / shards;
    for (std::size_t b = 0; b < buffers_.size(); ++b) buffers_[b]->copy_from(at_start_[b]);
    step_.begin_shard();
    Meter recorded;
    if (begin < end) {
      Rng own_noise = noise.split(static_cast<std::uint64_t>(number));
      step_.tape().set_shard(number);
      part({.number = number,
            .count = shards,
            .examples = batch.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
            .share = static_cast<double>(end - begin) / static_cast<double>(examples),
            .noise = own_noise},
           recorded);
    }
    step_.add_shard();
    meters_.add(std::move(recorded), merge);

    std::vector<double> notes;
    notes_of_ = {0};
    for (const ShardLearner& learner : learners_) {
      const std::vector<double> more = learner.take_notes();
      notes.insert(notes.end(), more.begin(), more.end());
      notes_of_.push_back(notes.size());
    }
    if (i == 0) notes_.start(notes.size(), options_.order);
    std::copy(notes.begin(), notes.end(), notes_.next().begin());
    notes_.add();
  }
  Meter recorded = meters_.finish(merge);
  merge_over_processes(processes_, recorded);
  meter.merge(recorded);
}

void ShardedStep::learn() {
  const std::span<double> notes = notes_.finish();
  if (!notes.empty()) sum_over_processes(processes_, notes);
  for (std::size_t i = 0; i < learners_.size(); ++i)
    learners_[i].learn(notes.subspan(notes_of_[i], notes_of_[i + 1] - notes_of_[i]));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
