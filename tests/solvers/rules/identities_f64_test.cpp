#include <doctest/doctest.h>

#include <numbers>

#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/score_function.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../rule_runs.h"

// What the rules have in common with each other and with closed forms, in double. Statistical checks run on independent
// rows under a fixed seed and allow 4.5 standard errors of the mean over rows (worst_deviation).
using namespace cotape;

namespace {

constexpr double bars = 4.5;

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Tensor plus(const Tensor& a, double factor, const Tensor& b) {
  Tensor sum = a;
  for (std::int64_t i = 0; i < a.size(); ++i) sum[i] += factor * b[i];
  return sum;
}

std::int64_t index_of(const Tensor& ranks, double rank) {
  return std::find(ranks.values().begin(), ranks.values().end(), rank) - ranks.values().begin();
}

// max_y ⟨θ, y⟩ over the rows of a list.
double best_value(const Tensor& set, const Tensor& theta) {
  double best = -1e300;
  const std::int64_t n = theta.size();
  for (std::int64_t r = 0; r < set.shape()[0]; ++r) {
    double value = 0;
    for (std::int64_t i = 0; i < n; ++i) value += set[r * n + i] * theta[i];
    best = std::max(best, value);
  }
  return best;
}

Tensor softmax_of(const Tensor& theta, double sigma) {
  Tape tape;
  return softmax(tape.constant(theta) / sigma).value();
}

// Mean and standard error over seeds.
struct Estimate {
  double mean = 0, error = 0;
};
Estimate over_seeds(int count, const std::function<double(Rng&)>& draw) {
  double sum = 0, squares = 0;
  for (int seed = 0; seed < count; ++seed) {
    Rng rng(static_cast<std::uint64_t>(seed) + 1);
    const double value = draw(rng);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / count;
  return {mean, std::sqrt((squares / count - mean * mean) / (count - 1))};
}

}  // namespace

// 1. Sahoo et al. 2023, eq. 5.
TEST_CASE("blackbox with the smallest λ that changes the solution is Identity over λ, where −dy leads to a neighbour") {
  const auto check = [](const Solver& solver, const Tensor& theta, std::int64_t i, std::int64_t j) {
    const auto oracle = oracle_of(solver);
    const Tensor y = solve(oracle, theta);
    Tensor dy(theta.shape());  // of ½‖y − y*‖², where y* has i's and j's entries exchanged
    dy[i] = y[i] - y[j];
    dy[j] = y[j] - y[i];
    REQUIRE(dy[i] > 0);
    const double crossing = (theta[i] - theta[j]) / (2 * dy[i]);
    const Tensor identity = run_rule(Identity{}, oracle, theta, dy).gradient;
    CHECK(identity == dy);
    CHECK(run_rule(Blackbox{crossing * 0.9999}, oracle, theta, dy).gradient == Tensor(theta.shape()));
    Tensor blackbox = run_rule(Blackbox{crossing * 1.0001}, oracle, theta, dy).gradient;
    for (real& value : blackbox.values()) value *= crossing * 1.0001;
    CHECK(relative_distance(blackbox, identity) < 1e-12);
  };
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Tensor theta = standard_normal({8}, seed);
    const Tensor order = solve(oracle_of(Ranking{.n = 8}), theta);
    check(TopK{.n = 8, .k = 3}, theta, index_of(order, 6), index_of(order, 5));  // the last one in, the first one out
    for (double rank = 2; rank <= 8; ++rank)
      check(Ranking{.n = 8}, theta, index_of(order, rank), index_of(order, rank - 1));
  }
}

// 2. Sahoo et al. 2023, theorem 1.
TEST_CASE("Identity in small steps reaches a solution of lower linearised loss whenever there is one") {
  std::int64_t improved = 0, rested = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Rng rng(seed);
    Tensor set(Shape{6, 4}), dy(Shape{4});
    for (real& value : set.values()) value = static_cast<real>(rng.below(3));
    for (real& value : dy.values()) value = static_cast<real>(rng.below(5) - 2);
    const auto oracle = oracle_of(Enumerated{set});
    Tensor theta = standard_normal({4}, seed + 1000);
    const Tensor first = solve(oracle, theta);
    Tensor worse = dy;
    for (real& value : worse.values()) value = -value;
    const bool better_exists = -best_value(set, worse) < dot(dy, first) - 0.5;
    Tensor last = first;
    for (int step = 0; step < 600 && last == first; ++step) {
      const RuleRun run = run_rule(Identity{}, oracle, theta, dy);
      last = run.y;
      theta = plus(theta, -0.05, run.gradient);
    }
    CHECK((last != first) == better_exists);
    if (better_exists) CHECK(dot(dy, last) < dot(dy, first) - 0.5);
    (better_exists ? improved : rested) += 1;
  }
  CHECK(improved > 10);
  CHECK(rested > 5);
}

// 3. Berthet et al. 2020, section 2.
TEST_CASE("with Gumbel noise the perturbed argmax is softmax, and its Jacobian softmax's, under every baseline") {
  const Tensor theta({5}, {1, 0.3, -0.5, 0, 0.8}), dy({5}, {2, -1, 1, 0.5, 3});
  const auto oracle = oracle_of(TopK{.n = 5, .k = 1});
  for (const double sigma : {1.0, 0.5}) {
    const Tensor p = softmax_of(theta, sigma);
    Tensor product(Shape{5});
    for (std::int64_t i = 0; i < 5; ++i) product[i] = p[i] * (dy[i] - dot(p, dy)) / sigma;
    for (const Baseline baseline : {Baseline::none, Baseline::leave_one_out, Baseline::unperturbed}) {
      const Perturbed rule{.noise = Gumbel{}, .sigma = sigma, .samples = 50, .baseline = baseline};
      const RuleRun run = run_rule(rule, oracle, tiled(theta, 1000), tiled(dy, 1000));
      CHECK(worst_deviation(run.y, p) < bars);
      CHECK(worst_deviation(run.gradient, product) < bars);
      CHECK(worst_deviation(run.gradient, Tensor(Shape{5})) > 10);  // sharp enough to see a factor of 1.5
    }
  }
}

TEST_CASE("with normal and Laplace noise two items follow the distribution of a difference") {
  const double d = 0.7, sigma = 0.8, x = d / sigma;
  const Tensor theta({2}, {d, 0}), dy({2}, {1, 0});
  const auto oracle = oracle_of(TopK{.n = 2, .k = 1});
  const auto check = [&](const Noise& noise, double chance, double density) {
    const Tensor p({2}, {chance, 1 - chance}), product({2}, {density / sigma, -density / sigma});
    for (const Baseline baseline : {Baseline::none, Baseline::leave_one_out, Baseline::unperturbed}) {
      const Perturbed rule{.noise = noise, .sigma = sigma, .samples = 50, .baseline = baseline};
      const RuleRun run = run_rule(rule, oracle, tiled(theta, 1000), tiled(dy, 1000));
      CHECK(worst_deviation(run.y, p) < bars);
      CHECK(worst_deviation(run.gradient, product) < bars);
      CHECK(worst_deviation(run.gradient, Tensor(Shape{2})) > 10);
    }
  };
  check(Normal{}, 0.5 * std::erfc(-x / 2), std::exp(-x * x / 4) / std::sqrt(4 * std::numbers::pi));
  check(Laplace{}, 1 - (2 + x) * std::exp(-x) / 4, (1 + x) * std::exp(-x) / 4);
}

// Dalle et al. 2022: of θ ⊙ e^(σZ − σ²/2) the logarithms have additive noise.
TEST_CASE("with multiplicative normal noise two items follow the distribution of a difference of logarithms") {
  const double sigma = 0.8;
  const auto check = [&](const Tensor& theta, const Tensor& dy, double larger) {  // one the sign of the scores
    const double x = larger * std::log(theta[0] / theta[1]) / sigma;
    const double density = std::exp(-x * x / 4) / std::sqrt(4 * std::numbers::pi) / sigma * larger * (dy[0] - dy[1]);
    const Tensor p({2}, {0.5 * std::erfc(-x / 2), 0.5 * std::erfc(x / 2)});
    const Tensor product({2}, {density / theta[0], -density / theta[1]});
    for (const Baseline baseline : {Baseline::none, Baseline::leave_one_out, Baseline::unperturbed}) {
      const Perturbed rule{
          .sigma = sigma, .samples = 50, .baseline = baseline, .perturbation = Perturbation::multiplicative};
      const RuleRun run = run_rule(rule, oracle_of(TopK{.n = 2, .k = 1}), tiled(theta, 1000), tiled(dy, 1000));
      CHECK(worst_deviation(run.y, p) < bars);
      CHECK(worst_deviation(run.gradient, product) < bars);
      CHECK(worst_deviation(run.gradient, Tensor(Shape{2})) > 10);
    }
  };
  check(Tensor({2}, {1.5, 1}), Tensor({2}, {1, 0}), 1);
  check(Tensor({2}, {-0.5, -0.7}), Tensor({2}, {1, -1}), -1);  // costs
}

TEST_CASE("with Gumbel noise F_ε is the log-sum-exp") {
  const Tensor theta({5}, {1, 0.3, -0.5, 0, 0.8});
  for (const double epsilon : {1.0, 0.5}) {
    const Estimate estimate = over_seeds(60, [&](Rng& rng) {
      Tape tape;
      const FenchelYoungOptions options{.epsilon = epsilon, .samples = 500, .noise = Gumbel{}};
      return fenchel_young(TopK{.n = 5, .k = 1}, tape.constant(theta), tape.constant(Tensor(Shape{5})), options, rng)
          .value()
          .item();
    });
    Tape tape;
    const double expected = epsilon * (logsumexp(tape.constant(theta) / epsilon).value().item() + std::numbers::egamma);
    CHECK(std::abs(estimate.mean - expected) < bars * estimate.error);
    CHECK(estimate.error < 0.02);
  }
}

// 4. The gradient by differences under common noise is in gradcheck_solvers_f64_test.cpp.
TEST_CASE("Fenchel–Young with Ω is never negative: for Gumbel noise on the simplex it is cross-entropy") {
  const double epsilon = 0.7;
  for (std::uint64_t instance = 1; instance <= 5; ++instance) {
    const Tensor theta = standard_normal({4}, instance);
    Tensor target(Shape{4});
    target[static_cast<std::int64_t>(instance) % 4] = 1;
    const Estimate estimate = over_seeds(60, [&](Rng& rng) {
      Tape tape;
      const FenchelYoungOptions options{.epsilon = epsilon, .samples = 300, .noise = Gumbel{}};
      const Var loss = fenchel_young(TopK{.n = 4, .k = 1}, tape.constant(theta), tape.constant(target), options, rng);
      return loss.value().item() - epsilon * std::numbers::egamma;  // Ω(y) = Σ y log y − γ
    });
    Tape tape;
    const double cross_entropy =
        epsilon * logsumexp(tape.constant(theta) / epsilon).value().item() - dot(theta, target);
    CHECK(estimate.mean > -bars * estimate.error);
    CHECK(std::abs(estimate.mean - cross_entropy) < bars * estimate.error);
  }
}

TEST_CASE("the Fenchel–Young gradient is the perturbed solution of the same draws, less the target, over the batch") {
  for (const Sense sense : {Sense::maximise, Sense::minimise}) {
    const double sign = sense == Sense::maximise ? 1 : -1;
    const auto oracle = oracle_of(Ranking{.n = 5, .sense = sense});
    const Tensor theta = standard_normal({3, 5}, 1);
    const Tensor target = solve(oracle, standard_normal({3, 5}, 2));
    Tape tape;
    Rng rng(1);
    const Var x = tape.variable(plus(Tensor(theta.shape()), sign, theta));
    tape.backward(fenchel_young(oracle, x, tape.constant(target), {.epsilon = 0.5, .samples = 7}, rng));
    const Tensor mean = run_rule(Perturbed{.sigma = 0.5, .samples = 7}, oracle, theta, theta).y;
    const Tensor expected = plus(Tensor(theta.shape()), sign / 3, plus(mean, -1, target));
    CHECK(relative_distance(x.gradient(), expected) < 1e-14);
  }
}

// 5. Berthet et al. 2020, proposition 2.2.
TEST_CASE("the Jacobian of a perturbed maximiser is symmetric and positive semi-definite") {
  const std::int64_t n = 4, rows = 1000;
  const Tensor theta({n}, {0.5, -0.2, 0, 0.9});
  const auto oracle = oracle_of(TopK{.n = n, .k = 2});
  const auto products = [&](const Tensor& dy, std::uint64_t seed) {
    const Perturbed rule{.samples = 40, .baseline = Baseline::leave_one_out};
    return run_rule(rule, oracle, tiled(theta, rows), tiled(dy, rows), seed).gradient;
  };
  const auto unit = [&](std::int64_t i) {
    Tensor e(Shape{n});
    e[i] = 1;
    return e;
  };
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j) {
      const Tensor column = products(unit(i), 1), row = products(unit(j), 2);  // independent draws
      Tensor differences(Shape{rows, 1});
      for (std::int64_t r = 0; r < rows; ++r) differences[r] = column[r * n + j] - row[r * n + i];
      CHECK(worst_deviation(differences, Tensor(Shape{1})) < bars);
    }
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Tensor x = standard_normal({n}, seed), all = products(x, seed);
    Tensor forms(Shape{rows, 1});
    double mean = 0;
    for (std::int64_t r = 0; r < rows; ++r)
      mean += forms[r] = dot(x, Tensor({n}, all.values().subspan(static_cast<std::size_t>(r * n), 4)));
    CHECK(mean > 0);
    CHECK(worst_deviation(forms, Tensor(Shape{1})) > bars);  // above zero by more than chance
  }
}

TEST_CASE("F_ε is convex, exactly so under common noise") {
  const auto value = [](const Tensor& theta) {
    Tape tape;
    Rng rng(3);
    const Var zero = tape.constant(Tensor(theta.shape()));
    return fenchel_young(TopK{.n = 6, .k = 2}, tape.constant(theta), zero, {.samples = 5}, rng).value().item();
  };
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Tensor a = standard_normal({6}, seed), b = standard_normal({6}, seed + 500);
    const double t = 0.3;
    CHECK(value(plus(plus(Tensor(Shape{6}), t, a), 1 - t, b)) <= t * value(a) + (1 - t) * value(b) + 1e-12);
  }
}

// 6. Vlastelica et al. 2020: for the linearised loss f(y) = ⟨dy, y⟩ the interpolation is
// f_λ(θ) = [max_y ⟨θ, y⟩ − max_y ⟨θ − λdy, y⟩] / λ, and with the other points of the difference for the other sides.
TEST_CASE("blackbox is the gradient of a piecewise linear interpolation of the loss, on every side") {
  const Tensor set = all_subsets(5, 2);
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  int zero = 0, same = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    for (const Side side : {Side::target, Side::away, Side::central}) {
      const Tensor theta = standard_normal({5}, seed), dy = standard_normal({5}, seed + 100);
      const double lambda = 0.2 * static_cast<double>(seed % 10 + 1);
      const auto interpolated = [&](const Tensor& at) {
        const double ahead = side == Side::target ? 0 : lambda, behind = side == Side::away ? 0 : lambda;
        return (best_value(set, plus(at, ahead, dy)) - best_value(set, plus(at, -behind, dy))) / (ahead + behind);
      };
      const RuleRun run = run_rule(Blackbox{lambda, side}, oracle, theta, dy);
      Tensor differences(Shape{5});
      for (std::int64_t i = 0; i < 5; ++i) {
        Tensor step(Shape{5});
        step[i] = 1e-6;
        differences[i] = (interpolated(plus(theta, 1, step)) - interpolated(plus(theta, -1, step))) / 2e-6;
      }
      for (std::int64_t i = 0; i < 5; ++i) CHECK(std::abs(differences[i] - run.gradient[i]) < 1e-7);
      const bool at_rest = run.gradient == Tensor(Shape{5});
      if (at_rest) CHECK(interpolated(theta) == doctest::Approx(dot(dy, run.y)));  // it is the loss itself there
      zero += at_rest;
      same += !at_rest;
    }
  CHECK(zero > 20);
  CHECK(same > 20);
}

// 7.
TEST_CASE("projections: idempotent, no answer changes, the gradient is orthogonal to what was removed") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 2});
  const Tensor theta = standard_normal({40, 6}, 1), dy = standard_normal({40, 6}, 2);
  Tensor a({6}, 1 / std::sqrt(6.0));
  const auto apply = [&](const std::function<Var(Var)>& f, const Tensor& removed, bool linear, bool radial) {
    Tape tape;
    const Var x = tape.variable(theta);
    const Var y = f(x);
    CHECK(solve(oracle, y.value()) == solve(oracle, theta));
    if (linear) CHECK(relative_distance(f(y).value(), y.value()) < 1e-14);
    tape.backward(y, dy);
    for (std::size_t row = 0; row < 40; ++row) {
      const Tensor g({6}, x.gradient().values().subspan(6 * row, 6)), at({6}, theta.values().subspan(6 * row, 6));
      if (removed.size() == 6) CHECK(std::abs(dot(g, removed)) < 1e-13);
      if (radial) CHECK(std::abs(dot(g, at)) < 1e-13);
    }
  };
  apply([](Var x) { return center(x); }, a, true, false);
  apply([&](Var x) { return orthogonal_to(x, a); }, a, true, false);
  apply([](Var x) { return unit_norm(x); }, Tensor(), true, true);
  apply([](Var x) { return standardize(x); }, a, true, true);
}

// 8. I-MLE without noise is Blackbox: rules/imle_test.cpp. AIMLE with α frozen is I-MLE: rules/aimle_test.cpp.
// Perturbed tends to y(θ): rules/perturbed_test.cpp.

TEST_CASE(
    "the score function is unbiased under every baseline: exact over a list, and with Gumbel noise on the simplex") {
  // The truth by differentiating Σ_z p(z)·ℓ(z) over all z. Losses are far from 0, so that baselines matter.
  const auto truth = [](const Tensor& set, const Tensor& losses, const Tensor& theta) {
    Tape tape;
    const Var x = tape.variable(theta.reshaped({1, theta.size()}));
    const Var p = softmax(matmul(x, tape.constant(set), {.b = true}));
    tape.backward(sum(p * tape.constant(losses)));
    return x.gradient().reshaped(theta.shape());
  };
  const auto loss_of = [](const Tensor& set, const Tensor& losses, const Tensor& z) {
    const std::int64_t n = set.shape()[1];
    Tensor out(z.shape().without(-1));
    for (std::int64_t s = 0; s < out.size(); ++s)
      for (std::int64_t r = 0; r < losses.size(); ++r)
        if (std::equal(z.data() + s * n, z.data() + (s + 1) * n, set.data() + r * n)) out[s] = losses[r];
    return out;
  };
  const auto check = [&](const auto& rule, const Tensor& set, const Tensor& theta, double scale) {
    const std::int64_t rows = 3000;
    Tensor losses = standard_normal({set.shape()[0]}, 8);
    for (real& loss : losses.values()) loss += 3;
    const Tensor scaled = plus(Tensor(theta.shape()), 1 / scale, theta);
    Tensor expected = truth(set, losses, scaled);
    for (real& value : expected.values()) value /= scale;

    Tape tape;
    Rng rng(2);
    const ScoreSample sample = rule.sample(tape.variable(tiled(theta, rows)), oracle_of(Enumerated{set}), rng);
    const Var given = tape.constant(loss_of(set, losses, sample.solutions.all().value()));
    tape.backward(rule.surrogate(sample, given) * static_cast<real>(rows));
    CHECK(worst_deviation(sample.scores.gradient(), expected) < bars);
    CHECK(worst_deviation(sample.scores.gradient(), Tensor(theta.shape())) > 10);
  };
  for (const LossBaseline baseline : {LossBaseline::none, LossBaseline::leave_one_out, LossBaseline::running_mean}) {
    const auto running = std::make_shared<RunningMean>(RunningMean{.value = 2.5, .steps = 1});
    const Tensor pairs = all_subsets(5, 2), items = all_subsets(4, 1);
    check(ExactScoreFunction{pairs, 20, baseline, running}, pairs, Tensor({5}, {1, 0.3, -0.5, 0, 0.8}), 1);
    check(ScoreFunction{Gumbel{}, 1, 20, baseline, running}, items, Tensor({4}, {1, 0.3, -0.5, 0}), 1);
    check(ScoreFunction{Gumbel{}, 0.5, 20, baseline, running}, items, Tensor({4}, {0.5, 0.3, -0.5, 0}), 0.5);
  }
}
