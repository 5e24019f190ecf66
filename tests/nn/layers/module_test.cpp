#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/layers/module.h>
#include <cotape/nn/optim/sgd.h>
#include <doctest/doctest.h>

using namespace cotape;

namespace {

// y = gain · x + shift, with a count of the calls as buffer.
struct Affine : Layer {
  explicit Affine(std::initializer_list<real> gains)
      : gain("", Tensor({static_cast<std::int64_t>(gains.size())}, gains)), shift("", Tensor({1})) {
    add("gain", gain);
    add("shift", shift);
    add_buffer("calls", calls);
  }
  Parameter gain, shift;
  Tensor calls = Tensor::scalar(0);

 private:
  Var forward(Var x) override {
    calls[0] += 1;
    return x * x.tape().parameter(gain) + x.tape().parameter(shift);
  }
};

struct Pair : Layer {
  Pair() {
    add("first", first);
    add("second", second);
    add("own", own);
  }
  Affine first{2, 3}, second{5};
  Parameter own{"", Tensor({1}, {7})};

 private:
  Var forward(Var x) override { return second(first(x)) * x.tape().parameter(own); }
};

struct Model : Module {
  Model() { add("encoder", encoder); }
  Pair encoder;
  using Module::add;
  using Module::add_buffer;
};

std::vector<std::string> names(const Module& module) {
  std::vector<std::string> result;
  for (const Parameter* parameter : module.parameters()) result.push_back(parameter->name());
  return result;
}

}  // namespace

TEST_CASE("module: full names in a stable order, own parameters first") {
  Model model;
  const std::vector<std::string> expected{"encoder.own", "encoder.first.gain", "encoder.first.shift",
                                          "encoder.second.gain", "encoder.second.shift"};
  CHECK(names(model) == expected);
  CHECK(names(model.encoder) == expected);
  CHECK(model.buffers().size() == 2);
  CHECK(model.buffers()[1] == std::pair<std::string, Tensor*>("encoder.second.calls", &model.encoder.second.calls));
  CHECK(model.encoder.second.path() == "encoder.second");
  CHECK(model.path() == "");

  // Names follow a module that gets its place later, and what is added to it after that.
  struct Outer : Module {
    using Module::add;
  } outer;
  outer.add("vae", model);
  CHECK(names(outer)[2] == "vae.encoder.first.shift");
  Parameter late("", Tensor({1}));
  model.add("late", late);
  CHECK(late.name() == "vae.late");
}

TEST_CASE("module: it is called like a function, and errors name its path") {
  Model model;
  Tape tape;
  const Var y = model.encoder(tape.constant(Tensor({2}, {1, 10})));
  CHECK(y.value() == Tensor({2}, {70, 1050}));
  tape.backward(sum(y));
  CHECK(model.encoder.own.gradient().item() == 160);
  CHECK(model.encoder.first.gain.gradient() == Tensor({2}, {35, 350}));
  CHECK(model.encoder.first.calls.item() == 1);
  CHECK_THROWS_WITH_AS(model.encoder(tape.constant(Tensor({3}))), doctest::Contains("in encoder.first"), ShapeError);
}

TEST_CASE("module: names that are bad or taken are refused") {
  Model model;
  Parameter p;
  Tensor t;
  CHECK_THROWS_WITH_AS(model.add("", p), "module: a name must not be empty or have a dot: \"\"", ValueError);
  CHECK_THROWS_WITH_AS(model.add("a.b", p), "module: a name must not be empty or have a dot: \"a.b\"", ValueError);
  CHECK_THROWS_WITH_AS(model.add_buffer("encoder", t), "module: the name encoder is taken", ValueError);
  CHECK_THROWS_WITH_AS(model.add("again", model.encoder), "module: again cannot be added, it is already encoder",
                       ValueError);
  CHECK(names(model).size() == 5);
}

namespace {

// Two names for one parameter: the second unit scales by what the first has learned.
struct Tied : Module {
  Tied() {
    tie("gain_of_first", inner.gain);
    add("inner", inner);
    add("head", head);
  }
  Affine inner{2};
  Parameter table{"", Tensor({1, 1}, {3})};
  Linear head{table, {.bias = false}};
  using Module::add;
  using Module::tie;
};

}  // namespace

TEST_CASE("module: a tied parameter has the name of its own place, and is there once") {
  Tied model;
  CHECK(names(model) == std::vector<std::string>{"inner.gain", "inner.shift", ""});
  model.add("table", model.table);
  CHECK(names(model) == std::vector<std::string>{"table", "inner.gain", "inner.shift"});
  CHECK(names(model.head) == std::vector<std::string>{"table"});
  CHECK(model.parameter_count() == 3);
  CHECK(&model.head.weight() == &model.table);
  struct Outer : Module {
    using Module::add;
  } outer;
  outer.add("net", model);
  CHECK(names(outer) == std::vector<std::string>{"net.table", "net.inner.gain", "net.inner.shift"});

  Checkpoint checkpoint;
  outer.save(checkpoint);
  CHECK(checkpoint.entries().size() == 4);  // with the buffer
  model.table.mutable_value()[0] = 0;
  outer.load(checkpoint);
  CHECK(model.table.value()[0] == 3);

  // Its gradient is the sum over both uses; frozen and updated once.
  Sgd sgd(outer.parameters(), {.lr = 1});
  Tape tape;
  const Var x = tape.constant(Tensor({1, 1}, {5}));
  tape.backward(sum(model.head(x) + matmul(x, tape.parameter(model.table))));
  CHECK(model.table.gradient()[0] == 10);
  sgd.step();
  CHECK(model.table.value()[0] == -7);
  outer.freeze();
  CHECK(outer.trainable_count() == 0);

  CHECK_THROWS_WITH_AS(model.tie("table", model.inner.gain), "module: the name net.table is taken", ValueError);
  CHECK_THROWS_WITH_AS(model.tie("gain_of_first", model.inner.gain), "module: the name net.gain_of_first is taken",
                       ValueError);
  Parameter vector("v", Tensor({3}));
  CHECK_THROWS_WITH_AS(Linear(vector, {}), "linear: the tied weight [3] is not [out, in]", ShapeError);
}

TEST_CASE("module: parameters are counted, frozen ones apart") {
  Model model;
  CHECK(model.parameter_count() == 6);  // 1 + (2 + 1) + (1 + 1)
  CHECK(model.trainable_count() == 6);
  model.encoder.first.freeze();
  CHECK(model.parameter_count() == 6);
  CHECK(model.trainable_count() == 3);
  CHECK(Model().encoder.first.parameter_count() == 3);
}

TEST_CASE("module: a deep copy is of its own from then on") {
  Model model, copy;
  model.encoder.second.calls[0] = 9;
  model.encoder.own.mutable_value()[0] = -1;
  model.encoder.first.freeze();
  copy.encoder.second.freeze();
  model.encoder.second.eval();
  const std::uint64_t version = copy.encoder.own.version();
  copy.copy_from(model);
  CHECK(copy.encoder.second.calls.item() == 9);
  CHECK(copy.encoder.own.value().item() == -1);
  CHECK(copy.encoder.own.version() > version);
  CHECK(copy.encoder.first.gain.frozen());
  CHECK_FALSE(copy.encoder.second.gain.frozen());
  CHECK_FALSE(copy.encoder.second.training());
  CHECK(copy.encoder.first.training());
  model.encoder.own.mutable_value()[0] = 4;
  CHECK(copy.encoder.own.value().item() == -1);
  CHECK(names(copy) == names(model));

  Affine one{1}, two{1, 2};
  CHECK_THROWS_WITH_AS(one.copy_from(two), "module cannot copy from another form: gain has shape [1] here, [2] there",
                       ValueError);
  CHECK_THROWS_WITH_AS(model.encoder.copy_from(one),
                       "module: encoder cannot copy from another form: parameter own here, gain there", ValueError);
  Model larger;
  Parameter late("", Tensor({1}));
  larger.add("late", late);
  CHECK_THROWS_WITH_AS(larger.copy_from(model), "module cannot copy from another form: parameter late here, none there",
                       ValueError);
}

TEST_CASE("module: training and evaluation reach inner modules") {
  Model model;
  CHECK(model.encoder.second.training());
  model.eval();
  CHECK_FALSE(model.training());
  CHECK_FALSE(model.encoder.second.training());
  model.train();
  CHECK(model.encoder.second.training());
}

TEST_CASE("module: freezing reaches all parameters, and only those of the module") {
  Model model;
  model.encoder.first.freeze();
  const auto frozen = [&] {
    std::vector<bool> result;
    for (const Parameter* parameter : model.parameters()) result.push_back(parameter->frozen());
    return result;
  };
  CHECK(frozen() == std::vector<bool>{false, true, true, false, false});
  Tape tape;
  tape.backward(sum(model.encoder(tape.constant(Tensor({2}, {1, 2})))));
  CHECK_FALSE(model.encoder.first.gain.has_gradient());
  CHECK(model.encoder.second.gain.has_gradient());
  model.freeze();
  CHECK(frozen() == std::vector<bool>(5, true));
  model.thaw();
  CHECK(frozen() == std::vector<bool>(5, false));
}

TEST_CASE("module: parameters and buffers are saved and loaded, all or none") {
  Model model;
  model.encoder.second.calls[0] = 9;
  model.encoder.own.mutable_value()[0] = -1;
  Checkpoint checkpoint("run");
  const std::uint64_t version = model.encoder.own.version();
  model.save(checkpoint);
  CHECK(model.encoder.own.version() == version);
  CHECK(checkpoint.entries().size() == 7);
  Model other;
  other.load(checkpoint);
  CHECK(other.encoder.second.calls.item() == 9);
  CHECK(other.encoder.own.value().item() == -1);

  checkpoint.put("model.encoder.second.gain", Tensor({3}));
  Model untouched;
  CHECK_THROWS_WITH_AS(untouched.load(checkpoint), "run: model.encoder.second.gain has shape [3], expected [1]",
                       FileError);
  CHECK(untouched.encoder.own.value().item() == 7);
  CHECK_THROWS_WITH_AS(untouched.load(Checkpoint("none")), "none: model.encoder.first.calls is missing", FileError);
}
