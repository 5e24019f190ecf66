#include <cotape/apps/explain/planted.h>
#include <cotape/apps/explain/step.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

ExplainOptions options_of(std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), {"--train", "30", "--val", "5", "--test", "5", "--planted", "2", "--length", "10",
                                       "--fillers", "20", "--min-count", "1", "--width", "6", "--batch", "10"});
  ExplainOptions options;
  CommandLine line;
  options.add_to(line);
  line.parse(std::move(arguments));
  return options;
}

// Texts of 10 numbers, the first with one word, the second with three, the third full.
const std::vector<std::int64_t> numbers = {0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0,
                                           0, 0, 3, 5, 2, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6};
const Instances subsets = std::vector<TopKInstance>{{.k = 1, .allowed = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
                                                    {.k = 2, .allowed = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1}},
                                                    {.k = 2, .allowed = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}};

}  // namespace

TEST_CASE("explainer: as many weights as the published nets") {
  Rng rng(1);
  const Explainer model({.words = 5, .width = 200, .length = 350, .k = 10}, {}, rng);
  CHECK(model.parameter_count() ==
        5 * 200 + (3 * 200 + 1) * 100 + 2 * (3 * 100 + 1) * 100 + 101 * 100 + 201 * 100 + 101 + 201 * 250 + 251);
}

TEST_CASE("explainer: every parameter learns; the vector of padding stays 0, and frozen vectors stay as they are") {
  for (const bool frozen : {false, true}) {
    Rng rng(1);
    Explainer model({.words = 7, .width = 6, .length = 10, .k = 2, .frozen = frozen}, {}, rng);
    Tape tape;
    const Var vectors = model.embed(tape, numbers, 10);
    const Var scores = model.score(vectors);
    CHECK(scores.shape() == Shape{3, 10});
    const Var ratings = model.rate(vectors, reshape(softmax(scores), {3, 1, 10}));
    CHECK(ratings.shape() == Shape{3, 1});
    tape.backward(sum(ratings));
    for (const Parameter* parameter : model.parameters()) {
      CAPTURE(parameter->name());
      CHECK(parameter->has_gradient() == !(frozen && parameter->name() == "embedding.weight"));
    }
    for (std::int64_t i = 0; i < 6; ++i) {
      CHECK(model.table().value()[i] == 0);
      if (!frozen) CHECK(model.table().gradient()[i] == 0);
    }
  }
}

TEST_CASE("explainer: padding beyond three words changes nothing") {
  Rng rng(1);
  Explainer model({.words = 7, .width = 6, .length = 10, .k = 2}, {}, rng);
  for (Parameter* parameter : model.parameters())  // biases too are no longer 0
    if (parameter->name() != "embedding.weight")
      parameter->mutable_value() = normal_tensor(parameter->value().shape(), 3);
  model.eval();
  Tape tape(Gradients::off);
  const std::vector<std::int64_t> whole(numbers.begin(), numbers.begin() + 20);
  std::vector<std::int64_t> cut;  // the longest text has three words
  for (const std::int64_t first : {4, 14}) cut.insert(cut.end(), whole.begin() + first, whole.begin() + first + 6);
  const Var all = model.embed(tape, whole, 10), some = model.embed(tape, cut, 6);
  const Tensor a = model.score(all).value(), b = model.score(some).value();
  REQUIRE(a.shape() == b.shape());
  for (const std::int64_t place : {9, 17, 18, 19})
    CHECK(static_cast<double>(a[place]) == doctest::Approx(static_cast<double>(b[place])).epsilon(1e-5));
  const Tensor choices({2, 1, 10}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1});
  CHECK(relative_distance(model.rate(all, tape.constant(choices)).value(),
                          model.rate(some, tape.constant(choices)).value()) < 1e-5);
  // Two numbers of padding are too few: the global branch then never sees padding alone.
  std::vector<std::int64_t> closer;
  for (const std::int64_t first : {6, 16})
    closer.insert(closer.end(), whole.begin() + first, whole.begin() + first + 4);
  CHECK(relative_distance(a, model.score(model.embed(tape, closer, 4)).value()) > 1e-3);
}

TEST_CASE("explainer: the rating is of the mean of the chosen vectors, for every sample") {
  Rng rng(1);
  Explainer model({.words = 7, .width = 6, .length = 3, .k = 2}, {}, rng);
  Tape tape(Gradients::off);
  const Var vectors = model.embed(tape, std::vector<std::int64_t>{2, 3, 4}, 3);
  const Tensor ratings = model.rate(vectors, tape.constant(Tensor({1, 2, 3}, {1, 0, 1, 0, 1, 1}))).value();
  CHECK(ratings.shape() == Shape{1, 2});
  const Tensor swapped =
      model.rate(model.embed(tape, std::vector<std::int64_t>{4, 6, 2}, 3), tape.constant(Tensor({1, 1, 3}, {1, 0, 1})))
          .value();
  CHECK(static_cast<double>(swapped[0]) == doctest::Approx(static_cast<double>(ratings[0])));
  CHECK(ratings[0] != ratings[1]);
}

TEST_CASE("explainer: word vectors that are given") {
  Rng rng(1);
  const Tensor vectors = normal_tensor({7, 6});
  Explainer model({.words = 7, .width = 6, .length = 3, .k = 2}, vectors, rng);
  CHECK(model.table().value() == vectors);
  CHECK_THROWS_WITH_AS(Explainer({.words = 8, .width = 6, .length = 3, .k = 2}, vectors, rng),
                       "explainer: word vectors [7,6] for a table of [8,6]", ShapeError);
}

TEST_CASE("explainer: a checkpoint tells what it is of") {
  const ExplainNetSettings settings{.words = 7, .width = 6, .length = 10, .k = 2};
  Checkpoint checkpoint("run.safetensors");
  settings.save(checkpoint);
  const ExplainNetSettings same = ExplainNetSettings::load(checkpoint);
  CHECK((same.words == 7 && same.width == 6 && same.length == 10 && same.k == 2));
  checkpoint.put_integer("net.k", 0);
  CHECK_THROWS_WITH_AS(ExplainNetSettings::load(checkpoint),
                       "run.safetensors: net.k is 0, not a size from 1 to 2147483648", FileError);
  CHECK_THROWS_AS(ExplainNetSettings::load(Checkpoint("other")), FileError);
}

TEST_CASE("choices: under every rule k words, padding never, all words of a short text") {
  const Tensor scores = normal_tensor({3, 10});
  std::vector<std::vector<std::string>> all = {{"identity", "--noise", "gumbel"},
                                               {"imle", "--samples", "2"},
                                               {"softsub-hard", "--samples", "2"},
                                               {"softsub"},
                                               {"l2x"},
                                               {"perturbed", "--samples", "3"}};
  for (const char* rule :
       {"identity", "blackbox", "lpgd", "straight-through", "simple", "imle", "imle-central", "aimle", "aimle-central",
        "perturbed", "regularized", "mcmc", "softsub-hard", "gumbel-softmax-hard"})
    all.push_back({rule});
  for (std::vector<std::string> rule : all) {
    const std::string name = rule[0];
    CAPTURE(name);
    rule.insert(rule.begin(), "--rule");
    const WordSampler sampler = make_sampler(options_of(rule));
    Tape tape;
    Rng rng(1);
    const Var x = tape.variable(scores);
    const Var y = sampler.train(x, subsets, rng);
    const std::int64_t samples = name != "perturbed" && rule.size() > 3 && rule[2] == "--samples" ? 2 : 1;
    REQUIRE(y.shape() == Shape{3, samples, 10});
    const bool soft =
        name == "softsub" || name == "l2x" || name == "perturbed" || name == "regularized" || name == "mcmc";
    for (std::int64_t row = 0; row < 3 * samples; ++row) {
      const std::int64_t text = row / samples,
                         words = text == 0   ? 1
                                 : text == 1 ? 3
                                             : 10,
                         k = std::min<std::int64_t>(2, words);
      double chosen = 0;
      for (std::int64_t i = 0; i < 10; ++i) {
        const auto one = static_cast<double>(y.value()[row * 10 + i]);
        chosen += one;
        if (i < 10 - words) CHECK(one == 0);
        if (!soft) CHECK((one == 0 || one == 1));
      }
      if (name == "l2x")
        CHECK((chosen > 0.9 && chosen < 2.001));
      else
        CHECK(chosen == doctest::Approx(static_cast<double>(k)).epsilon(1e-4));
      if (text == 0) CHECK(y.value()[row * 10 + 9] == 1);
    }
    tape.backward(sum(y * tape.constant(normal_tensor(y.shape(), 4))));
    CHECK(x.gradient().finite());
    for (std::int64_t i = 0; i < 9; ++i) CHECK(x.gradient()[i] == 0);  // padding of the first text
  }
}

TEST_CASE("choices: without noise the words of the largest scores") {
  Tape tape;
  const Tensor scores = normal_tensor({3, 10});
  const Tensor y = BestWords(10)(tape.constant(scores), subsets).value();
  REQUIRE(y.shape() == Shape{3, 1, 10});
  for (std::int64_t i = 0; i < 10; ++i) {
    CHECK(y[i] == (i == 9 ? 1 : 0));
    std::int64_t greater = 0;
    for (std::int64_t j = 0; j < 10; ++j) greater += scores[20 + j] > scores[20 + i];
    CHECK(y[20 + i] == (greater < 2 ? 1 : 0));
  }
}

namespace {

// One step on whole batches.
ExplainStep::Losses take_step(ExplainStep& step, const TextSet& set, std::span<const std::int64_t> indices) {
  ExplainStep::Losses losses;
  Meter meter;
  step.frame().run(indices, 0, meter, [&](const Shard& shard, Meter&) { losses = step.compute(set, shard); });
  return losses;
}

}  // namespace

TEST_CASE("explain step: the loss falls, no tensor is allocated once it runs, and what is saved goes on alike") {
  for (const char* rule : {"identity", "aimle", "softsub"}) {
    CAPTURE(rule);
    const ExplainOptions options = options_of({"--rule", rule, "--lr", "0.01"});
    const ExplainData data = load_data(options);
    ExplainStep step(options, data, Rng(1), Rng(2)), other(options, data, Rng(1), Rng(4));
    const std::vector<std::int64_t> indices = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const auto run = [&](ExplainStep& one) {
      return static_cast<double>(take_step(one, data.train, indices).loss.value().item());
    };
    const double first = run(step);
    run(step);
    const std::int64_t allocations = step.frame().parts().tape().allocations();
    double last = 0;
    for (int i = 0; i < 100; ++i) last = run(step);
    CHECK(step.frame().parts().tape().allocations() == allocations);
    CHECK(last < first);
    Checkpoint checkpoint;
    step.save(checkpoint);
    other.load(checkpoint);
    CHECK(run(step) == run(other));
    CHECK(run(step) == run(other));
  }
}

TEST_CASE("explain step: the loss is the mean square over texts and samples") {
  const ExplainOptions options = options_of({"--rule", "imle", "--samples", "3"});
  const ExplainData data = load_data(options);
  ExplainStep step(options, data, Rng(1), Rng(2));
  const std::vector<std::int64_t> indices = {4, 7};
  const ExplainStep::Losses losses = take_step(step, data.train, indices);
  REQUIRE(losses.ratings.shape() == Shape{2, 3});
  double sum = 0;
  std::vector<std::int64_t> texts(losses.texts.begin(), losses.texts.end());
  for (std::size_t i = 0; i < 6; ++i)
    sum += std::pow(static_cast<double>(losses.ratings.value().data()[i] -
                                        data.train.ratings[static_cast<std::size_t>(texts.at(i / 3))]),
                    2);
  std::sort(texts.begin(), texts.end());
  CHECK(texts == indices);
  CHECK(static_cast<double>(losses.loss.value().item()) == doctest::Approx(sum / 6).epsilon(1e-4));
}

TEST_CASE(
    "explain step: texts go through the nets in groups of about one length, with the results of a single text each") {
  const ExplainOptions options = options_of({"--dropout", "0"});
  const ExplainData data = load_data(options);
  ExplainStep step(options, data, Rng(1), Rng(2)), alone(options, data, Rng(1), Rng(2));
  std::vector<std::int64_t> indices(25);
  std::iota(indices.begin(), indices.end(), 0);
  const ExplainStep::Losses losses = take_step(step, data.train, indices);
  REQUIRE(losses.ratings.shape() == Shape{25, 1});
  Tape tape(Gradients::off);
  for (std::size_t i = 0; i < 25; ++i) {
    const std::vector<std::int64_t> one = {losses.texts[i]};
    if (i > 0)
      CHECK(data.train.words[static_cast<std::size_t>(one[0])] >=
            data.train.words[static_cast<std::size_t>(losses.texts[i - 1])]);
    std::vector<std::int64_t> all(data.train.numbers.begin() + one[0] * 10,
                                  data.train.numbers.begin() + (one[0] + 1) * 10);
    tape.clear();
    const Var vectors = alone.model().embed(tape, all, 10);
    const Var choice = BestWords(10)(alone.model().score(vectors), data.train.subsets.select(one));
    CHECK(static_cast<double>(losses.ratings.value().data()[i]) ==
          doctest::Approx(static_cast<double>(alone.model().rate(vectors, choice).value()[0])).epsilon(1e-4));
  }
}

TEST_CASE("explain options: defaults that depend on others, and what does not go together") {
  CHECK(options_of().k == 2);
  CHECK(options_of().projection == "standardize");
  CHECK(options_of().noise == "none");
  CHECK(options_of({"--rule", "imle"}).noise == "sog");
  CHECK(options_of({"--rule", "imle"}).projection == "none");
  CHECK(options_of({"--rule", "perturbed"}).noise == "gumbel");
  CHECK(options_of({"--rule", "simple"}).noise == "none");
  CHECK(options_of({"--rule", "l2x"}).noise == "gumbel");
  const auto refused = [](const std::vector<std::string>& arguments, const std::string& option) {
    try {
      options_of(arguments);
    } catch (const OptionError& error) {
      return std::string(error.what()).find(option) != std::string::npos;
    }
    return false;
  };
  CHECK(refused({"--samples", "2"}, "--samples 2"));
  CHECK(refused({"--k", "11"}, "--k 11"));
  CHECK(refused({"--rule", "simple", "--noise", "gumbel"}, "--noise gumbel"));
  CHECK(refused({"--rule", "perturbed", "--noise", "sog"}, "--noise sog"));
  CHECK(refused({"--rule", "softsub", "--noise", "sog"}, "--noise sog"));
  CHECK(refused({"--rule", "softsub", "--tau", "2"}, "--tau"));
  CHECK(refused({"--rule", "softsub", "--projection", "center"}, "--projection center"));
  CHECK(refused({"--tune"}, "--tune"));
}
