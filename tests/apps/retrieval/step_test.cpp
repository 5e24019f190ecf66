#include <cotape/apps/retrieval/data.h>
#include <cotape/apps/retrieval/evaluation.h>
#include <cotape/apps/retrieval/step.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "small_set.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t batch = 16;

RetrievalOptions options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--batch", "16", "--memory", "2", "--channels", "8", "--lr", "3e-3"});
  RetrievalOptions options;
  CommandLine line;
  options.add_to(line);
  line.parse(std::move(arguments));
  return options;
}

// Trains on batches of a small set.
struct Run {
  explicit Run(const std::vector<std::string>& arguments) : step(options_of(arguments), Rng(1), Rng(2)) {}

  // The pictures of a step and their classes.
  std::span<const std::int64_t> batch_of(std::int64_t i) {
    return batches.indices(i / batches.batches(), i % batches.batches());
  }
  std::vector<std::int64_t> classes_of(std::span<const std::int64_t> indices) const {
    std::vector<std::int64_t> classes;
    for (const std::int64_t index : indices) classes.push_back(set.classes[static_cast<std::size_t>(index)]);
    return classes;
  }
  RetrievalStep::Pictures pictures_of(std::span<const std::int64_t> indices) const {
    return [this, indices](Tape& tape) {
      const Shape shape{std::ssize(indices), 28, 28, 1};
      return tape.constant(shape, [&](Tensor& out) { fill_pictures(set, indices, out); });
    };
  }

  double train(std::int64_t from, std::int64_t to) {
    double loss = 0;
    for (std::int64_t i = from; i < to; ++i) {
      const auto indices = batch_of(i);
      const auto values = step.run(pictures_of(indices), classes_of(indices), 0);
      loss = static_cast<double>(values.loss.value().item());
    }
    return loss;
  }
  // The same in --shards.
  void train_in_shards(std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      const auto indices = batch_of(i);
      Meter meter;
      step.run(indices, classes_of(indices), 0, meter, [&](const Shard& shard, Meter&) {
        step.compute(pictures_of(shard.examples), classes_of(shard.examples), shard);
      });
    }
  }

  PictureClasses set = small_set(12, 8);
  ClassBatches batches{set.classes, batch, 4, Rng(3)};
  RetrievalStep step;
};

Checkpoint saved(const Run& run) {
  Checkpoint checkpoint;
  run.step.save(checkpoint);
  return checkpoint;
}

}  // namespace

TEST_CASE("retrieval: the net makes unit vectors, and learns to find classes that it has not seen") {
  Run run({"--rule", "blackbox", "--noise-margin", "0.1"});
  Tape tape(Gradients::off);
  const PictureClasses other = small_set(16, 6, 5);
  const auto recall = [&] {
    const Tensor embeddings = embed(run.step.net(), other, tape);
    CHECK(embeddings.shape() == Shape{96, 8});
    double squares = 0;
    for (std::int64_t k = 0; k < 8; ++k) squares += static_cast<double>(embeddings[k] * embeddings[k]);
    CHECK(squares == doctest::Approx(1));
    return score_retrieval(embeddings, other.classes, 5, 20, Rng(1), tape).recall[0];
  };
  const double first = run.train(0, 2);
  const double last = run.train(2, 40);
  CHECK(last < first);
  CHECK(recall() > 0.7);
}

TEST_CASE("retrieval: a step asks for no memory once it has begun") {
  for (const char* rule : {"blackbox", "lapsum", "triplet", "contrastive"}) {
    CAPTURE(rule);
    Run run({"--rule", rule});
    run.train(0, 2);
    const std::size_t before = run.step.frame().parts().tape().allocations();
    run.train(2, 6);
    CHECK(run.step.frame().parts().tape().allocations() == before);
  }
}

TEST_CASE("retrieval: a step that is loaded goes on to the same bytes") {
  for (const std::vector<std::string>& rule : {std::vector<std::string>{"--rule", "blackbox", "--noise-margin", "0.1"},
                                               {"--rule", "aimle", "--samples", "2"},
                                               {"--rule", "sigmoid"},
                                               {"--rule", "triplet"}}) {
    Run whole(rule), second(rule);
    whole.train(0, 3);
    second.step.load(saved(whole));
    whole.train(3, 5);
    second.train(3, 5);
    CHECK(saved(whole) == saved(second));
  }
}

TEST_CASE("retrieval: a batch that is one shard is a whole batch") {
  Run whole({"--rule", "aimle", "--noise-margin", "0.1"}), shard({"--rule", "aimle", "--noise-margin", "0.1"});
  whole.train(0, 3);
  shard.train_in_shards(0, 3);
  CHECK(saved(whole) == saved(shard));
}

TEST_CASE("retrieval: shards rank among themselves and all that is remembered, which is the whole batch in its order") {
  Run run({"--rule", "blackbox", "--shards", "4"});
  const auto indices = run.batch_of(0);
  const std::vector<std::int64_t> classes = run.classes_of(indices);
  std::vector<Tensor> embeddings(4);
  Meter meter;
  run.step.run(indices, classes, 0, meter, [&](const Shard& shard, Meter&) {
    const auto values = run.step.compute(run.pictures_of(shard.examples), run.classes_of(shard.examples), shard);
    CHECK(values.similarities.shape() == Shape{4, 3 + 2 * batch});
    embeddings[static_cast<std::size_t>(shard.number)] = values.embeddings.value();
  });
  Checkpoint checkpoint = saved(run);
  Tensor remembered(Shape{2 * batch, 8}), remembered_classes(Shape{2 * batch});
  load_tensors(checkpoint, {{"embeddings", &remembered}, {"classes", &remembered_classes}}, "memory.");
  for (std::int64_t b = 0; b < batch; ++b) {
    CHECK(remembered_classes[b] == static_cast<real>(classes[static_cast<std::size_t>(b)]));
    for (std::int64_t k = 0; k < 8; ++k)
      CHECK(remembered[8 * b + k] == embeddings[static_cast<std::size_t>(b / 4)][8 * (b % 4) + k]);
  }
  for (std::int64_t b = batch; b < 2 * batch; ++b) CHECK(remembered_classes[b] == EmbeddingMemory::no_class);
}

TEST_CASE("retrieval: a shard's gradient is that of a batch of its own, by its share") {
  double largest_of_all = 0;
  for (const std::vector<std::string>& rule : {std::vector<std::string>{"--rule", "blackbox", "--lambda", "50"},
                                               {"--rule", "sigmoid", "--temperature", "1"}}) {
    CAPTURE(rule[1]);
    Run run(rule);
    RetrievalOptions whole = options_of(rule), half = whole;
    whole.memory = half.memory = 0;
    whole.common.shards = 2;
    half.batch = batch / 2;
    RetrievalStep step(whole, Rng(1), Rng(2));
    const auto indices = run.batch_of(0);
    Meter meter;
    step.run(indices, run.classes_of(indices), 0, meter, [&](const Shard& shard, Meter&) {
      step.compute(run.pictures_of(shard.examples), run.classes_of(shard.examples), shard);
      RetrievalStep own(half, Rng(1), Rng(2));
      own.frame().parts().backward(own.forward(run.pictures_of(shard.examples), run.classes_of(shard.examples)).loss);
      double largest = 0, difference = 0;
      for (std::size_t p = 0; p < own.net().parameters().size(); ++p) {
        const Tensor &a = step.net().parameters()[p]->gradient(), &b = own.net().parameters()[p]->gradient();
        for (std::int64_t i = 0; i < a.size(); ++i) {
          largest = std::max(largest, std::abs(static_cast<double>(b[i])));
          difference = std::max(difference, std::abs(static_cast<double>(a[i] - b[i] / 2)));
        }
      }
      CHECK(difference <= 1e-4 * largest);
      largest_of_all = std::max(largest_of_all, largest);
    });
  }
  CHECK(largest_of_all > 0);  // a shard of pictures of one class has no strangers, and no gradient
}

TEST_CASE("retrieval: groups of a class are not cut into shards") {
  CHECK_THROWS_AS(options_of({"--shards", "8"}), OptionError);
  CHECK_THROWS_AS(options_of({"--shards", "2", "--study", "blackbox"}), OptionError);
  CHECK(options_of({"--shards", "8", "--per-class", "2"}).common.shards == 8);
}
