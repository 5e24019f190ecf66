#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/batch_norm.h>
#include <cotape/nn/layers/dropout.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/layers/sequential.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/serialize.h>
#include <cotape/nn/train/shards.h>
#include <cotape/nn/train/training.h>

#include <doctest/doctest.h>

#include <iostream>
#include <limits>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "../../temporary_folder.h"
#include "processes_of_threads.h"

using namespace cotape;

namespace {

constexpr std::int64_t examples = 180, batch = 40, features = 5;

// Learns from the mean of what it has seen, as a rule does.
struct Learned {
  double value = 0;
  bool held = false;
  double passes = 0, sum = 0;

  void see(double x) {
    if (held)
      ++passes, sum += x;
    else
      value = value / 2 + x;
  }
};
struct Learner {
  Learned* of;
  void hold_back(bool on) const { of->held = on; }
  std::vector<double> take_notes() const { return {std::exchange(of->passes, 0), std::exchange(of->sum, 0)}; }
  void learn(std::span<const double> notes) const { of->see(notes[1] / notes[0]); }
};

// A net with batch norm and dropout, whose batches are noisy; the last batch of an epoch has 20 examples.
class Noisy final : public TrainingTask {
 public:
  Noisy(std::int64_t shards, Processes* processes, double dropout = 0.3) {
    Rng rng(1);
    rng.normal(data_);
    net_.emplace<Linear>("fc1", features, 16, LinearOptions{}, rng);
    net_.emplace<BatchNorm>("norm", 16, BatchNormOptions{.activation = Activation::relu});
    net_.emplace<Dropout>("drop", static_cast<real>(dropout), rng);
    net_.emplace<Linear>("fc2", 16, 1, LinearOptions{}, rng);
    adam_.emplace(net_.parameters(), AdamOptions{.lr = 0.01});
    training_.emplace(*adam_, TrainingStepOptions{.max_gradient_norm = 1});
    shards_.emplace(*training_, net_, std::vector{shard_learner(Learner{&learned_})},
                    ShardOptions{.count = shards, .processes = processes});
    order_.resize(static_cast<std::size_t>(examples));
    std::iota(order_.begin(), order_.end(), 0);
  }
  std::int64_t steps_per_epoch() const override { return (examples + batch - 1) / batch; }
  std::int64_t shards() const override { return shards_->count(); }
  void step(std::int64_t, std::int64_t step, Meter& meter) override {
    const std::span<const std::int64_t> all = order_;
    const auto begin = static_cast<std::size_t>(step * batch);
    const auto size = std::min<std::size_t>(static_cast<std::size_t>(batch), all.size() - begin);
    shards_->run(all.subspan(begin, size), noise_, meter, [&](const Shard& shard, Meter& own) {
      const Var loss = training_->forward([&](Tape& tape) { return record(tape, shard); });
      training_->backward(loss, shard.share);
      learned_.see(static_cast<double>(loss.value().item()));
      own.mean("loss", static_cast<double>(loss.value().item()), static_cast<double>(shard.examples.size()));
      own.sum("examples", static_cast<double>(shard.examples.size()));
      own.maximum("largest", static_cast<double>(shard.examples.back()));
      own.latest("last", static_cast<double>(shard.number));
    });
  }
  Tape& tape() override { return training_->tape(); }
  std::vector<std::string> columns() const override { return {"loss", "examples", "largest", "last", "ended"}; }
  void end_epoch(std::int64_t, Meter& meter) override {
    ++ended_;  // by process 0 alone
    meter.latest("ended", ended_);
  }
  void save(Checkpoint& to) const override {
    net_.save(to);
    adam_->save(to);
    to.put("noise", noise_);
    to.put_number("learned", learned_.value);
    to.put_number("ended", ended_);
  }
  void load(const Checkpoint& from) override {
    net_.load(from);
    adam_->load(from);
    noise_ = from.rng("noise");
    learned_.value = from.number("learned");
    ended_ = from.number("ended");
  }
  std::string state() const {
    Checkpoint all;
    save(all);
    return to_safetensors(all);
  }
  Sequential& net() { return net_; }
  TrainingStep& training() { return *training_; }
  const Learned& learned() const { return learned_; }

 private:
  Var record(Tape& tape, const Shard& shard) {
    const Var x = tape.constant(Shape{std::ssize(shard.examples), features}, [&](Tensor& out) {
      real* to = out.data();
      for (const std::int64_t i : shard.examples) to = std::copy_n(data_.data() + i * features, features, to);
    });
    Tensor jitter(Shape{std::ssize(shard.examples), features});
    shard.noise.normal(jitter);
    return mean(square(net_(x + 0.1F * tape.constant(jitter)) - sum(square(x), 1, true)));
  }

  Tensor data_{Shape{examples, features}};
  Sequential net_;
  Rng noise_{2};
  std::optional<Adam> adam_;
  std::optional<TrainingStep> training_;
  std::optional<ShardedStep> shards_;
  std::vector<std::int64_t> order_;
  Learned learned_;
  double ended_ = 0;
};

// Nothing is printed on stdout while it lives.
class Silence {
 public:
  Silence() : old_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Silence() { std::cout.rdbuf(old_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  std::ostringstream text_;
  std::streambuf* old_;
};

struct Done {
  std::string state;
  Meter meter;
};

// The state of each process after so many steps.
std::vector<Done> train_apart(std::int64_t shards, std::int64_t count, std::int64_t steps) {
  std::vector<Done> done(static_cast<std::size_t>(count));
  ProcessesOfThreads::run(count, [&](Processes& processes) {
    Noisy task(shards, &processes);
    Done& own = done[static_cast<std::size_t>(processes.rank())];
    for (std::int64_t step = 0; step < steps; ++step) task.step(0, step % task.steps_per_epoch(), own.meter);
    own.state = task.state();
  });
  return done;
}

}  // namespace

TEST_CASE(
    "shards: parameters, running averages, masks, noise, what is learned and metrics are the same bits in 1 to 8 "
    "processes") {
  for (const std::int64_t shards : {2, 8}) {
    const Done alone = train_apart(shards, 1, 7).front();
    CHECK(alone.meter.value("examples") == 6 * 40 + 20);
    CHECK(alone.meter.value("largest") == examples - 1);
    CHECK(alone.meter.value("last") == static_cast<double>(shards - 1));
    for (std::int64_t count = 2; count <= shards; count *= 2)
      for (const Done& process : train_apart(shards, count, 7)) {
        CHECK(process.state == alone.state);
        CHECK(process.meter == alone.meter);
      }
  }
  CHECK(train_apart(2, 1, 3).front().state != train_apart(4, 1, 3).front().state);
}

TEST_CASE("shards: one shard is the whole batch, with the bits of a step without shards") {
  Noisy task(1, nullptr);
  Meter meter;
  for (std::int64_t step = 0; step < 3; ++step) task.step(0, step, meter);

  Noisy by_hand(1, nullptr);
  Rng noise(2);
  Tensor data(Shape{examples, features});
  Rng(1).normal(data);
  for (std::int64_t step = 0; step < 3; ++step)
    by_hand.training().run([&](Tape& tape) {
      Tensor rows(Shape{batch, features}), jitter(Shape{batch, features});
      std::copy_n(data.data() + step * batch * features, batch * features, rows.data());
      noise.normal(jitter);
      const Var x = tape.constant(rows);
      return mean(square(by_hand.net()(x + 0.1F * tape.constant(jitter)) - sum(square(x), 1, true)));
    });
  Checkpoint a, b;
  task.net().save(a);
  by_hand.net().save(b);
  CHECK(a == b);
  CHECK(task.learned().passes == 0);
}

TEST_CASE("shards: gradients are the batch's up to rounding, where shards share nothing but parameters") {
  // Without batch norm and noise.
  Parameter w("w", Tensor({1, features}));
  Rng(3).normal(w.mutable_value());
  Adam adam({&w});
  TrainingStep step(adam);
  Sequential none;
  Rng noise(4);
  Tensor data(Shape{batch, features});
  Rng(5).normal(data);
  std::vector<std::int64_t> order(static_cast<std::size_t>(batch));
  std::iota(order.begin(), order.end(), 0);
  const auto loss = [&](Tape& tape, std::span<const std::int64_t> rows) {
    return mean(square(linear(gather_rows(tape.view(data), rows), tape.parameter(w)) - 1));
  };
  step.backward(step.forward([&](Tape& tape) { return loss(tape, order); }));
  const Tensor whole = w.gradient();
  Tensor summed;
  step.reduce_by([&](std::span<real> numbers) {
    summed = Tensor({1, features});
    std::copy_n(numbers.begin(), features, summed.data());
  });
  ShardedStep sharded(step, none, {}, {.count = 8});
  Meter meter;
  sharded.run(order, noise, meter, [&](const Shard& shard, Meter&) {
    step.backward(step.forward([&](Tape& tape) { return loss(tape, shard.examples); }), shard.share);
  });
  for (std::int64_t i = 0; i < features; ++i) CHECK(summed[i] == doctest::Approx(whole[i]).epsilon(1e-5));
}

TEST_CASE("shards: batch norm's running averages follow the mean of the shards' own, counters stay whole") {
  Noisy task(4, nullptr);
  Meter meter;
  task.step(0, 0, meter);
  Checkpoint after;
  task.net().save(after);
  CHECK(after.tensor("model.drop.calls")[0] == 1);
  Noisy first(1, nullptr);
  CHECK(task.learned().value == doctest::Approx(meter.value("loss")).epsilon(1e-6));
  // By hand: fc1 of each shard's own examples.
  Rng rng(1);
  Tensor data(Shape{examples, features});
  rng.normal(data);
  Checkpoint start;
  first.net().save(start);
  const Rng of_step = [] {
    Rng noise(2);
    return noise.split(static_cast<std::uint64_t>(noise.below(std::numeric_limits<std::int64_t>::max())));
  }();
  Tensor expected(Shape{16});
  for (std::int64_t s = 0; s < 4; ++s) {
    Tensor rows(Shape{batch / 4, features});
    of_step.split(static_cast<std::uint64_t>(s)).normal(rows);
    for (std::int64_t i = 0; i < rows.size(); ++i) rows[i] = data[s * (batch / 4) * features + i] + 0.1F * rows[i];
    Tape tape;
    const Var y = mean(linear(tape.constant(rows), tape.constant(start.tensor("model.fc1.weight"))), 0);
    for (std::int64_t c = 0; c < 16; ++c) expected[c] += 0.1F * y.value()[c] / 4;
  }
  const Tensor running = after.tensor("model.norm.running_mean");
  for (std::int64_t c = 0; c < 16; ++c) CHECK(running[c] == doctest::Approx(expected[c]).epsilon(1e-4));
}

TEST_CASE("shards: dropout has other masks in each shard") {
  Rng rng(1);
  Dropout dropout(0.5, rng), same(0.5, rng);
  same.copy_from(dropout);
  const Tensor ones(Shape{64}, 1);
  Tape tape;
  const auto mask = [&](std::int64_t shard) {
    Rng fresh(1);
    Dropout layer(0.5, fresh);
    tape.set_shard(shard);
    return Tensor(layer(tape.constant(ones)).value());
  };
  CHECK(mask(0) != mask(1));
  CHECK(mask(1) != mask(2));
  CHECK(mask(1) == mask(1));
}

TEST_CASE("shards: what is wrong is refused") {
  const auto make = [](std::int64_t shards, std::int64_t processes) {
    ProcessesOfThreads::run(processes, [&](Processes& all) { Noisy(shards, &all); });
  };
  CHECK_THROWS_WITH_AS(make(3, 1), "a batch in 3 shards; their number must be a power of two", ValueError);
  CHECK_THROWS_WITH_AS(
      make(2, 4),
      "4 processes for 2 shards; the number of processes must be a power of two, at most that of the shards",
      ValueError);
  CHECK_THROWS_AS(make(4, 3), ValueError);
  // A broken step leaves learners free, and nothing for the next one.
  Noisy task(2, nullptr), other(2, nullptr);
  TrainingStep& step = task.training();
  Meter meter;
  Sequential none;
  ShardedStep broken(step, none, {}, {.count = 2});
  Rng noise(1);
  const std::vector<std::int64_t> two = {0, 1};
  CHECK_THROWS_WITH_AS(broken.run(two, noise, meter,
                                  [](const Shard& shard, Meter&) {
                                    if (shard.number == 0) fail<ValueError>("no data");
                                  }),
                       "no data", ValueError);
  CHECK(meter.names().empty());
}

TEST_CASE(
    "training in several processes: the files are those of one, also when the run is resumed with another number") {
  const TemporaryFolder folder;
  const Silence silence;
  const Interrupt restored;  // each thread has its own, in one process; this one puts back what was before
  const auto run = [&](const std::string& out, std::int64_t count, std::int64_t epochs, bool resume) {
    ProcessesOfThreads::run(count, [&](Processes& processes) {
      Noisy task(8, &processes);
      const TrainingOptions options{
          .app = "noisy", .out = folder.path() / out, .epochs = epochs, .resume = resume, .processes = &processes};
      if (train(task, options) != Outcome::finished) throw std::runtime_error("interrupted");
    });
    return read_file(folder.path() / out / "checkpoint.safetensors");
  };
  const std::string alone = run("alone", 1, 3, false);
  CHECK(run("four", 4, 3, false) == alone);
  run("parts", 8, 1, false);
  run("parts", 2, 2, true);
  CHECK(run("parts", 1, 3, true) == alone);
  CHECK_THROWS_WITH_AS(ProcessesOfThreads::run(2,
                                               [&](Processes& processes) {
                                                 Noisy task(1, nullptr);
                                                 train(task, {.out = folder.path() / "x", .processes = &processes});
                                               }),
                       "shards 1: too few for 2 processes, which compute one at least", ValueError);
}
