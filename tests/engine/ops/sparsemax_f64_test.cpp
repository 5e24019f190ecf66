#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include <cmath>
#include <limits>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

// The nearest point of the simplex by trying every support: on a support S it is x − (Σ_S x − 1)/|S|, where that is
// positive.
std::vector<real> nearest_by_enumeration(const real* x, int n) {
  std::vector<real> best;
  real best_distance = std::numeric_limits<real>::infinity();
  for (int set = 1; set < 1 << n; ++set) {
    std::vector<real> p(static_cast<std::size_t>(n));
    real sum = 0, size = 0, distance = 0;
    for (int i = 0; i < n; ++i)
      if (set >> i & 1) sum += x[i], ++size;
    bool inside = true;
    for (int i = 0; i < n; ++i) {
      real& own = p[static_cast<std::size_t>(i)];
      if (set >> i & 1) own = x[i] - (sum - 1) / size;
      inside = inside && own >= 0;
      distance += (own - x[i]) * (own - x[i]);
    }
    if (!inside || distance >= best_distance) continue;
    best_distance = distance;
    best = p;
  }
  return best;
}

}  // namespace

TEST_CASE("sparsemax is the nearest point of the simplex: every support tried") {
  for (const std::int64_t n : {1, 2, 5, 8})
    for (const real width : {0.1, 1.0, 5.0}) {
      const Tensor x = uniform_tensor({50, n}, -width, width, static_cast<std::uint64_t>(n));
      Tape tape;
      const Tensor p = sparsemax(tape.constant(x)).value();
      for (std::int64_t r = 0; r < 50; ++r) {
        const std::vector<real> expected = nearest_by_enumeration(x.data() + r * n, static_cast<int>(n));
        for (std::int64_t i = 0; i < n; ++i)
          CHECK(std::abs(p[r * n + i] - expected[static_cast<std::size_t>(i)]) < 1e-12);
      }
    }
}

TEST_CASE("sparsemax of ties, shifts, masks and what has no nearest point") {
  const real infinity = std::numeric_limits<real>::infinity(), nan = std::numeric_limits<real>::quiet_NaN();
  Tape tape;
  const auto row = [&](std::vector<real> x) {
    const Shape shape{std::ssize(x)};
    const Tensor p = sparsemax(tape.constant(Tensor(shape, std::span<const real>(x)))).value();
    return std::vector<real>(p.values().begin(), p.values().end());
  };
  CHECK(row({3, 3, 3, 3}) == std::vector<real>{0.25, 0.25, 0.25, 0.25});
  CHECK(row({1e9, 1e9 - 0.5}) == std::vector<real>{0.75, 0.25});
  CHECK(row({0, 1}) == std::vector<real>{0, 1});
  CHECK(row({-infinity, 0.5, 0}) == std::vector<real>{0, 0.75, 0.25});
  for (const std::vector<real>& x : {std::vector<real>{-infinity, -infinity}, {infinity, 0}, {0, nan}})
    for (const real p : row(x)) CHECK(std::isnan(p));
  CHECK(sparsemax(tape.constant(Tensor(Shape{3, 0}))).shape() == Shape{3, 0});
  CHECK_THROWS_WITH_AS(sparsemax(tape.constant(Tensor(Shape{}))), doctest::Contains("no last axis"), ShapeError);
}

TEST_CASE("gradients of sparsemax and its loss, which agree with the projection's distances") {
  // Far enough from the numbers where the support changes, which random ones are.
  for (const real width : {0.3, 1.0, 3.0}) {
    const Tensor x = uniform_tensor({4, 6}, -width, width);
    check_gradients("sparsemax", [](Tape&, std::span<const Var> v) { return sparsemax(v[0]); }, {x});
    const std::vector<std::int64_t> labels = {0, 5, 2, 2};
    for (const Reduction reduction : {Reduction::sum, Reduction::mean, Reduction::batch_mean})
      check_gradients("sparsemax_loss",
                      [&](Tape&, std::span<const Var> v) { return sparsemax_loss(v[0], labels, reduction); }, {x});

    Tape tape;
    const Var logits = tape.constant(x), p = sparsemax(logits);
    Tensor e(x.shape());
    for (std::int64_t r = 0; r < 4; ++r) e[6 * r + labels[static_cast<std::size_t>(r)]] = 1;
    const Var distances = sum(square(tape.constant(e) - logits) - square(p - logits)) / 2;
    const real total = distances.value().item();
    CHECK(std::abs(sparsemax_loss(logits, labels, Reduction::sum).value().item() - total) < 1e-12);
    CHECK(std::abs(sparsemax_loss(logits, labels).value().item() - total / 4) < 1e-12);
    CHECK(total > 0);
  }
}

TEST_CASE("sparsemax_loss: 0 beyond a margin of 1, a positive loss within, and what it refuses") {
  Tape tape;
  const std::vector<std::int64_t> label = {1};
  const auto loss = [&](real other) {
    return sparsemax_loss(tape.constant(Tensor({1, 3}, {other, 1e6, -2})), label).value().item();
  };
  CHECK(loss(1e6 - 1) == 0);
  CHECK(loss(1e6 - 1.5) == 0);
  CHECK(std::abs(loss(1e6 - 0.5) - 0.0625) < 1e-9);  // ¼(1 − gap)² of two classes
  const Var logits = tape.constant(Tensor(Shape{2, 3}));
  CHECK_THROWS_WITH_AS(sparsemax_loss(logits, label), doctest::Contains("logits [2,3] for 1 labels"), ShapeError);
  const std::vector<std::int64_t> wrong = {0, 3};
  CHECK_THROWS_WITH_AS(sparsemax_loss(logits, wrong), doctest::Contains("label 3 of row 1 is not in [0, 3)"),
                       ValueError);
}
