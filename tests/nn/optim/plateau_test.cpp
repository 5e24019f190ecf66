#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/plateau.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace cotape;

TEST_CASE("plateau: the rate falls after more than `patience` measurements without anything better") {
  Plateau plateau({.rate = 1, .factor = 0.5, .patience = 1, .threshold = 0.1});
  CHECK(plateau.rate() == 1);
  CHECK(plateau.update(10) == 1);
  CHECK(plateau.update(9.5) == 1);  // not better by a tenth
  CHECK(plateau.update(8.5) == 1);
  CHECK(plateau.best() == 8.5);
  CHECK(plateau.update(8) == 1);
  CHECK(plateau.update(std::nan("")) == 0.5);
  CHECK(plateau.update(9) == 0.5);
  CHECK(plateau.update(9) == 0.25);
}

TEST_CASE("plateau: larger can be better, after a reduction it waits, and it ends at min_rate") {
  Plateau plateau(
      {.rate = 1, .factor = 0.1, .patience = 0, .threshold = 0, .cooldown = 2, .min_rate = 0.05, .maximise = true});
  CHECK(plateau.update(-5) == 1);
  CHECK(plateau.update(-4) == 1);
  CHECK(plateau.update(-4) == 0.1);
  CHECK(plateau.update(-4) == 0.1);
  CHECK(plateau.update(-4) == 0.1);
  CHECK(plateau.update(-4) == 0.05);
  CHECK(Plateau({.rate = 0.01, .patience = 0, .min_rate = 0.05}).update(std::nan("")) == 0.01);  // never up
}

TEST_CASE("plateau: a threshold is a share of the size, also below 0") {
  Plateau plateau({.rate = 1, .factor = 0.5, .patience = 0, .threshold = 0.1});
  CHECK(plateau.update(-10) == 1);
  CHECK(plateau.update(-10.5) == 0.5);
  CHECK(plateau.update(-11.5) == 0.5);
  CHECK(plateau.best() == -11.5);
}

TEST_CASE("plateau: saved and loaded it goes on") {
  const PlateauOptions options{.rate = 1, .factor = 0.5, .patience = 2, .cooldown = 1};
  for (int stop = 0; stop < 12; ++stop) {
    Plateau plateau(options), resumed(options);
    const auto measure = [](int i) { return i < 3 ? 5.0 - i : 3.0; };
    for (int i = 0; i < stop; ++i) plateau.update(measure(i));
    Checkpoint checkpoint;
    plateau.save(checkpoint);
    resumed.load(checkpoint);
    for (int i = stop; i < 14; ++i) CHECK(resumed.update(measure(i)) == plateau.update(measure(i)));
    CHECK(plateau.rate() == 0.125);
  }
  Checkpoint checkpoint("run");
  Plateau plateau(options);
  plateau.save(checkpoint);
  checkpoint.put_integer("plateau.cooling", -1);
  CHECK_THROWS_AS(plateau.load(checkpoint), FileError);
  CHECK_THROWS_WITH_AS(plateau.load(Checkpoint("none")), "none: plateau.rate is missing", FileError);
}

TEST_CASE("plateau: bad options are refused") {
  CHECK_THROWS_WITH_AS(Plateau({.rate = -1}), "plateau: rate -1 is not a finite number ≥ 0", ValueError);
  CHECK_THROWS_WITH_AS(Plateau({.factor = 1}), "plateau: factor 1 is not below 1", ValueError);
  CHECK_THROWS_WITH_AS(Plateau({.patience = -1}), "plateau: patience -1 is not a finite number ≥ 0", ValueError);
  CHECK_THROWS_AS(Plateau({.threshold = std::numeric_limits<double>::infinity()}), ValueError);
}
