#include <doctest/doctest.h>

#include <limits>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/layer/compare_rules.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/score_function.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/sequences/alignment.h>
#include <cotape/solvers/sequences/segmentation.h>
#include <cotape/solvers/sequences/viterbi.h>
#include <cotape/solvers/tsp/tsp.h>

#include "../all_rules.h"
#include "../problems_with_data.h"
#include "../rule_runs.h"

// Problems that bring data of their own, and instances of different size in one batch, under every rule.

using namespace cotape;

namespace {

using Sizes = std::vector<BestOfSome::Instance>;
using Knapsacks = std::vector<SmallKnapsack::Instance>;

constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

// y and the gradient of x under a fixed cotangent.
RuleRun run(const RuleLayer& layer, const Tensor& at, const Instances& data, const Tensor* dy = nullptr) {
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(at);
  const Var y = layer(x, data, rng).all();
  tape.backward(y, dy ? *dy : standard_normal(y.shape(), 2));
  return {y.value(), x.gradient()};
}

// Rows of x[rows, n] from `first` on.
Tensor rows_of(const Tensor& x, std::int64_t first, std::int64_t count) {
  const std::int64_t n = x.size() / x.shape()[0];
  Tensor part(x.shape().without(0).inserted(0, count));
  std::copy_n(x.data() + first * n, count * n, part.data());
  return part;
}

Knapsacks knapsacks(std::int64_t count, std::int64_t n) {
  Tensor weights({count, n});
  Rng(5).uniform(weights);
  Knapsacks list;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row = weights.values().subspan(static_cast<std::size_t>(i * n), static_cast<std::size_t>(n));
    list.push_back({{row.begin(), row.end()}, 0.5 + 0.1 * static_cast<double>(i)});
  }
  return list;
}

}  // namespace

TEST_CASE("every rule: each instance is solved with its own data, which its samples share") {
  const std::int64_t batch = 6, n = 5;
  const SmallKnapsack solver{n};
  const Knapsacks data = knapsacks(batch, n);
  const Tensor values = standard_normal({batch, n}, 3);
  for_each_rule(solver, [&](const NamedRule& rule) {
    const RuleRun all = run(RuleLayer(solver, rule.clone()), values, data);
    const std::int64_t samples = all.y.shape()[1];
    if (rule.has_sample_axis() || !rule.has("samples"))  // no mean of samples
      for (std::int64_t b = 0; b < batch; ++b)
        for (std::int64_t s = 0; s < samples; ++s) {
          double weight = 0;
          for (std::int64_t i = 0; i < n; ++i)
            weight += static_cast<double>(all.y.at({b, s, i})) *
                      data[static_cast<std::size_t>(b)].weights[static_cast<std::size_t>(i)];
          CHECK(weight <= data[static_cast<std::size_t>(b)].capacity + 1e-6);  // means of solutions are rounded
        }
    CHECK(all.gradient.finite());
    CHECK(all.gradient != Tensor(values.shape()));

    // Data that is the same for all gives what a solver gives that has no data; and selected data goes with its rows.
    const Knapsacks same(static_cast<std::size_t>(batch), data[2]);
    const std::vector<std::int64_t> third(static_cast<std::size_t>(batch), 2);
    const RuleRun by_copies = run(RuleLayer(solver, rule.clone()), values, same);
    const RuleRun by_selection = run(RuleLayer(solver, rule.clone()), values, Instances(data).select(third));
    CHECK(by_copies.y == by_selection.y);
    CHECK(by_copies.gradient == by_selection.gradient);
    CHECK(by_copies.y != all.y);
  });
}

TEST_CASE("every rule: solvers whose instances differ; one thread and two give the same bits") {
  const std::int64_t batch = 40;
  const SparseGraph diamond = SparseGraph::directed(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 3}, {2, 1}});
  std::vector<TopKInstance> choices;
  std::vector<GridPathInstance> mazes;
  std::vector<ShortestPathInstance> ways;
  std::vector<SequenceLength> lengths;
  std::vector<AlignmentLengths> pairs;
  std::vector<SegmentationSize> cuts;
  std::vector<TspInstance> tours;
  for (std::int64_t b = 0; b < batch; ++b) {
    const bool odd = b % 2 == 1;
    choices.push_back({1 + b % 2, {1, 1, odd, 1}});
    mazes.push_back({{0, 0}, {-1, odd ? -1 : -2}, {0, 0, 0, 0, odd, 0, 0, 0, 0}});
    ways.push_back({{{1, 1, 1, 1, odd, 1}}, 0, odd ? 3 : 1});
    lengths.push_back({2 + b % 2});
    pairs.push_back({1 + b % 2, 2});
    cuts.push_back({3 + b % 2, odd ? 2 : 0});
    tours.push_back({{1, 1, odd, 1, 1}});
  }
  const std::vector<std::pair<Solver, Instances>> problems = {
      {TopK{.n = 4, .k = 1}, choices},
      {GridPath{.height = 3, .width = 3, .corners = Corners::walk_around}, mazes},
      {ShortestPath(diamond), ways},
      {Viterbi{.steps = 3, .labels = 2}, lengths},
      {TimeWarping{.first = 2, .second = 2}, pairs},
      {EditAlignment{.first = 2, .second = 2}, pairs},
      {Segmentation{.steps = 4, .max_length = 2}, cuts},
      {Tsp{5}, tours}};
  for (const auto& [solver, data] : problems)
    for_each_rule(solver, [&, &solver = solver, &data = data](const NamedRule& rule) {
      CAPTURE(solver.traits().name);
      if (rule.has("lpgd-rho") && solver.traits().name == "viterbi") return;  // a transition may come twice
      if (rule.name() == "reinmax") return;                                   // two of some instances are chosen
      const Tensor theta = standard_normal(solver.traits().shape.inserted(0, batch), 3);
      const auto run_with = [&](int threads) {
        const ThreadLimit limit(threads);
        return run(RuleLayer(solver, rule.clone()), theta, data);
      };
      const RuleRun one = run_with(1), two = run_with(2);
      CHECK(one.y == two.y);
      CHECK(one.gradient == two.gradient);
      CHECK(one.gradient.finite());
      CHECK(one.gradient != Tensor(theta.shape()));
      Tensor mask(theta.shape());
      const std::int64_t size = solver.traits().shape.size();
      for (std::int64_t b = 0; b < batch; ++b)
        solver.mask(mask.values().subspan(static_cast<std::size_t>(b * size), static_cast<std::size_t>(size)), data[b]);
      for (std::int64_t i = 0; i < mask.size(); ++i)
        if (mask[i] == 0) CHECK(one.gradient[i] == 0);
    });
}

TEST_CASE("every rule: padding is never read, its solutions are 0 and its gradient exactly 0") {
  const std::int64_t batch = 5, n = 7;
  const Sizes sizes = {{7}, {3}, {1}, {4}, {0}};
  Tensor clean = standard_normal({batch, n}, 3);
  Tensor dirty = clean;
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = sizes[static_cast<std::size_t>(b)].size; i < n; ++i) {
      clean.at({b, i}) = 100;
      dirty.at({b, i}) = not_a_number;
    }
  for (const Sense sense : {Sense::maximise, Sense::minimise})
    for (const Projection projection :
         {Projection::none, Projection::center, Projection::unit_norm, Projection::standardize})
      for_each_rule(BestOfSome{n, sense}, [&](const NamedRule& rule) {
        const BestOfSome solver{n, sense};
        const RuleRun expected = run(RuleLayer(solver, rule.clone(), projection), clean, sizes);
        const std::int64_t samples = expected.y.shape()[1];
        // A cotangent that is not even a number in the padding.
        Tensor dy = standard_normal(expected.y.shape(), 2);
        for (std::int64_t b = 0; b < batch; ++b)
          for (std::int64_t s = 0; s < samples; ++s)
            for (std::int64_t i = sizes[static_cast<std::size_t>(b)].size; i < n; ++i) dy.at({b, s, i}) = not_a_number;
        const RuleRun found = run(RuleLayer(solver, rule.clone(), projection), dirty, sizes, &dy);
        CHECK(found.y == expected.y);
        CHECK(found.gradient == expected.gradient);
        CHECK(found.gradient.finite());
        for (std::int64_t b = 0; b < batch; ++b)
          for (std::int64_t i = sizes[static_cast<std::size_t>(b)].size; i < n; ++i) {
            CHECK(found.gradient.at({b, i}) == 0);
            for (std::int64_t s = 0; s < samples; ++s) CHECK(found.y.at({b, s, i}) == 0);
          }
      });
}

TEST_CASE("deterministic rules: a padded instance gives the bits of one that was never padded") {
  const std::int64_t batch = 4, n = 7, size = 4;
  const Tensor wide = standard_normal({batch, n}, 3), dy = standard_normal({batch, 1, n}, 4);
  Tensor narrow({batch, size}), narrow_dy({batch, 1, size});
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = 0; i < size; ++i) {
      narrow.at({b, i}) = wide.at({b, i});
      narrow_dy.at({b, 0, i}) = dy.at({b, 0, i});
    }
  const auto all_of_size = [&] { return Sizes(batch, {size}); };
  for (const Projection projection :
       {Projection::none, Projection::center, Projection::unit_norm, Projection::standardize})
    for (const char* name : {"identity", "blackbox"}) {
      CAPTURE(name);
      const RuleRun padded = run(RuleLayer(BestOfSome{n}, rule_named(name), projection), wide, all_of_size(), &dy);
      const RuleRun plain =
          run(RuleLayer(BestOfSome{size}, rule_named(name), projection), narrow, all_of_size(), &narrow_dy);
      for (std::int64_t b = 0; b < batch; ++b)
        for (std::int64_t i = 0; i < size; ++i) {
          CHECK(padded.y.at({b, 0, i}) == plain.y.at({b, 0, i}));
          CHECK(padded.gradient.at({b, i}) == plain.gradient.at({b, i}));
        }
    }
}

TEST_CASE("instance data of the wrong number or type is refused, naming both") {
  const std::int64_t n = 5;
  const Tensor values = standard_normal({3, n}, 3);
  for_each_rule(SmallKnapsack{n}, [&](const NamedRule& rule) {
    const RuleLayer layer(SmallKnapsack{n}, rule.clone());
    CHECK_THROWS_WITH_AS(run(layer, values, knapsacks(2, n)), doctest::Contains("2"), ValueError);
    CHECK_THROWS_WITH_AS(run(layer, values, knapsacks(2, n)), doctest::Contains("3"), ValueError);
    for (const char* part : {"SmallKnapsack::Instance", "BestOfSome::Instance"})
      CHECK_THROWS_WITH_AS(run(layer, values, Sizes(3, {2})), doctest::Contains(part), ValueError);
    CHECK_THROWS_WITH_AS(run(layer, values, {}), doctest::Contains("SmallKnapsack::Instance"), ValueError);
  });
  const auto plain = differentiable(BestOfSome{n}, Identity{});
  Tape tape;
  CHECK_THROWS_WITH_AS(plain(tape.variable(values), std::vector<double>(3)), doctest::Contains("double"), ValueError);
}

TEST_CASE("the node keeps the data that its backward pass needs") {
  const std::int64_t n = 5;
  const Tensor values = standard_normal({3, n}, 3);
  const RuleRun expected = run(RuleLayer(SmallKnapsack{n}, rule_named("imle-central")), values, knapsacks(3, n));
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(values);
  Var y = x;
  {
    const RuleLayer layer(SmallKnapsack{n}, rule_named("imle-central"));
    y = layer(x, knapsacks(3, n), rng).all();
  }
  tape.backward(y, standard_normal(y.shape(), 2));
  CHECK(y.value() == expected.y);
  CHECK(x.gradient() == expected.gradient);
}

TEST_CASE("perturbed: padding adds nothing to what an instance's noise weighs") {
  // Of two items that are real and one that is, the gradient of both must not depend on how many are padded.
  const std::int64_t n = 3, wide = 9, samples = 4000;
  const auto gradient = [&](std::int64_t width) {
    Tape tape;
    Rng rng(1);
    Tensor scores({2, width});
    scores.at({0, 0}) = real(0.3);
    const Var x = tape.variable(scores);
    const auto layer = differentiable(BestOfSome{width}, Perturbed{.noise = Gumbel{}, .samples = samples});
    const Var y = layer(x, Sizes{{n}, {2}}, rng);
    Tensor dy(y.shape());
    dy.at({0, 0}) = dy.at({1, 1}) = 1;
    tape.backward(y, dy);
    return x.gradient();
  };
  // Perturbed with Gumbel noise of scale 1 is the softmax: dθ = p_i (1 − p_i) for the entry with cotangent 1.
  const double e = std::exp(0.3), p = e / (e + 2);
  for (const std::int64_t width : {n, wide}) {
    const Tensor g = gradient(width);
    CHECK(static_cast<double>(g.at({0, 0})) == doctest::Approx(p * (1 - p)).epsilon(0.2));
    CHECK(static_cast<double>(g.at({1, 1})) == doctest::Approx(0.25).epsilon(0.2));
  }
}

TEST_CASE("fenchel_young: instance data, and padding that counts for nothing") {
  const std::int64_t batch = 4, n = 6;
  const Sizes sizes = {{6}, {2}, {4}, {3}};
  Tensor scores = standard_normal({batch, n}, 3), target({batch, n});
  for (std::int64_t b = 0; b < batch; ++b) target.at({b, b % 2}) = 1;
  const auto oracle = oracle_of(BestOfSome{n});
  const auto loss_of = [&](const Tensor& at, real epsilon) {
    Tape tape;
    Rng rng(1);
    const Var x = tape.variable(at);
    const Var loss = fenchel_young({oracle, sizes}, x, tape.constant(target), {.epsilon = epsilon, .samples = 3}, rng);
    tape.backward(loss);
    return RuleRun{loss.value(), x.gradient()};
  };
  // Without noise: the mean over the batch of max_i θ_i − θ_target, over the real entries.
  double expected = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    real best = scores.at({b, 0});
    for (std::int64_t i = 0; i < sizes[static_cast<std::size_t>(b)].size; ++i) best = std::max(best, scores.at({b, i}));
    expected += static_cast<double>(best - scores.at({b, b % 2}));
  }
  Tensor dirty = scores;
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = sizes[static_cast<std::size_t>(b)].size; i < n; ++i) dirty.at({b, i}) = not_a_number;
  CHECK(static_cast<double>(loss_of(dirty, 0).y.item()) == doctest::Approx(expected / batch).epsilon(1e-5));
  for (const real epsilon : {real(0), real(1)}) {
    const RuleRun clean = loss_of(scores, epsilon), padded = loss_of(dirty, epsilon);
    CHECK(clean.y == padded.y);
    CHECK(clean.gradient == padded.gradient);
    for (std::int64_t b = 0; b < batch; ++b)
      for (std::int64_t i = sizes[static_cast<std::size_t>(b)].size; i < n; ++i) CHECK(padded.gradient.at({b, i}) == 0);
  }
}

TEST_CASE("score function and compare_rules take instance data") {
  const std::int64_t batch = 3, n = 5;
  const Knapsacks data = knapsacks(batch, n);
  const Tensor values = standard_normal({batch, n}, 3);
  const auto oracle = oracle_of(SmallKnapsack{n});
  Tape tape;
  Rng rng(1);
  const ScoreFunction rule{.samples = 4};
  const ScoreSample drawn = rule.sample(tape.variable(values), {oracle, data}, rng);
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t s = 0; s < 4; ++s) {
      double weight = 0;
      for (std::int64_t i = 0; i < n; ++i)
        weight += static_cast<double>(drawn.solutions.all().value().at({b, s, i})) *
                  data[static_cast<std::size_t>(b)].weights[static_cast<std::size_t>(i)];
      CHECK(weight <= data[static_cast<std::size_t>(b)].capacity);
    }

  const RuleComparison compared = compare_rules(SmallKnapsack{n}, values, standard_normal({batch, n}, 2),
                                                all_rules(SmallKnapsack{n}), {.data = data});
  Tensor best(values.shape());
  oracle->argmax(values, best, Phase::forward, data);
  CHECK(compared.answers[0].solutions == best);
  CHECK_THROWS_AS(compare_rules(SmallKnapsack{n}, values, values, all_rules(SmallKnapsack{n})), ValueError);
}

TEST_CASE("every rule with instance data: one thread and two give the same bits, and no step takes new memory") {
  const std::int64_t batch = 300, n = 6;
  Sizes sizes;
  for (std::int64_t b = 0; b < batch; ++b) sizes.push_back({b % (n + 1)});
  const Instances data = sizes;
  const Tensor values = standard_normal({batch, n}, 3);
  for_each_rule(BestOfSome{n}, [&](const NamedRule& rule) {
    const auto with_threads = [&](int threads) {
      const ThreadLimit limit(threads);
      return run(RuleLayer(BestOfSome{n}, rule.clone(), Projection::standardize), values, data);
    };
    const RuleRun one = with_threads(1), two = with_threads(2);
    CHECK(one.y == two.y);
    CHECK(one.gradient == two.gradient);

    const RuleLayer layer(BestOfSome{n}, rule.clone(), Projection::standardize);
    Tape tape;
    Rng rng(1);
    std::size_t allocations = 0;
    for (int step = 0; step < 4; ++step) {
      tape.clear();
      const Var x = tape.variable(values);
      tape.backward(sum(square(layer(x, data, rng).all())));
      if (step == 1) allocations = tape.allocations();
    }
    CHECK(tape.allocations() == allocations);
  });
}

TEST_CASE("padded instances of different size give what each gives alone") {
  const std::int64_t n = 7;
  const Sizes sizes = {{7}, {3}, {5}};
  const Tensor values = standard_normal({3, n}, 3), dy = standard_normal({3, 1, n}, 4);
  for (const char* name : {"identity", "blackbox"}) {
    const RuleLayer layer(BestOfSome{n}, rule_named(name), Projection::standardize);
    const RuleRun all = run(layer, values, sizes, &dy);
    for (std::int64_t b = 0; b < 3; ++b) {
      const Tensor one_dy = rows_of(dy, b, 1);
      const RuleRun one = run(layer, rows_of(values, b, 1), Sizes{sizes[static_cast<std::size_t>(b)]}, &one_dy);
      CHECK(rows_of(all.y, b, 1) == one.y);
      CHECK(rows_of(all.gradient, b, 1) == one.gradient);
    }
  }
}
