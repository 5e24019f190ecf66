#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/nn/optim/adagrad.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/lion.h>
#include <cotape/nn/optim/rmsprop.h>
#include <cotape/nn/optim/sgd.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>

#include "../allocations.h"
#include "../gradients.h"

using namespace cotape;

namespace {

using MakeOptimizer = std::function<std::unique_ptr<Optimizer>(std::vector<Parameter*>)>;

template <class T, class Options>
MakeOptimizer make(const Options& options) {
  return [options](std::vector<Parameter*> parameters) { return std::make_unique<T>(std::move(parameters), options); };
}

// Three parameters: one of several parallel blocks, one small, one scalar.
struct Net {
  Parameter big{"big", Tensor({300, 131})}, small{"small", Tensor({7})}, one{"one", Tensor(Shape{})};
  std::vector<Parameter*> parameters() { return {&big, &small, &one}; }

  Net() {
    Rng rng(21);
    for (Parameter* p : parameters()) rng.normal(p->mutable_value());
  }
  // Gradients of a step, drawn anew. Every third step leaves `small` without one.
  void draw_gradients(std::int64_t step) {
    Rng rng(22, static_cast<std::uint64_t>(step));
    for (Parameter* p : parameters()) {
      Tensor gradient(p->value().shape());
      rng.normal(gradient);
      set_gradient(*p, gradient);
    }
    if (step % 3 == 2) small.clear_gradient();
  }
};

// The update of one number in double, straight from the papers' formulas.
struct Reference {
  virtual ~Reference() = default;
  virtual double update(double w, double g) = 0;
};

struct SgdReference final : Reference {
  SgdOptions o;
  double u = 0;
  explicit SgdReference(const SgdOptions& options) : o(options) {}
  double update(double w, double g) override {
    g += o.weight_decay * w;
    u = o.momentum * u + g;
    return w - o.lr * (o.nesterov ? g + o.momentum * u : u);
  }
};

template <bool decoupled>
struct AdamReference final : Reference {
  using Options = std::conditional_t<decoupled, AdamWOptions, AdamOptions>;
  Options o;
  double m = 0, v = 0;
  int t = 0;
  explicit AdamReference(const Options& options) : o(options) {}
  double update(double w, double g) override {
    ++t;
    if (decoupled)
      w -= o.lr * o.weight_decay * w;
    else
      g += o.weight_decay * w;
    m = o.beta1 * m + (1 - o.beta1) * g;
    v = o.beta2 * v + (1 - o.beta2) * g * g;
    return w - o.lr * (m / (1 - std::pow(o.beta1, t))) / (std::sqrt(v / (1 - std::pow(o.beta2, t))) + o.epsilon);
  }
};

// The largest difference after 100 steps between an optimiser and its reference, over every 97th element.
template <class Ref, class Options>
double difference(const MakeOptimizer& make_optimizer, const Options& options) {
  Net net;
  const auto optimizer = make_optimizer(net.parameters());
  struct Element {
    Parameter* parameter;
    std::int64_t i;
    double w;
    Ref reference;
  };
  std::vector<Element> elements;
  for (Parameter* p : net.parameters())
    for (std::int64_t i = 0; i < p->value().size(); i += p == &net.big ? 97 : 1)
      elements.push_back({p, i, p->value()[i], Ref(options)});
  for (std::int64_t step = 0; step < 100; ++step) {
    net.draw_gradients(step);
    for (Element& e : elements)
      if (e.parameter->has_gradient()) e.w = e.reference.update(e.w, e.parameter->gradient()[e.i]);
    optimizer->step();
    optimizer->clear_gradients();
  }
  double worst = 0;
  for (const Element& e : elements) worst = std::max(worst, std::abs(e.w - e.parameter->value()[e.i]));
  return worst;
}

std::vector<Tensor> values(Net& net) {
  std::vector<Tensor> result;
  for (const Parameter* p : net.parameters()) result.push_back(p->value());
  return result;
}

struct Variant {
  const char* name;
  const char* key;  // what its state is saved under
  MakeOptimizer make;
};
const std::vector<Variant> all_optimizers{
    {"sgd", "sgd", make<Sgd>(SgdOptions{.lr = 0.1})},
    {"momentum", "sgd", make<Sgd>(SgdOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01})},
    {"nesterov", "sgd", make<Sgd>(SgdOptions{.lr = 0.1, .momentum = 0.9, .nesterov = true})},
    {"adam", "adam", make<Adam>(AdamOptions{.lr = 0.01, .weight_decay = 0.01})},
    {"adamw", "adamw", make<AdamW>(AdamWOptions{.lr = 0.01, .weight_decay = 0.1})},
    {"amsgrad", "adam", make<Adam>(AdamOptions{.lr = 0.01, .amsgrad = true})},
    {"rmsprop", "rmsprop", make<RmsProp>(RmsPropOptions{.lr = 0.01, .weight_decay = 0.01})},
    {"centered rmsprop", "rmsprop", make<RmsProp>(RmsPropOptions{.lr = 0.01, .momentum = 0.5, .centered = true})},
    {"adagrad", "adagrad", make<Adagrad>(AdagradOptions{.lr = 0.01, .lr_decay = 0.1})},
    {"lion", "lion", make<Lion>(LionOptions{.lr = 0.001, .weight_decay = 0.1})},
};

}  // namespace

TEST_CASE("sgd: first steps by hand") {
  Parameter w("w", Tensor({2}, {1, -2}));
  Sgd sgd({&w}, {.lr = 0.5, .momentum = 0.5});
  set_gradient(w, Tensor({2}, {4, 8}));
  sgd.step();
  CHECK(w.value() == Tensor({2}, {-1, -6}));  // u = g
  sgd.step();
  CHECK(w.value() == Tensor({2}, {-4, -12}));  // u = g/2 + g

  Parameter x("x", Tensor({1}, {1}));
  Sgd nesterov({&x}, {.lr = 0.5, .momentum = 0.5, .nesterov = true});
  set_gradient(x, Tensor({1}, {4}));
  nesterov.step();
  CHECK(x.value().item() == -2);  // g + u/2 = 6

  Parameter y("y", Tensor({1}, {2}));
  Sgd decay({&y}, {.lr = 0.5, .weight_decay = 0.25});
  set_gradient(y, Tensor({1}, {1}));
  decay.step();
  CHECK(y.value().item() == 1.25);
}

TEST_CASE("adam: the first step has length lr, whatever the gradient") {
  Parameter w("w", Tensor({3}, {1, 1, 1}));
  Adam adam({&w}, {.lr = 0.125});
  set_gradient(w, Tensor({3}, {1000, -0.001f, 0}));
  adam.step();
  CHECK(w.value()[0] == doctest::Approx(0.875).epsilon(1e-6));
  CHECK(w.value()[1] == doctest::Approx(1 + 0.125 / (1 + 1e-5)).epsilon(1e-6));  // ε = 1e-8 beside √v̂ = 1e-3
  CHECK(w.value()[2] == 1);

  Parameter x("x", Tensor({1}, {4}));
  AdamW adamw({&x}, {.lr = 0.125, .weight_decay = 0.5});
  set_gradient(x, Tensor({1}, {1}));
  adamw.step();
  CHECK(x.value().item() == doctest::Approx(4 * (1 - 0.0625) - 0.125).epsilon(1e-6));
  CHECK(AdamW({&x}).learning_rate() == 1e-3);
}

TEST_CASE("adamw: designated options keep the default decay of 0.01") {
  const auto after_a_step = [](const AdamWOptions& options) {
    Parameter w("w", Tensor({1}, {4}));
    AdamW adamw({&w}, options);
    set_gradient(w, Tensor({1}, {0}));
    adamw.step();
    return w.value().item();
  };
  CHECK(after_a_step({.lr = 0.5}) == doctest::Approx(4 * (1 - 0.5 * 0.01)).epsilon(1e-6));
  CHECK(after_a_step({.lr = 0.5, .weight_decay = 0}) == 4);
  Parameter w("w", Tensor({1}, {4}));
  AdamW by_default({&w});
  set_gradient(w, Tensor({1}, {0}));
  by_default.step();
  CHECK(w.value().item() == after_a_step({.lr = 1e-3}));
}

namespace {

// Adds the gradient to each of any number of buffers, the b-th b + 1 times.
class Counting final : public Optimizer {
 public:
  Counting(std::vector<std::string> buffers, std::vector<Parameter*> parameters)
      : Optimizer("counting", buffers, std::move(parameters), 1), count_(buffers.size()) {}

 private:
  void update(const Piece& piece) const override {
    for (std::size_t b = 0; b < count_; ++b)
      for (std::int64_t i = 0; i < piece.size; ++i) piece.buffer(b)[i] += static_cast<real>(b + 1) * piece.gradient[i];
    CHECK_THROWS_WITH_AS(piece.buffer(count_), doctest::Contains("of 5 that were named"), ValueError);
  }

  std::size_t count_;
};

}  // namespace

TEST_CASE("optimisers: one of five buffers has five") {
  const ThreadLimit limit(1);
  Net net;
  const std::vector<std::string> names = {"a", "b", "c", "d", "e"};
  Counting optimizer(names, net.parameters());
  net.draw_gradients(0);
  optimizer.step();
  Checkpoint checkpoint;
  optimizer.save(checkpoint);
  for (const Parameter* p : net.parameters())
    for (std::size_t b = 0; b < names.size(); ++b) {
      Tensor expected = p->gradient();
      for (real& x : expected.values()) x *= static_cast<real>(b + 1);
      CHECK(checkpoint.tensor("optimizer.counting." + names[b] + "." + p->name()) == expected);
    }
  CHECK_THROWS_WITH_AS(Counting({"a", "b", "a"}, net.parameters()), "counting: the name of buffer a is taken",
                       ValueError);
  CHECK_THROWS_WITH_AS(Counting({"updates"}, net.parameters()), "counting: the name of buffer updates is taken",
                       ValueError);
}

TEST_CASE("optimisers: 100 steps agree with the formulas in double") {
  // Weights of size 1 to 10 are rounded 100 times, each by at most 2⁻²¹: 5e-5; measured up to 1.3e-5.
  const double tolerance = 5e-5;
  const auto sgd = [&](const SgdOptions& o) { return difference<SgdReference>(make<Sgd>(o), o); };
  CHECK(sgd({.lr = 0.1}) < tolerance);
  CHECK(sgd({.lr = 0.1, .weight_decay = 0.01}) < tolerance);
  CHECK(sgd({.lr = 0.1, .momentum = 0.9}) < tolerance);
  CHECK(sgd({.lr = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01}) < tolerance);
  const auto adam = [&](const AdamOptions& o) { return difference<AdamReference<false>>(make<Adam>(o), o); };
  CHECK(adam({.lr = 0.01}) < tolerance);
  CHECK(adam({.lr = 0.01, .beta1 = 0.5, .beta2 = 0.9, .epsilon = 0.1, .weight_decay = 0.1}) < tolerance);
  const auto adamw = [&](const AdamWOptions& o) { return difference<AdamReference<true>>(make<AdamW>(o), o); };
  CHECK(adamw({.lr = 0.01, .weight_decay = 0.1}) < tolerance);
}

TEST_CASE("optimisers: the same bits for one thread and two") {
  for (const Variant& variant : all_optimizers) {
    CAPTURE(variant.name);
    const auto run = [&](int threads) {
      const ThreadLimit limit(threads);
      REQUIRE(thread_count() <= threads);
      Net net;
      const auto optimizer = variant.make(net.parameters());
      for (std::int64_t step = 0; step < 5; ++step) {
        net.draw_gradients(step);
        optimizer->step();
      }
      return values(net);
    };
    CHECK(run(1) == run(2));
  }
}

TEST_CASE("optimisers: a step allocates nothing") {
  for (const Variant& variant : all_optimizers) {
    CAPTURE(variant.name);
    const ThreadLimit limit(1);
    Net net;
    const auto optimizer = variant.make(net.parameters());
    net.draw_gradients(0);
    const std::int64_t before = heap_allocations();
    for (int step = 0; step < 10; ++step) optimizer->step();
    CHECK(heap_allocations() == before);
  }
}

TEST_CASE("optimisers: parameters without gradient stay, versions tell of changes") {
  Net net;
  Adam adam(net.parameters());
  net.draw_gradients(2);
  const Tensor small = net.small.value();
  const std::uint64_t big_version = net.big.version(), small_version = net.small.version();
  adam.step();
  CHECK(net.small.value() == small);
  CHECK(net.small.version() == small_version);
  CHECK(net.big.version() > big_version);
  adam.clear_gradients();
  CHECK_FALSE(net.big.has_gradient());
}

TEST_CASE("optimisers: a frozen parameter and its state stay, the others are updated as if it were not there") {
  for (const Variant& variant : all_optimizers) {
    CAPTURE(variant.name);
    Net net, without;
    const auto optimizer = variant.make(net.parameters()), alone = variant.make({&without.big, &without.one});
    const auto step = [&](std::int64_t i) {
      net.small.thaw();
      net.draw_gradients(i);
      net.small.freeze();  // with a gradient, as when it is frozen after a pass
      without.draw_gradients(i);
      optimizer->step();
      alone->step();
    };
    const Tensor start = net.small.value();
    const std::uint64_t version = net.small.version();
    step(0);
    step(1);
    CHECK(net.small.value() == start);
    CHECK(net.small.version() == version);
    CHECK(net.big.value() == without.big.value());
    CHECK(net.one.value() == without.one.value());
    Checkpoint checkpoint;
    optimizer->save(checkpoint);
    const std::string key = std::string("optimizer.") + variant.key + ".updates.";
    CHECK(checkpoint.integer(key + "small") == 0);
    CHECK(checkpoint.integer(key + "big") == 2);

    // Thawed, it begins as a fresh parameter does.
    Net fresh;
    const auto first = variant.make(fresh.parameters());
    net.small.thaw();
    net.draw_gradients(3);
    fresh.draw_gradients(3);
    optimizer->step();
    first->step();
    CHECK(net.small.value() != start);
    CHECK(net.small.value() == fresh.small.value());
  }
}

TEST_CASE("optimisers: saved and loaded, a run goes on with the same bits") {
  for (const Variant& variant : all_optimizers) {
    CAPTURE(variant.name);
    const auto steps = [](Net& net, Optimizer& optimizer, std::int64_t begin, std::int64_t end) {
      for (std::int64_t step = begin; step < end; ++step) {
        net.draw_gradients(step);
        optimizer.step();
      }
    };
    Net net;
    const auto optimizer = variant.make(net.parameters());
    steps(net, *optimizer, 0, 4);
    Checkpoint checkpoint;
    save_parameters(checkpoint, net.parameters());
    optimizer->save(checkpoint);
    steps(net, *optimizer, 4, 8);

    Net resumed;
    const auto other = variant.make(resumed.parameters());
    load_parameters(checkpoint, resumed.parameters());
    other->load(checkpoint);
    steps(resumed, *other, 4, 8);
    CHECK(values(resumed) == values(net));
  }
}

TEST_CASE("optimisers: state has names, and only fitting state is loaded") {
  Parameter w("fc.weight", Tensor({2, 3})), other("fc.bias", Tensor({2}));
  Adam adam({&w});
  set_gradient(w, Tensor({2, 3}, 1));
  adam.step();
  Checkpoint checkpoint("run.safetensors");
  adam.save(checkpoint);
  CHECK(checkpoint.entries().size() == 3);
  CHECK(checkpoint.tensor("optimizer.adam.m.fc.weight")[5] == doctest::Approx(0.1));
  CHECK(checkpoint.tensor("optimizer.adam.v.fc.weight")[5] == doctest::Approx(0.001));
  CHECK(checkpoint.integer("optimizer.adam.updates.fc.weight") == 1);

  Adam both({&w, &other});
  CHECK_THROWS_WITH_AS(both.load(checkpoint), "run.safetensors: optimizer.adam.m.fc.bias is missing", FileError);
  AdamW adamw({&w});
  CHECK_THROWS_WITH_AS(adamw.load(checkpoint), "run.safetensors: optimizer.adamw.m.fc.weight is missing", FileError);
  Sgd sgd({&w}, {.momentum = 0.5});
  sgd.save(checkpoint);
  CHECK_THROWS_WITH_AS(adam.load(checkpoint), "run.safetensors: optimizer.sgd.momentum.fc.weight is not expected",
                       FileError);
  Checkpoint negative("run.safetensors");
  adam.save(negative);
  negative.put_integer("optimizer.adam.updates.fc.weight", -1);
  CHECK_THROWS_WITH_AS(
      adam.load(negative),
      "run.safetensors: optimizer.adam.updates.fc.weight is -1, not a count from 0 to 9007199254740992", FileError);
}

TEST_CASE("optimisers: the learning rate can follow a schedule") {
  Parameter w("w", Tensor({1}, {0}));
  Sgd sgd({&w}, {.lr = 1});
  set_gradient(w, Tensor({1}, {1}));
  sgd.set_learning_rate(0.25);
  sgd.step();
  CHECK(w.value().item() == -0.25);
  CHECK(sgd.learning_rate() == 0.25);
  CHECK_THROWS_WITH_AS(sgd.set_learning_rate(-1), "sgd: learning rate -1 is not in [0, inf)", ValueError);
}

TEST_CASE("optimisers: bad options and parameters are refused") {
  Parameter w("w", Tensor({2})), twin("w", Tensor({2})), nameless("", Tensor({2}));
  CHECK_THROWS_WITH_AS(Sgd({&w}, {.momentum = 1}), "sgd: momentum 1 is not in [0, 1)", ValueError);
  CHECK_THROWS_AS(Sgd({&w}, {.weight_decay = -1}), ValueError);
  CHECK_THROWS_WITH_AS(Sgd({&w}, {.nesterov = true}), "sgd: nesterov needs a momentum > 0", ValueError);
  CHECK_THROWS_WITH_AS(Adam({&w}, {.beta1 = 1.5}), "adam: beta1 1.5 is not in [0, 1)", ValueError);
  CHECK_THROWS_AS(Adam({&w}, {.beta2 = -0.5}), ValueError);
  CHECK_THROWS_AS(Adam({&w}, {.epsilon = std::numeric_limits<double>::quiet_NaN()}), ValueError);
  CHECK_THROWS_WITH_AS(AdamW({&w}, {.weight_decay = -1}), "adamw: weight decay -1 is not in [0, inf)", ValueError);
  CHECK_THROWS_WITH_AS(Adam(std::vector<Parameter*>{}), "adam: no parameters", ValueError);
  CHECK_THROWS_WITH_AS(Adam({&w, nullptr}), "adam: parameter 1 is null", ValueError);
  CHECK_THROWS_WITH_AS(Adam({&w, &twin}), "adam: two parameters are named w", ValueError);
  CHECK_THROWS_WITH_AS(Adam({&nameless}), "adam: parameter 0 has no name", ValueError);

  Adam adam({&w});
  w.mutable_value() = Tensor({3});
  CHECK_THROWS_WITH_AS(adam.step(), "adam: parameter w had shape [2] and now [3]", ShapeError);
}

TEST_CASE("optimisers: options of rmsprop, adagrad and lion that are out of range are refused") {
  Parameter w("w", Tensor({2}));
  CHECK_THROWS_WITH_AS(RmsProp({&w}, {.alpha = 1}), "rmsprop: alpha 1 is not in [0, 1)", ValueError);
  CHECK_THROWS_WITH_AS(RmsProp({&w}, {.momentum = 1}), "rmsprop: momentum 1 is not in [0, 1)", ValueError);
  CHECK_THROWS_WITH_AS(RmsProp({&w}, {.epsilon = -1}), "rmsprop: epsilon -1 is not in [0, inf)", ValueError);
  CHECK_THROWS_WITH_AS(Adagrad({&w}, {.lr_decay = -1}), "adagrad: lr decay -1 is not in [0, inf)", ValueError);
  CHECK_THROWS_WITH_AS(Adagrad({&w}, {.initial_sum = -1}), "adagrad: initial sum -1 is not in [0, inf)", ValueError);
  CHECK_THROWS_WITH_AS(Lion({&w}, {.beta2 = 1}), "lion: beta2 1 is not in [0, 1)", ValueError);
  CHECK_THROWS_WITH_AS(Lion({&w}, {.weight_decay = -1}), "lion: weight decay -1 is not in [0, inf)", ValueError);
}

TEST_CASE("rmsprop: a constant gradient has no deviation, and rounding does not make it less than none") {
  Parameter w("w", Tensor({64}));
  RmsProp rmsprop({&w}, {.lr = 0.01, .alpha = 0.9, .epsilon = 0.1, .centered = true});
  Tensor gradient({64});
  for (std::int64_t i = 0; i < gradient.size(); ++i) gradient[i] = real(0.1) + real(0.37) * static_cast<real>(i);
  for (int step = 0; step < 400; ++step) {
    set_gradient(w, gradient);
    rmsprop.step();
    rmsprop.clear_gradients();
  }
  CHECK(w.value().finite());
}

TEST_CASE("optimisers: groups have a learning rate and a decay of their own") {
  const auto trained = [](const std::function<void(Optimizer&)>& set_groups, double lr, double decay) {
    Net net;
    AdamW adamw(net.parameters(), {.lr = lr, .weight_decay = decay});
    if (set_groups) set_groups(adamw);
    for (std::int64_t step = 0; step < 5; ++step) {
      net.draw_gradients(step);
      adamw.step();
    }
    return values(net);
  };
  const auto rest = trained({}, 0.01, 0.1), group = trained({}, 0.005, 0.3);
  const std::vector<Tensor> expected = {rest[0], group[1], group[2]};
  const GroupOptions options{.lr_factor = 0.5, .weight_decay = 0.3};
  CHECK(group[1] != rest[1]);
  CHECK(
      trained(
          [&](Optimizer& o) { CHECK(o.set_group([](const Parameter& p) { return p.name() != "big"; }, options) == 2); },
          0.01, 0.1) == expected);
  CHECK(trained([&](Optimizer& o) { CHECK(o.set_group(o.parameters().subspan(1), options) == 2); }, 0.01, 0.1) ==
        expected);
  CHECK(trained(
            [&](Optimizer& o) {
              CHECK(o.set_group("*", {.lr_factor = 7}) == 3);
              CHECK(o.set_group("b*g", {}) == 1);
              CHECK(o.set_group("*ma*l*", options) == 1);
              CHECK(o.set_group("one", options) == 1);
            },
            0.01, 0.1) == expected);
  // A group follows the optimiser's rate.
  const auto scheduled = trained(
      [&](Optimizer& o) {
        o.set_group("small", {.lr_factor = 0.5, .weight_decay = 0.3});
        o.set_learning_rate(0.01);
      },
      1, 0.1);
  CHECK(scheduled[0] == rest[0]);
  CHECK(scheduled[1] == group[1]);
}

TEST_CASE("optimisers: groups that fit nothing or have bad numbers are refused") {
  Net net;
  Adam adam(net.parameters());
  CHECK_THROWS_WITH_AS(adam.set_group("encoder.*", {}), "adam: no parameter's name fits encoder.*", ValueError);
  CHECK_THROWS_AS(adam.set_group("smal", {}), ValueError);
  CHECK_THROWS_AS(adam.set_group("s*x", {}), ValueError);
  CHECK_THROWS_WITH_AS(adam.set_group([](const Parameter&) { return false; }, {}), "adam: a group of no parameters",
                       ValueError);
  CHECK_THROWS_WITH_AS(adam.set_group("small", {.lr_factor = -1}), "adam: lr factor of a group -1 is not in [0, inf)",
                       ValueError);
  CHECK_THROWS_WITH_AS(adam.set_group("small", {.weight_decay = -1}),
                       "adam: weight decay of a group -1 is not in [0, inf)", ValueError);
  Counting counting({"a", "b", "c", "d", "e"}, net.parameters());
  CHECK_THROWS_WITH_AS(counting.set_group("small", {.weight_decay = 0.1}),
                       "counting: has no weight decay, so a group has none", ValueError);
}

TEST_CASE("adam: moments of a gradient that stays zero end at zero, never at denormal numbers") {
  Parameter w("w", Tensor(Shape{3}, {1, 2, 3}));
  Adam adam({&w});
  set_gradient(w, Tensor(Shape{3}, {1, -1e-3F, 1e-12F}));
  adam.step();
  for (int step = 0; step < 2000; ++step) {
    set_gradient(w, Tensor(Shape{3}));
    adam.step();
    if (step % 100 != 0) continue;
    Checkpoint state;
    adam.save(state);
    for (const char* name : {"optimizer.adam.m.w", "optimizer.adam.v.w"}) {
      const Tensor moments = state.tensor(name);
      for (const real moment : moments.values()) CHECK((moment == 0 || std::isnormal(moment)));
    }
  }
  Checkpoint state;
  adam.save(state);
  CHECK(state.tensor("optimizer.adam.m.w") == Tensor(Shape{3}));
}
