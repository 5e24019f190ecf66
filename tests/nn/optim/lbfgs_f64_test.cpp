#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/optim/lbfgs.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace cotape;

namespace {

// Rosenbrock's valley of four numbers, in two parameters.
struct Valley {
  Parameter first{"first", Tensor({2}, {-1.2, 1})}, second{"second", Tensor({2}, {0.5, -0.3})};
  std::vector<Parameter*> parameters() { return {&first, &second}; }
  Lbfgs::Loss loss() {
    return [this](Tape& tape) {
      const Var x = concat({tape.parameter(first), tape.parameter(second)}, 0);
      const Var here = slice(x, 0, 0, 3), next = slice(x, 0, 1, 4);
      return sum(100 * square(next - square(here)) + square(1 - here));
    };
  }
  std::vector<double> values() const {
    return {first.value()[0], first.value()[1], second.value()[0], second.value()[1]};
  }
};

void check_close(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(tolerance));
}

}  // namespace

// Expected numbers are those of PyTorch 1.13's LBFGS with strong_wolfe, in double.
TEST_CASE("lbfgs: one iteration at a time as PyTorch") {
  Valley valley;
  Lbfgs lbfgs(valley.parameters(), {.max_iterations = 1, .max_evaluations = 1000});
  const std::vector<std::vector<double>> path = {
      {-0.7172413793103448, 0.7492163009404388, 0.4798477384684281, -0.05369458128078811},
      {-0.7584639166579856, 0.5717679865791014, 0.40545938530836423, 0.09609568559067608},
      {-0.7530908168368332, 0.5896075455158653, 0.3529081114805239, 0.13482897750544487},
      {-0.757477515346352, 0.5886934055760561, 0.35634846674482673, 0.12966980047606858}};
  for (const std::vector<double>& expected : path) {
    const double loss = lbfgs.step(valley.loss());
    check_close(valley.values(), expected, 1e-12);
    Tape tape;
    CHECK(valley.loss()(tape).value().item() == loss);
  }
  CHECK(lbfgs.iterations() == 4);
  CHECK(lbfgs.evaluations() == 8);
  // Rounding grows from here on.
  for (int i = 4; i < 12; ++i) lbfgs.step(valley.loss());
  check_close(valley.values(), {-0.7624784627191449, 0.593146593797921, 0.3579009690875582, 0.12836963871297444}, 1e-7);
  CHECK(lbfgs.evaluations() == 24);
}

TEST_CASE("lbfgs: many iterations with a short history as PyTorch, to the minimum") {
  Valley valley;
  Lbfgs lbfgs(valley.parameters(), {.lr = 0.5, .max_evaluations = 1000, .history = 3});
  for (int i = 0; i < 3; ++i) lbfgs.step(valley.loss());
  check_close(valley.values(), {-0.7756572086076744, 0.6130906310672057, 0.38205874743687634, 0.14596887944115175},
              1e-5);
  CHECK(lbfgs.step(valley.loss()) == doctest::Approx(3.701428610511149).epsilon(1e-12));
}

TEST_CASE("lbfgs: the least squares of a linear model, in few steps") {
  Tensor x({50, 6}), y({50, 1});
  Rng rng(3);
  rng.normal(x);
  rng.normal(y);
  Parameter w("w", Tensor({6, 1}));
  Lbfgs lbfgs({&w});
  const auto loss = [&](Tape& tape) { return sum(square(matmul(tape.view(x), tape.parameter(w)) - tape.view(y))); };
  lbfgs.step(loss);
  Tape tape;
  tape.backward(loss(tape));
  for (const real g : w.gradient().values()) CHECK(std::abs(g) < 1e-3);  // no better w exists; 1e2 at the start
  const Tensor best = w.value();
  w.clear_gradient();
  lbfgs.step(loss);
  CHECK_FALSE(w.has_gradient());
  for (std::int64_t i = 0; i < 6; ++i) CHECK(w.value()[i] == doctest::Approx(best[i]).epsilon(1e-6));
}

TEST_CASE("lbfgs: saved and loaded, a run goes on with the same bits; the same for one thread and two") {
  const auto run = [](int threads, bool interrupted) {
    const ThreadLimit limit(threads);
    Valley valley;
    Lbfgs lbfgs(valley.parameters(), {.max_iterations = 3, .history = 4});
    for (int i = 0; i < 2; ++i) lbfgs.step(valley.loss());
    Lbfgs resumed(valley.parameters(), {.max_iterations = 3, .history = 4});
    Checkpoint checkpoint;
    lbfgs.save(checkpoint);
    resumed.load(checkpoint);
    for (int i = 0; i < 2; ++i) (interrupted ? resumed : lbfgs).step(valley.loss());
    return valley.values();
  };
  CHECK(run(1, true) == run(1, false));
  CHECK(run(2, false) == run(1, false));

  Valley valley;
  Lbfgs fresh(valley.parameters()), other({&valley.first}), short_memory(valley.parameters(), {.history = 1});
  Checkpoint checkpoint("run");
  fresh.save(checkpoint);
  fresh.load(checkpoint);  // before the first iteration
  CHECK(fresh.step(valley.loss()) < 10);
  fresh.save(checkpoint);
  CHECK_THROWS_WITH_AS(other.load(checkpoint),
                       doctest::Contains("run: optimizer.lbfgs.direction has shape [4], expected [2]"), FileError);
  CHECK_THROWS_WITH_AS(short_memory.load(checkpoint), doctest::Contains("more than the history of 1"), FileError);
  CHECK_THROWS_WITH_AS(fresh.load(Checkpoint("none")), "none: optimizer.lbfgs.steps is missing", FileError);
}

TEST_CASE("lbfgs: frozen parameters stay, also when they are frozen on the way") {
  Valley valley;
  Lbfgs lbfgs(valley.parameters(), {.max_iterations = 2});
  lbfgs.step(valley.loss());
  valley.second.freeze();
  const Tensor second = valley.second.value(), first = valley.first.value();
  const double loss = lbfgs.step(valley.loss());
  CHECK(valley.second.value() == second);
  CHECK(valley.first.value() != first);
  Tape tape;
  CHECK(valley.loss()(tape).value().item() == loss);
}

TEST_CASE(
    "lbfgs: what is not finite is stepped back from, or refused at the start; a loss that throws changes nothing") {
  Parameter w("w", Tensor({1}, {1e-3}));
  Lbfgs lbfgs({&w}, {.lr = 1000});
  // The first trial is far below 0, where the logarithm is no number.
  const auto loss = [&](Tape& tape) {
    const Var x = tape.parameter(w);
    return sum(1000 * x - log(x));
  };
  for (int i = 0; i < 3; ++i) lbfgs.step(loss);
  CHECK(w.value()[0] == doctest::Approx(1e-3).epsilon(1e-3));
  w.mutable_value()[0] = 3;
  Lbfgs far({&w}, {.lr = 100});
  for (int i = 0; i < 10; ++i) far.step(loss);
  CHECK(w.value()[0] == doctest::Approx(1e-3).epsilon(1e-3));

  w.mutable_value()[0] = -1;
  CHECK_THROWS_WITH_AS(far.step(loss), "lbfgs: the loss or its gradient is not finite at the start", ValueError);
  w.mutable_value()[0] = 2;
  int calls = 0;
  CHECK_THROWS_AS(far.step([&](Tape& tape) {
    if (++calls == 2) fail<ValueError>("no data");
    return loss(tape);
  }),
                  ValueError);
  CHECK(w.value()[0] == 2);
}

TEST_CASE("lbfgs: bad options and parameters are refused") {
  Parameter w("w", Tensor({2}));
  CHECK_THROWS_WITH_AS(Lbfgs(std::vector<Parameter*>{}), "lbfgs: no parameters", ValueError);
  CHECK_THROWS_WITH_AS(Lbfgs({&w, nullptr}), "lbfgs: parameter 1 is null", ValueError);
  CHECK_THROWS_WITH_AS(Lbfgs({&w, &w}), "lbfgs: parameter w is there twice", ValueError);
  CHECK_THROWS_WITH_AS(Lbfgs({&w}, {.lr = 0}), "lbfgs: learning rate 0 is not a finite number > 0", ValueError);
  CHECK_THROWS_WITH_AS(Lbfgs({&w}, {.max_iterations = 0}), "lbfgs: max_iterations 0 is not positive", ValueError);
  CHECK_THROWS_WITH_AS(Lbfgs({&w}, {.history = 0}), "lbfgs: history 0 is not positive", ValueError);
  CHECK_THROWS_WITH_AS(Lbfgs({&w}, {.change_tolerance = -1}), "lbfgs: tolerance -1 is not ≥ 0", ValueError);
  Lbfgs lbfgs({&w});
  w.mutable_value() = Tensor({3}, {1, 1, 1});
  CHECK_THROWS_AS(lbfgs.step([&](Tape& tape) { return sum(square(tape.parameter(w))); }), ShapeError);
}
