#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/optim/adagrad.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/average.h>
#include <cotape/nn/optim/lion.h>
#include <cotape/nn/optim/plateau.h>
#include <cotape/nn/optim/rmsprop.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/optim/sgd.h>
#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "../gradients.h"

// Expected numbers are those of PyTorch 1.13 in double; of Lion, which it has not, of the paper's algorithm in NumPy.
using namespace cotape;

namespace {

using Numbers = std::vector<double>;

void check_close(const Numbers& found, const Numbers& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

Numbers numbers(const Tensor& x) { return {x.values().begin(), x.values().end()}; }

void step(Optimizer& optimizer, int time) {
  for (Parameter* parameter : optimizer.parameters()) {
    Tensor gradient({3});
    for (int i = 0; i < 3; ++i) gradient[i] = ((7 * time + 5 * i) % 11 - 5) / 4.0;
    set_gradient(*parameter, gradient);
  }
  optimizer.step();
  optimizer.clear_gradients();
}

// The weights after thirty updates.
template <class O, class Options>
Numbers trained(const Options& options) {
  Parameter w("w", Tensor({3}, {1, -0.5, 2}));
  O optimizer({&w}, options);
  for (int time = 0; time < 30; ++time) step(optimizer, time);
  return numbers(w.value());
}

Numbers rates(const Schedule& schedule, std::int64_t times) {
  Numbers all;
  for (std::int64_t time = 0; time < times; ++time) all.push_back(schedule(time));
  return all;
}

}  // namespace

TEST_CASE("optimisers in double: thirty updates are those of PyTorch") {
  check_close(trained<Sgd>(SgdOptions{.lr = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01}),
              {0.9247167104224557, -0.07845982205041714, 1.27461940266229});
  const AdamOptions adam{.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6, .weight_decay = 0.1};
  check_close(trained<Adam>(adam), {0.8773517703769449, -0.28221651046400764, 1.5610263480646718});
  AdamOptions amsgrad = adam;
  amsgrad.amsgrad = true;
  check_close(trained<Adam>(amsgrad), {0.8792935052422588, -0.28246641603380185, 1.5641665279184385});
  check_close(trained<AdamW>(AdamWOptions{.lr = 0.05}), {1.0579069839909612, -0.36936149220484227, 1.7876053102863516});
  check_close(trained<AdamW>(AdamWOptions{
                  .lr = 0.05, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 1e-6, .weight_decay = 0.1, .amsgrad = true}),
              {0.9023307697075048, -0.3375924404024197, 1.5903120234145287});
  check_close(trained<RmsProp>(RmsPropOptions{.lr = 0.05}),
              {1.1321749291158605, -0.10303121047121822, 1.5489970874459784});
  check_close(trained<RmsProp>(RmsPropOptions{
                  .lr = 0.05, .alpha = 0.9, .epsilon = 1e-6, .weight_decay = 0.1, .momentum = 0.7, .centered = true}),
              {0.5771810311739128, 0.4043135268623402, 0.7024299285647111});
  check_close(trained<RmsProp>(RmsPropOptions{.lr = 0.05, .alpha = 0.9, .epsilon = 1e-6, .momentum = 0.7}),
              {1.1804018119033415, 0.01880382342312256, 1.5376849809531508});
  check_close(trained<Adagrad>(AdagradOptions{.lr = 0.05}),
              {1.0137558144045726, -0.4602289605815421, 1.9548064477558404});
  check_close(trained<Adagrad>(AdagradOptions{
                  .lr = 0.05, .lr_decay = 0.1, .weight_decay = 0.01, .initial_sum = 0.5, .epsilon = 1e-6}),
              {1.0160931317153923, -0.4678338421118623, 1.9547777194704163});
  check_close(trained<Lion>(LionOptions{.lr = 0.05}), {0.8, -0.55, 1.8});
  check_close(trained<Lion>(LionOptions{.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.1}),
              {0.6692454414005777, -0.48001211596958543, 1.5394284640310447});
}

TEST_CASE("optimisers in double: groups are PyTorch's parameter groups") {
  Parameter slow("slow", Tensor({3}, {1, -0.5, 2})), other("other", Tensor({3}, {1, -0.5, 2}));
  AdamW adamw({&slow, &other}, {.lr = 0.05});
  adamw.set_group("slow", {.lr_factor = 0.1, .weight_decay = 0.2});
  for (int time = 0; time < 30; ++time) step(adamw, time);
  check_close(numbers(slow.value()), {0.9776005491731159, -0.47303500955710526, 1.922822761228754});
  check_close(numbers(other.value()), {1.0579069839909612, -0.36936149220484227, 1.7876053102863516});
}

TEST_CASE("averages in double: those of PyTorch") {
  Parameter w("w", Tensor({1}));
  Ema ema({&w}, {.decay = 0.9});
  Swa swa({&w});
  for (int time = 0; time < 5; ++time) {
    w.mutable_value()[0] = time * time - 3.5;
    ema.update();
    swa.update();
  }
  {
    const auto averaged = ema.swap_in();
    check_close(numbers(w.value()), {-0.6931});
  }
  const auto averaged = swa.swap_in();
  check_close(numbers(w.value()), {2.5});
}

TEST_CASE("schedules in double: rates are those of PyTorch") {
  check_close(rates(CosineSchedule{.rate = 0.2, .length = 10, .end = 0.01}, 11),
              {0.2, 0.1953503690480396, 0.18185661446562001, 0.16083959896778496, 0.13435661446562, 0.105,
               0.07564338553437999, 0.04916040103221506, 0.028143385534380005, 0.014649630951960414, 0.01});
  check_close(rates(OneCycleSchedule{.max_rate = 0.2, .length = 12}, 12),
              {0.008, 0.0699579308439166, 0.17585703182442575, 0.19888308709018238, 0.18660259396828235,
               0.1623491307899526, 0.12947579953902066, 0.09252742053339501, 0.056612199641739844, 0.02669550603776612,
               0.006913397485079045, 8e-07});
  check_close(
      rates(WarmUpSchedule{.length = 4, .then = CosineSchedule{.rate = 0.2, .length = 6}, .start_factor = 0.1}, 10),
      {0.02, 0.065, 0.11, 0.155, 0.2, 0.1866025403784439, 0.15, 0.1, 0.05, 0.01339745962155613});
  Plateau plateau({.rate = 0.2, .factor = 0.5, .patience = 2, .threshold = 0.01, .cooldown = 1, .min_rate = 0.03});
  Numbers found;
  for (const double loss :
       {3., 2., 1.995, 1.99, 1.985, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1., 1., 1., 1., 1., 1.})
    found.push_back(plateau.update(loss));
  check_close(found, {0.2,  0.2,  0.2,  0.2,  0.1,  0.1,  0.1,  0.1,  0.05, 0.05, 0.05,
                      0.05, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03});
}
