#include <cotape/apps/retrieval/data.h>
#include <cotape/apps/retrieval/evaluation.h>
#include <cotape/apps/retrieval/step.h>

#include <doctest/doctest.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <vector>

#include "small_set.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t batch = 16;

RetrievalOptions options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--batch", "16", "--memory", "2", "--channels", "8", "--lr", "3e-3"});
  RetrievalOptions options;
  CLI::App app;
  options.add_to(app);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  return options;
}

// Trains on batches of a small set.
struct Run {
  explicit Run(const std::vector<std::string>& arguments) : step(options_of(arguments), Rng(1), Rng(2)) {}

  double train(std::int64_t from, std::int64_t to) {
    double loss = 0;
    for (std::int64_t i = from; i < to; ++i) {
      const auto indices = batches.indices(i / batches.batches(), i % batches.batches());
      std::vector<std::int64_t> classes;
      for (const std::int64_t index : indices) classes.push_back(set.classes[static_cast<std::size_t>(index)]);
      const auto values = step.run(
          [&](Tape& tape) {
            return tape.constant(Shape{batch, 28, 28, 1}, [&](Tensor& out) { fill_pictures(set, indices, out); });
          },
          classes, 0);
      loss = static_cast<double>(values.loss.value().item());
    }
    return loss;
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
    const std::size_t before = run.step.parts().tape().allocations();
    run.train(2, 6);
    CHECK(run.step.parts().tape().allocations() == before);
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
