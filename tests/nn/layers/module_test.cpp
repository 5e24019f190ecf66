#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/module.h>
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
