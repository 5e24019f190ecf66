#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/clip.h>
#include <cotape/nn/optim/sgd.h>
#include <cotape/nn/train/training_step.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <barrier>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

using namespace cotape;

namespace {

constexpr std::int64_t batch = 12, features = 70, units = 300;  // more than one parallel block of weights

// A net with a parameter that is used twice, which a shard's backward pass adds up by itself.
struct Net {
  Parameter first{"first", Tensor({units, features})}, second{"second", Tensor({1, units})};
  Parameter seldom{"seldom", Tensor({3}, 1)};  // only some shards use it
  Adam adam{{&first, &second, &seldom}, {.lr = 0.01}};

  Net() {
    Rng rng(1);
    rng.normal(first.mutable_value());
    rng.normal(second.mutable_value());
  }
  // The part of the batch's mean loss that these rows have.
  Var loss(Tape& tape, std::int64_t step, std::int64_t begin, std::int64_t end, bool with_seldom = false) {
    const Var x = tape.constant(Shape{end - begin, features}, [&](Tensor& out) {
      Tensor all({batch, features});
      Rng(2).split(static_cast<std::uint64_t>(step)).normal(all);
      std::copy(all.data() + begin * features, all.data() + end * features, out.data());
    });
    const Var w = tape.parameter(first);
    const Var y = linear(relu(linear(x, w)), tape.parameter(second)) + 0.01F * sum(square(w));
    const Var loss = sum(square(y - 1)) / static_cast<real>(batch);
    return with_seldom ? loss + sum(square(tape.parameter(seldom))) : loss;
  }
  std::vector<real> values() const {
    std::vector<real> all;
    for (const Parameter* p : adam.parameters())
      all.insert(all.end(), p->value().values().begin(), p->value().values().end());
    return all;
  }
};

// What a reduction over processes does: waits for all of them and adds what they give in the order of their ranks.
class AddInOrder {
 public:
  explicit AddInOrder(std::int64_t ranks) : given_(static_cast<std::size_t>(ranks)), all_(ranks) {}
  void reduce(std::int64_t rank, std::span<real> gradients) {
    given_[static_cast<std::size_t>(rank)].assign(gradients.begin(), gradients.end());
    all_.arrive_and_wait();
    std::copy(given_[0].begin(), given_[0].end(), gradients.begin());
    for (std::size_t other = 1; other < given_.size(); ++other)
      for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i] += given_[other][i];
    all_.arrive_and_wait();
  }
  std::size_t size() const { return given_[0].size(); }

 private:
  std::vector<std::vector<real>> given_;
  std::barrier<> all_;
};

}  // namespace

TEST_CASE("training step: forward, backward and update as one by hand, with the same bits") {
  Net net, by_hand;
  TrainingStep step(net.adam);
  for (int i = 0; i < 5; ++i) {
    Tape tape;
    const Var wanted = by_hand.loss(tape, i, 0, batch);
    tape.backward(wanted);
    by_hand.adam.step();
    by_hand.adam.clear_gradients();
    const Var loss = step.run([&](Tape& t) { return net.loss(t, i, 0, batch); });
    CHECK(loss.value().item() == wanted.value().item());  // still readable after the update
    CHECK(net.values() == by_hand.values());
    CHECK_FALSE(net.first.has_gradient());
    CHECK(&loss.tape() == &step.tape());
  }
  CHECK(net.seldom.value() == Tensor({3}, 1));
  CHECK(step.gradient_norm() == 0);
}

TEST_CASE("training step: its parts are the whole") {
  Net net, whole;
  TrainingStep parts(net.adam), step(whole.adam);
  const Var loss = parts.forward([&](Tape& tape) { return net.loss(tape, 0, 0, batch); });
  parts.backward(loss);
  CHECK(net.first.has_gradient());
  parts.update();
  step.run([&](Tape& tape) { return whole.loss(tape, 0, 0, batch); });
  CHECK(net.values() == whole.values());
}

TEST_CASE("training step: gradients are clipped by their common norm before the update") {
  Parameter w("w", Tensor({2}, {3, 4}));
  Sgd sgd({&w}, {.lr = 1});
  TrainingStep step(sgd, {.max_gradient_norm = 1});
  step.run([&](Tape& tape) { return sum(tape.parameter(w) * tape.constant(Tensor({2}, {30, 40}))); });
  CHECK(step.gradient_norm() == doctest::Approx(50));
  CHECK(w.value()[0] == doctest::Approx(3 - 0.6));
  CHECK(w.value()[1] == doctest::Approx(4 - 0.8));
  for (const double norm : {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(TrainingStep(sgd, {.max_gradient_norm = norm}), ValueError);
}

TEST_CASE("training step: elements of gradients are clipped by value, before the norm") {
  Parameter w("w", Tensor({2}));
  Sgd sgd({&w}, {.lr = 1});
  TrainingStep by_value(sgd, {.max_gradient_value = 3});
  const auto forward = [&](Tape& tape) { return sum(tape.parameter(w) * tape.constant(Tensor({2}, {1, -40}))); };
  by_value.run(forward);
  CHECK(w.value() == Tensor({2}, {-1, 3}));
  TrainingStep both(sgd, {.max_gradient_norm = 10, .max_gradient_value = 3});
  both.run(forward);
  CHECK(both.gradient_norm() == doctest::Approx(std::sqrt(10.0)));
  CHECK_THROWS_WITH_AS(TrainingStep(sgd, {.max_gradient_value = -1}),
                       "training step: max_gradient_value -1 is not a finite number ≥ 0", ValueError);
}

TEST_CASE("training step: accumulated micro-batches are updated from once, by the mean of their losses") {
  Parameter w("w", Tensor({2}, {8, 8}));
  Sgd sgd({&w}, {.lr = 1, .momentum = 0.5});
  TrainingStep step(sgd, {.accumulation_steps = 4});
  std::vector<std::int64_t> asked;
  const double loss = step.run([&](Tape& tape, std::int64_t i) {
    asked.push_back(i);
    CHECK(w.value() == Tensor({2}, {8, 8}));
    return mean(tape.parameter(w) * static_cast<real>(2 * i));
  });
  CHECK(asked == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(loss == 24);                            // 8 · (0 + 2 + 4 + 6) / 4
  CHECK(w.value() == Tensor({2}, {6.5, 6.5}));  // each gradient half of 3
  TrainingStep one(sgd, {});
  CHECK(one.run([&](Tape& tape, std::int64_t) { return mean(tape.parameter(w)); }) == 6.5);
  CHECK_THROWS_WITH_AS(TrainingStep(sgd, {.accumulation_steps = 0}),
                       "training step: accumulation_steps 0 is not positive", ValueError);
}

TEST_CASE("training step: shards of a batch are the batch, but for rounding; one shard with the same bits") {
  Net whole, one, three;
  TrainingStep step(whole.adam), in_one(one.adam), in_three(three.adam);
  for (int i = 0; i < 3; ++i) {
    const double loss =
        static_cast<double>(step.run([&](Tape& tape) { return whole.loss(tape, i, 0, batch); }).value().item());
    CHECK(in_one.run(1, [&](Tape& tape, std::int64_t) { return one.loss(tape, i, 0, batch); }) == loss);
    CHECK(one.values() == whole.values());
    CHECK(in_three.run(3, [&](Tape& tape, std::int64_t s) { return three.loss(tape, i, 4 * s, 4 * s + 4); }) ==
          doctest::Approx(loss).epsilon(1e-4));
    CHECK_FALSE(three.first.has_gradient());
  }
  const std::vector<real> a = whole.values(), b = three.values();
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += std::pow(static_cast<double>(a[i] - b[i]), 2);
    norm += std::pow(static_cast<double>(a[i]), 2);
  }
  CHECK(std::sqrt(difference / norm) < 1e-3);
  CHECK_THROWS_WITH_AS(in_three.run(0, [&](Tape& tape, std::int64_t) { return three.loss(tape, 0, 0, 4); }),
                       "training step: a batch in 0 shards; it must be at least 1", ValueError);
}

TEST_CASE("training step: shards in one process and processes with a shard each come to the same bits") {
  constexpr std::int64_t shards = 3, steps = 3;
  const auto loss = [](Net& net, Tape& tape, std::int64_t step, std::int64_t shard) {
    return net.loss(tape, step, 4 * shard, 4 * shard + 4, shard == 1);  // `seldom` is in neither the first nor the last
  };
  Net together;
  TrainingStep step(together.adam, {.max_gradient_norm = 0.5});
  {
    const ThreadLimit one(1);
    for (std::int64_t i = 0; i < steps; ++i)
      step.run(shards, [&](Tape& tape, std::int64_t shard) { return loss(together, tape, i, shard); });
  }
  CHECK(together.seldom.value()[0] != 1);

  // Threads stand for the processes.
  AddInOrder sum(shards);
  std::vector<std::vector<real>> values(shards);
  std::vector<double> norms(shards);
  const auto process = [&](std::int64_t rank) {
    Net net;
    TrainingStep part(net.adam, {.max_gradient_norm = 0.5,
                                 .reducer = [&, rank](std::span<real> gradients) { sum.reduce(rank, gradients); }});
    for (std::int64_t i = 0; i < steps; ++i) part.run([&](Tape& tape) { return loss(net, tape, i, rank); });
    values[static_cast<std::size_t>(rank)] = net.values();
    norms[static_cast<std::size_t>(rank)] = part.gradient_norm();
  };
  std::vector<std::thread> processes;
  for (std::int64_t rank = 0; rank < shards; ++rank) processes.emplace_back(process, rank);
  for (std::thread& thread : processes) thread.join();
  CHECK(sum.size() == static_cast<std::size_t>(units * features + units + 3 + 3 + 1));
  for (std::size_t rank = 0; rank < values.size(); ++rank) {
    CHECK(values[rank] == together.values());
    CHECK(norms[rank] == step.gradient_norm());
  }
}

TEST_CASE("training step: what a broken step left is not part of the next one") {
  Net net, other;
  TrainingStep step(net.adam), good(other.adam);
  CHECK_THROWS_AS(step.run(3,
                           [&](Tape& tape, std::int64_t s) {
                             if (s == 2) fail<ValueError>("no data");
                             return net.loss(tape, 0, 0, 4);
                           }),
                  ValueError);
  step.run([&](Tape& tape) { return net.loss(tape, 0, 0, batch); });
  good.run([&](Tape& tape) { return other.loss(tape, 0, 0, batch); });
  CHECK(net.values() == other.values());
}

TEST_CASE("training step: steps allocate no tensor memory once they are under way, in shards or not") {
  Net net;
  TrainingStep step(net.adam, {.reducer = [](std::span<real>) {}});
  const auto take = [&](int i) {
    step.run([&](Tape& tape) { return net.loss(tape, i, 0, batch); });
    step.run(3, [&](Tape& tape, std::int64_t s) { return net.loss(tape, i, 4 * s, 4 * s + 4); });
  };
  take(0);
  take(1);
  const std::size_t allocations = step.tape().allocations(), bytes = step.tape().bytes();
  for (int i = 2; i < 10; ++i) take(i);
  CHECK(step.tape().allocations() == allocations);
  CHECK(step.tape().bytes() == bytes);
}
