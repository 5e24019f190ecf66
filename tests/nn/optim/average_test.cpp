#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/nn/optim/average.h>
#include <doctest/doctest.h>

#include "../allocations.h"

using namespace cotape;

TEST_CASE("averages: ema and swa follow the parameters and are swapped in and out") {
  Parameter w("w", Tensor({2}, {9, 9})), b("b", Tensor(Shape{}, {9}));
  const std::vector<Parameter*> parameters{&w, &b};
  Ema ema(parameters, {.decay = 0.75});
  Swa swa(parameters);
  for (const real x : {real(4), real(8), real(0)}) {
    w.mutable_value() = Tensor({2}, {x, -x});
    b.mutable_value()[0] = x + 1;
    ema.update();
    swa.update();
  }
  CHECK(ema.updates() == 3);
  const real* own = w.value().data();
  {
    const auto averaged = ema.swap_in();
    CHECK(w.value() == Tensor({2}, {3.75, -3.75}));  // ¾ (¾ · 4 + ¼ · 8) + ¼ · 0
    CHECK(b.value().item() == 4.75);
    CHECK_THROWS_WITH_AS(ema.update(), "ema: the averages are swapped in, they cannot be updated", ValueError);
    CHECK_THROWS_AS((void)ema.swap_in(), ValueError);
    Checkpoint checkpoint;
    CHECK_THROWS_AS(ema.save(checkpoint), ValueError);
    CHECK_THROWS_AS(ema.load(checkpoint), ValueError);
  }
  CHECK(w.value() == Tensor({2}, {0, 0}));
  CHECK(w.value().data() == own);
  const std::uint64_t version = w.version();
  {
    const auto averaged = swa.swap_in();
    CHECK(w.value() == Tensor({2}, {4, -4}));
    CHECK(b.value().item() == 5);
    CHECK(w.version() > version);  // a tape that recorded the other values sees it
  }
  CHECK(b.value().item() == 1);
}

TEST_CASE("averages: an update allocates nothing") {
  Parameter w("w", Tensor({100, 30}));
  Ema ema({&w});
  ema.update();
  const std::int64_t before = heap_allocations();
  for (int i = 0; i < 10; ++i) ema.update();
  CHECK(heap_allocations() == before);
}

TEST_CASE("averages: saved and loaded, a run goes on with the same bits") {
  const auto run = [](bool interrupted) {
    Parameter w("w", Tensor({7}));
    Ema ema({&w}, {.decay = 0.9}), resumed({&w}, {.decay = 0.9});
    Rng rng(4);
    for (int i = 0; i < 6; ++i) {
      rng.normal(w.mutable_value());
      if (i == 3 && interrupted) {
        Checkpoint checkpoint;
        ema.save(checkpoint);
        resumed.load(checkpoint);
      }
      (i >= 3 && interrupted ? resumed : ema).update();
    }
    const auto averaged = (interrupted ? resumed : ema).swap_in();
    return w.value();
  };
  CHECK(run(true) == run(false));
  Parameter w("w", Tensor({7})), v("v", Tensor({2}));
  Swa swa({&w}), both({&w, &v});
  Checkpoint checkpoint("run");
  swa.save(checkpoint, "mean.");
  CHECK(checkpoint.entries().size() == 2);
  CHECK(checkpoint.integer("mean.updates") == 0);
  CHECK_THROWS_WITH_AS(both.load(checkpoint, "mean."), "run: mean.v is missing", FileError);
}

TEST_CASE("averages: what cannot be averaged is refused") {
  Parameter w("w", Tensor({2})), twin("w", Tensor({2}));
  CHECK_THROWS_WITH_AS(Ema({&w}, {.decay = 1}), "ema: decay 1 is not in [0, 1)", ValueError);
  CHECK_THROWS_WITH_AS(Swa(std::vector<Parameter*>{}), "swa: no parameters", ValueError);
  CHECK_THROWS_WITH_AS(Swa({&w, nullptr}), "swa: parameter 1 is null", ValueError);
  CHECK_THROWS_WITH_AS(Swa({&w, &twin}), "swa: the name w is taken", ValueError);
  Swa swa({&w});
  CHECK_THROWS_WITH_AS((void)swa.swap_in(), "swa: there is no average before the first update", ValueError);
  w.mutable_value() = Tensor({3});
  CHECK_THROWS_WITH_AS(swa.update(), "swa: parameter w had shape [2] and now [3]", ShapeError);
}
