#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/straight_through.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../../normal_tensor.h"
#include "../cheapest.h"

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

Tensor answers(const Solver& solver, const Tensor& scores) {
  Tensor solutions(scores.shape());
  Oracle(solver).argmax(scores, solutions);
  return solutions;
}

// The value of f(x) and the gradient of ⟨dy, f(x)⟩.
struct Result {
  Tensor y, dx;
  bool operator==(const Result&) const = default;
};
template <class F>
Result run(const F& f, const Tensor& x, const Tensor& dy) {
  Tape tape;
  const Var v = tape.variable(x);
  const Var y = f(v);
  tape.backward(y, dy);
  return {y.value(), v.gradient()};
}

// Noise that repeats one instance's draws for every sample: all samples are the same.
class Repeated : public NoiseSampler {
 public:
  Repeated(std::int64_t samples, std::int64_t inner) : samples_(samples), inner_(inner) {}
  std::string name() const override { return "repeated"; }
  double mean() const override { return 0; }
  double deviation() const override { return 1; }
  void sample(Tensor& out, Rng& rng) const override {
    Tensor once(Shape{out.size() / samples_});
    rng.normal(once);
    for (std::int64_t i = 0; i < out.size(); ++i) out[i] = once[i / (samples_ * inner_) * inner_ + i % inner_];
  }

 private:
  std::int64_t samples_, inner_;
};

Tensor negated(Tensor x) {
  for (real& value : x.values()) value = -value;
  return x;
}

}  // namespace

TEST_CASE("identity: the value is the solver's answer, the gradient is what comes in") {
  const Solver solver = TopK{.n = 6, .k = 2};
  const auto layer = differentiable(solver, Identity{});
  for (const Shape& shape : {Shape{6}, Shape{7, 6}, Shape{3, 4, 6}, Shape{0, 6}}) {
    const Tensor x = normal_tensor(shape, 1), dy = normal_tensor(shape, 2);
    CHECK(run(layer, x, dy) == Result{answers(solver, x), dy});
  }
}

TEST_CASE("identity: a minimising solver takes costs; solver and gradient both see them negated") {
  const Solver solver = CheapestOrNothing{};
  const auto layer = differentiable(solver, Identity{});
  const Tensor cost({3, 3}, {1, -5, 2, 4, 3, -2, 0, 0, 7}), dy = normal_tensor({3, 3}, 2);
  const Result result = run(layer, cost, dy);
  CHECK(result.y == Tensor({3, 3}, {0, 1, 0, 0, 0, 1, 0, 0, 0}));
  CHECK(result.dx == negated(dy));
  // The same problem as a maximising one gives the same, in score form.
  const Tensor chosen = run(differentiable(TopK{.n = 3, .k = 1}, Identity{}), negated(cost), dy).dx;
  CHECK(chosen == dy);
}

TEST_CASE("identity: a step against the gradient moves the answer towards the target, scores and costs alike") {
  const Tensor target({4}, {0, 0, 1, 0});
  for (const bool costs : {false, true}) {
    const Solver solver = costs ? Solver(CheapestOrNothing{.shape = {4}, .limit = 100}) : TopK{.n = 4, .k = 1};
    const auto layer = differentiable(solver, Identity{});
    Tensor x({4}, {1, real(0.2), real(0.1), real(-0.3)});
    if (costs) x = negated(x);
    for (int step = 0; step < 20; ++step) {
      Tape tape;
      const Var v = tape.variable(x);
      tape.backward(sum(square(layer(v) - tape.constant(target))));
      for (std::int64_t i = 0; i < 4; ++i) x[i] -= real(0.1) * v.gradient()[i];
    }
    Tape tape;
    CHECK(layer(tape.constant(x)).value() == target);
  }
}

TEST_CASE("differentiable: the projection's Jacobian is applied to the incoming gradient") {
  const Solver solver = TopK{.n = 5, .k = 2};
  const Tensor x = normal_tensor({8, 5}, 3), dy = normal_tensor({8, 5}, 4);
  const Result result = run(differentiable(solver, Identity{}, Projection::standardize), x, dy);
  CHECK(result.y == answers(solver, x));
  CHECK(result.dx == run([](Var v) { return standardize(v); }, x, dy).dx);
  CHECK(result.dx != dy);
  // In cost form P acts on scores −ω: ∂ℓ/∂ω = −P'(−ω)·dy.
  struct Items : CheapestOrNothing {
    SolverTraits traits() const {
      SolverTraits t = CheapestOrNothing::traits();
      t.scale_invariant = true;
      return t;
    }
  };
  const auto costs = differentiable(Items{{.shape = {5}, .limit = 100}}, Identity{}, Projection::unit_norm);
  CHECK(run(costs, x, dy).dx == negated(run([](Var v) { return unit_norm(v); }, negated(x), dy).dx));
}

TEST_CASE("differentiable: an invalid projection is refused where it would be applied") {
  const auto layer = differentiable(CheapestOrNothing{}, Identity{}, Projection::standardize);
  Tape tape;
  const Var x = tape.variable(normal_tensor({2, 3}, 1));
  CHECK_THROWS_WITH_AS(
      layer(x), "project: solutions of cheapest_or_nothing differ in their sum, so centring would change its answers",
      ValueError);
}

TEST_CASE("straight_through: samples have an axis of their own, behind the batch") {
  const auto layer = differentiable(TopK{.n = 5, .k = 2}, StraightThrough{.samples = 3});
  struct Row {
    Shape scores, samples;
  };
  for (const Row& row : {Row{{5}, {3, 5}}, {{4, 5}, {4, 3, 5}}, {{4, 2, 5}, {4, 3, 2, 5}}, {{0, 5}, {0, 3, 5}}}) {
    Rng rng(7), same(7);
    Tensor noise(row.samples);
    Noise(Gumbel{}).sample(noise, same);
    const Tensor x = normal_tensor(row.scores, 1), dy = normal_tensor(row.samples, 2);
    const Result result = run([&](Var v) { return layer(v, rng).all(); }, x, dy);
    CHECK(rng == same);
    REQUIRE(result.y.shape() == row.samples);
    // Sample s of instance (b, r) has the noise of its own place.
    const std::int64_t batch = row.scores.rank() > 1 ? row.scores[0] : 1, inner = batch ? x.size() / batch : 0;
    Tensor perturbed(row.samples), gradient(row.scores);
    for (std::int64_t b = 0; b < batch; ++b)
      for (std::int64_t s = 0; s < 3; ++s)
        for (std::int64_t i = 0; i < inner; ++i) {
          perturbed[(b * 3 + s) * inner + i] = x[b * inner + i] + noise[(b * 3 + s) * inner + i];
          gradient[b * inner + i] += dy[(b * 3 + s) * inner + i];
        }
    CHECK(result.y == answers(layer.solver(), perturbed));
    CHECK(relative_distance(result.dx, gradient) < 1e-6);
  }
}

TEST_CASE("straight_through: with one sample it is identity on perturbed scores, bit for bit") {
  const Solver solver = TopK{.n = 20, .k = 10};
  const auto identity = differentiable(solver, Identity{});
  for (const real tau : {real(0), real(1), real(0.3), real(10)}) {
    const auto straight = differentiable(solver, StraightThrough{.noise = Gumbel{}, .tau = tau});
    const Tensor x = normal_tensor({50, 20, 20}, 1), dy = normal_tensor({50, 1, 20, 20}, 2);
    Rng rng(3), same(3);
    const Result a = run([&](Var v) { return straight(v, rng).all(); }, x, dy);
    const Result b = run(
        [&](Var v) {
          return reshape(identity(perturb(v, Gumbel{}, same, tau)), {50, 1, 20, 20});
        },
        x, dy);
    CHECK(a == b);
    CHECK(rng == same);
  }
}

TEST_CASE("straight_through: repeating each sample with the same noise changes nothing behind a mean over samples") {
  const Tensor x = normal_tensor({6, 5}, 1), target = normal_tensor({6, 5}, 2);
  const auto loss_gradient = [&](std::int64_t samples) {
    const auto layer =
        differentiable(TopK{.n = 5, .k = 2},
                       StraightThrough{.noise = Noise(std::make_shared<Repeated>(samples, 5)), .samples = samples});
    Rng rng(4);
    Tape tape;
    const Var v = tape.variable(x);
    const Var mean_code = layer(v, rng).mean();
    tape.backward(sum(square(mean_code - tape.constant(target))));
    return v.gradient();
  };
  for (const std::int64_t samples : {2, 3, 10})
    CHECK(relative_distance(loss_gradient(samples), loss_gradient(1)) < 1e-6);
}

TEST_CASE("straight_through: a minimising solver's noise lowers costs, its gradient is negated") {
  // All noise is one large gap: scores +1e6 on each entry in turn would be chosen; costs must see it negated.
  struct Spike : NoiseSampler {
    std::string name() const override { return "spike"; }
    double mean() const override { return 0; }
    double deviation() const override { return 1; }
    void sample(Tensor& out, Rng&) const override {
      for (std::int64_t i = 0; i < out.size(); ++i) out[i] = i / 3 % 3 == i % 3 ? real(100) : real(0);
    }
  };
  const auto layer =
      differentiable(CheapestOrNothing{}, StraightThrough{.noise = Noise(std::make_shared<Spike>()), .samples = 3});
  Rng rng(1);
  const Tensor dy = normal_tensor({1, 3, 3}, 2);
  const Result result = run([&](Var v) { return layer(v, rng).all(); }, Tensor({1, 3}, {1, 2, 3}), dy);
  CHECK(result.y == Tensor({1, 3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1}));
  Tensor total(Shape{1, 3});
  for (std::int64_t i = 0; i < 9; ++i) total[i % 3] -= dy[i];
  CHECK(relative_distance(result.dx, total) < 1e-6);
}

TEST_CASE("differentiable: diagnostics count calls, gradient rows and time, by all copies of a layer, until reset") {
  const auto layer = differentiable(TopK{.n = 5, .k = 2}, StraightThrough{.samples = 3});
  const auto copy = layer;
  Tensor dy({4, 3, 5});
  for (std::int64_t i = 0; i < 30; ++i) dy[i] = 1;  // of instances 0 and 1 alone
  Rng rng(1);
  run([&](Var v) { return copy(v, rng).all(); }, normal_tensor({4, 5}, 1), dy);
  SolverDiagnostics& seen = layer.diagnostics();
  CHECK(seen.calls_forward == 12);
  CHECK(seen.calls_backward == 0);
  CHECK(seen.calls() == 12);
  CHECK(seen.seconds_forward > 0);
  CHECK(seen.seconds_backward == 0);
  CHECK(seen.rows == 4);
  CHECK(seen.zero_rows == 2);
  CHECK(seen.entries == 60);
  CHECK(seen.clamped == 0);
  CHECK(seen.tie_checked == 0);
  CHECK(seen.lambda == 0);

  run([&](Var v) { return layer(v, rng).all(); }, normal_tensor({4, 5}, 1), dy);
  CHECK(seen.calls() == 24);
  CHECK(seen.rows == 8);
  seen.reset();
  CHECK(copy.diagnostics() == SolverDiagnostics{});

  const auto identity = differentiable(TopK{.n = 2, .k = 1}, Identity{});
  identity.count_ties(true);
  run(identity, Tensor({3, 2}, {1, 1, 2, 2, 1, 2}), Tensor({3, 2}, {0, 0, 0, 1, 0, 0}));
  CHECK(identity.diagnostics().tie_checked == 3);
  CHECK(identity.diagnostics().tied == 2);
  CHECK(identity.diagnostics().zero_rows == 2);
}

TEST_CASE("differentiable: without gradients nothing is counted but the calls") {
  const auto layer = differentiable(TopK{.n = 5, .k = 2}, Identity{});
  Tape tape(Gradients::off);
  layer(tape.constant(normal_tensor({4, 5}, 1)));
  CHECK(layer.diagnostics().calls() == 4);
  CHECK(layer.diagnostics().rows == 0);
}

TEST_CASE("differentiable: errors name the rule, the solver, what is wrong and the module") {
  Tape tape;
  Rng rng(1);
  const Scope outer = tape.scope("model"), inner = tape.scope("code");
  const auto identity = differentiable(TopK{.n = 20, .k = 10}, Identity{});
  const auto standardized = differentiable(TopK{.n = 20, .k = 10}, Identity{}, Projection::standardize);
  const auto straight = differentiable(TopK{.n = 20, .k = 10}, StraightThrough{.samples = 2});
  const auto costs = differentiable(CheapestOrNothing{.shape = {4, 5}}, Identity{});

  const Var narrow = tape.variable(Tensor(Shape{3, 19}));
  const std::string shapes = ": top_k: scores [3,19] do not end in the solver's shape [20] in model.code";
  CHECK_THROWS_WITH_AS(identity(narrow), ("identity" + shapes).c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(standardized(narrow), ("identity" + shapes).c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(straight(narrow, rng), ("straight_through" + shapes).c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(costs(tape.variable(Tensor(Shape{5}))),
                       "identity: cheapest_or_nothing: scores [5] do not end in the solver's shape [4,5] in model.code",
                       ShapeError);
  CHECK_THROWS_WITH_AS(standardized(tape.variable(Tensor::scalar(1))),
                       "center: an instance of 1 axes does not fit shape [] in model.code", ShapeError);

  for (const auto& [bad, text] : {std::pair(not_a_number, "nan"), {infinity, "inf"}, {-infinity, "-inf"}}) {
    Tensor x({3, 2, 20});
    x.at({1, 1, 7}) = bad;
    const std::string message =
        std::string(": top_k: score ") + text + " at instance 3, index 7 is not finite in model.code";
    CHECK_THROWS_WITH_AS(identity(tape.variable(x)), ("identity" + message).c_str(), ValueError);
    // The first sample of batch element 1, row 1: instance (1·2 + 0)·2 + 1.
    const std::string of_sample =
        std::string(": top_k: score ") + text + " at instance 5, index 7 is not finite in model.code";
    CHECK_THROWS_WITH_AS(straight(tape.variable(x), rng), ("straight_through" + of_sample).c_str(), ValueError);
  }

  for (const std::int64_t samples : {0, -3})
    CHECK_THROWS_WITH_AS(
        differentiable(TopK{.n = 20, .k = 10}, StraightThrough{.samples = samples})(tape.variable(Tensor({20})), rng),
        ("straight_through: samples = " + std::to_string(samples) + ": at least one is needed in model.code").c_str(),
        ValueError);
}

TEST_CASE(
    "differentiable: a cost that is not finite is shown as it was given, with its place, behind a projection too") {
  Tape tape;
  const auto costs = differentiable(CheapestOrNothing{.shape = {4, 5}}, Identity{});
  Tensor x({2, 4, 5});
  x.at({1, 2, 3}) = infinity;
  CHECK_THROWS_WITH_AS(costs(tape.variable(x)),
                       "identity: cheapest_or_nothing: cost inf at instance 1, index 13 is not finite", ValueError);
  for (const Projection projection : {Projection::center, Projection::unit_norm, Projection::standardize}) {
    const auto topk = differentiable(TopK{.n = 20, .k = 10}, Identity{}, projection);
    Tensor scores({3, 20});
    for (std::int64_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<real>(i % 7);
    scores.at({2, 17}) = -infinity;
    const Var bad = tape.variable(scores);
    CHECK_THROWS_WITH_AS(topk(bad), "variable: top_k: score -inf at instance 2, index 17 is not finite", ValueError);
    const Scope scope = tape.scope("model");
    CHECK_THROWS_WITH_AS(topk(scale(bad, 2)), "scale: top_k: score -inf at instance 2, index 17 is not finite in model",
                         ValueError);
  }
}

TEST_CASE("differentiable: an infeasible instance is named") {
  struct Never : CheapestOrNothing {
    void solve(std::span<const real>, std::span<real>) const { fail<SolverError>("no item can be had"); }
  };
  Tape tape;
  CHECK_THROWS_WITH_AS(differentiable(Never{}, Identity{})(tape.variable(Tensor(Shape{2, 3}))),
                       "identity: cheapest_or_nothing: instance 0: no item can be had", SolverError);
}

TEST_CASE("differentiable: the backward pass works when the layer is gone") {
  Tape tape;
  Rng rng(1);
  const Tensor x = normal_tensor({4, 5}, 1), dy = normal_tensor({4, 5}, 2), dz = normal_tensor({4, 2, 5}, 3);
  const Var v = tape.variable(x), w = tape.variable(x);
  Var y, z;
  {
    std::optional layer(differentiable(TopK{.n = 5, .k = 2}, Identity{}));
    std::optional straight(differentiable(TopK{.n = 5, .k = 2}, StraightThrough{.samples = 2}));
    y = (*layer)(v);
    z = (*straight)(w, rng).all();
  }
  tape.backward(y, dy);
  tape.backward(z, dz);
  CHECK(v.gradient() == dy);
  CHECK(w.gradient().finite());
}

TEST_CASE("differentiable: one thread and two give the same bits and counts") {
  const Tensor x = normal_tensor({700, 3, 20}, 1), dy = normal_tensor({700, 4, 3, 20}, 2);
  const auto result_of = [&](int threads) {
    const ThreadLimit limit(threads);
    const auto layer = differentiable(TopK{.n = 20, .k = 10}, StraightThrough{.samples = 4}, Projection::standardize);
    Rng rng(3);
    const Result result = run([&](Var v) { return layer(v, rng).all(); }, x, dy);
    SolverDiagnostics counts = layer.diagnostics();
    counts.seconds_forward = 0;
    return std::pair(result, counts);
  };
  CHECK(result_of(1) == result_of(2));
}

TEST_CASE("differentiable: in steady state a step takes no tensor memory") {
  const auto layer = differentiable(TopK{.n = 20, .k = 10}, StraightThrough{.samples = 3}, Projection::standardize);
  const Tensor x = normal_tensor({30, 20}, 1), a({20}, std::sqrt(real(1) / 20));
  Rng rng(1);
  Tape tape;
  std::size_t bytes = 0, allocations = 0;
  for (int step = 0; step < 6; ++step) {
    tape.clear();
    const Var v = tape.variable(x);
    tape.backward(sum(square(layer(orthogonal_to(v, a), rng).all())));
    if (step == 2) bytes = tape.bytes(), allocations = tape.allocations();
  }
  CHECK(tape.bytes() == bytes);
  CHECK(tape.allocations() == allocations);
}
