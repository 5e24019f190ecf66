#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/sgd.h>

#include <benchmark/benchmark.h>

namespace cotape::bench {
namespace {

struct Net {
  const char* name;
  std::vector<Shape> parameters;
};

std::vector<Shape> dense(std::initializer_list<std::int64_t> units) {
  std::vector<Shape> shapes;
  for (auto unit = units.begin(); unit + 1 != units.end(); ++unit) {
    shapes.push_back({unit[1], unit[0]});
    shapes.push_back({unit[1]});
  }
  return shapes;
}

std::vector<Shape> combresnet() {
  std::vector<Shape> shapes{{7, 7, 3, 64}, {64}, {64}};
  for (int conv = 0; conv < 4; ++conv) shapes.insert(shapes.end(), {{3, 3, 64, 64}, {64}, {64}});
  return shapes;
}

// The parameters of the programs' nets.
std::vector<Net> nets() {
  return {{"dvae", dense({784, 512, 256, 400, 256, 512, 784})},
          {"combresnet", combresnet()},
          {"pure_conv", {{4, 4, 3, 32}, {32}, {2, 2, 32, 32}, {32}, {2, 2, 32, 1}, {1}}},
          {"globe", {{4, 4, 3, 20}, {20}, {4, 4, 20, 50}, {50}, {500, 150}, {500}, {3, 500}, {3}}}};
}

// `passes` are the tensors of a parameter's size that an update reads or writes.
template <class Method, class Options>
void add(const std::string& method, const Net& net, const Options& options, int passes) {
  const auto run = [=](benchmark::State& state) {
    std::vector<Parameter> parameters;
    std::vector<Parameter*> pointers;
    parameters.reserve(net.parameters.size());
    double numbers = 0;
    for (const Shape& shape : net.parameters) {
      Parameter& p = parameters.emplace_back("p" + std::to_string(parameters.size()), normal_tensor(shape));
      numbers += static_cast<double>(shape.size());
      pointers.push_back(&p);
    }
    Tape tape;
    for (Parameter& p : parameters) tape.backward(tape.parameter(p), normal_tensor(p.value().shape(), 2));
    Method optimizer(pointers, options);
    for ([[maybe_unused]] auto _ : state) optimizer.step();
    state.counters["parameters"] = numbers;
    count_work(state, {.bytes = passes * static_cast<double>(sizeof(real)) * numbers});
  };
  benchmark::RegisterBenchmark(("optimizer/" + method + "/" + net.name).c_str(), run)
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

}  // namespace

void add_optimizers() {
  // A rate of 0 keeps the numbers in their range over any number of steps; the arithmetic is the same.
  for (const Net& net : nets()) {
    add<Adam>("adam", net, AdamOptions{.lr = 0}, 7);
    add<Sgd>("sgd_momentum", net, SgdOptions{.lr = 0, .momentum = 0.9}, 5);
  }
}

}  // namespace cotape::bench
