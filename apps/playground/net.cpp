#include <cotape/apps/playground/net.h>
#include <cotape/apps/playground/problem.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/loss.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/layers/sequential.h>
#include <cotape/nn/optim/adam.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cotape::app {
namespace {

constexpr std::int64_t most_points = 500, most_layers = 4, most_units = 32, classes = 3, side = 40;

struct Points {
  Tensor places;  // [points, 2]
  std::vector<std::int64_t> labels;
};

Points read_points(const Fields& request) {
  const std::vector<double> numbers = request.numbers_up_to("points", 3 * most_points, -2, 2);
  if (numbers.empty() || numbers.size() % 3 != 0)
    fail<ValueError>(request.place_of("points"), " holds x, y and class of each point, and at least one point");
  const auto count = static_cast<std::int64_t>(numbers.size() / 3);
  Points points{Tensor(Shape{count, 2}), {}};
  for (std::size_t i = 0; i < numbers.size(); i += 3) {
    const auto label = static_cast<std::int64_t>(numbers[i + 2]);
    if (label < 0 || label >= classes || static_cast<double>(label) != numbers[i + 2])
      fail<ValueError>(request.place_of("points"), "[", i + 2, "] = ", numbers[i + 2], " is no class");
    points.places[static_cast<std::int64_t>(i / 3 * 2)] = static_cast<real>(numbers[i]);
    points.places[static_cast<std::int64_t>(i / 3 * 2 + 1)] = static_cast<real>(numbers[i + 1]);
    points.labels.push_back(label);
  }
  return points;
}

// The net, whose layers can be looked at one by one: a linear one, and, of a net of tanh, another that squashes.
struct Net {
  struct Part {
    std::string name;
    std::size_t first, last;  // of the layers in `all`; what is learned is in the first
  };
  std::vector<Part> parts;
  Sequential all;
  bool relu = true;

  explicit Net(const Fields& request) {
    const std::vector<double> hidden = request.numbers_up_to("hidden", most_layers, 1, most_units);
    constexpr std::array<std::string_view, 2> kinds = {"relu", "tanh"};
    relu = request.word_or("activation", kinds, "relu") == "relu";
    Rng rng(static_cast<std::uint64_t>(request.whole_or("seed", 0, 1'000'000'000, 1)));
    std::int64_t in = 2;
    for (const double width : hidden) {
      const std::string number = std::to_string(parts.size() + 1);
      const std::size_t first = all.size();
      const auto units = static_cast<std::int64_t>(width);
      all.emplace<Linear>("hidden" + number, in, units,
                          LinearOptions{.activation = relu ? Activation::relu : Activation::none}, rng);
      if (!relu) all.append("tanh" + number, [](Var x) { return tanh(x); });
      parts.push_back({"hidden" + number, first, all.size() - 1});
      in = units;
    }
    parts.push_back({"out", all.size(), all.size()});
    all.emplace<Linear>("out", in, classes, LinearOptions{}, rng);
    if (request.has("weights")) load(request);
  }

  void load(const Fields& request) {
    std::int64_t size = 0, at = 0;
    for (const Parameter* p : all.parameters()) size += p->value().size();
    const std::vector<double> weights = request.numbers("weights", size, -Limits::size, Limits::size);
    for (Parameter* p : all.parameters())
      for (real& w : p->mutable_value().values()) w = static_cast<real>(weights[static_cast<std::size_t>(at++)]);
  }

  std::vector<double> weights() {
    std::vector<double> weights;
    for (const Parameter* p : all.parameters())
      for (const real w : p->value().values()) weights.push_back(static_cast<double>(w));
    return weights;
  }

  Var loss(Var places, const std::vector<std::int64_t>& labels) { return cross_entropy(all(places), labels); }
};

double share_right(const Tensor& logits, const std::vector<std::int64_t>& labels) {
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = logits.values().subspan(i * classes, classes);
    right += std::max_element(row.begin(), row.end()) - row.begin() == labels[i];
  }
  return right / static_cast<double>(labels.size());
}

// How many units of a layer are not above 0 for any point.
std::int64_t dead_units(const Tensor& values) {
  const std::int64_t units = values.shape()[1];
  std::int64_t dead = 0;
  for (std::int64_t u = 0; u < units; ++u) {
    bool alive = false;
    for (std::int64_t i = u; i < values.size(); i += units) alive = alive || values[i] > 0;
    dead += !alive;
  }
  return dead;
}

Json surface_of(Net& net) {
  Tensor places(Shape{side * side, 2});
  for (std::int64_t i = 0; i < side * side; ++i) {
    places[2 * i] = static_cast<real>((2.0 * static_cast<double>(i % side) + 1) / side - 1);
    places[2 * i + 1] = static_cast<real>(1 - (2.0 * static_cast<double>(i / side) + 1) / side);
  }
  Tape tape{Gradients::off};
  const Tensor likely = softmax(net.all(tape.view(places))).value();
  Json surface = Json::array();
  for (std::int64_t i = 0; i < side * side; ++i) {
    const auto row = likely.values().subspan(static_cast<std::size_t>(i * classes), classes);
    const auto best = std::max_element(row.begin(), row.end());
    surface.push_back(std::round(100 * (static_cast<double>(best - row.begin()) + std::min(0.99, double(*best)))) /
                      100);
  }
  return surface;
}

// What every layer's gradient is like, and which of its units are dead.
Json layers_of(Net& net, const Points& points) {
  Json layers = Json::array();
  Tape tape{Gradients::off};
  Var x = tape.view(points.places);
  for (const Net::Part& part : net.parts) {
    for (std::size_t i = part.first; i <= part.last; ++i) x = net.all[i](x);
    double squares = 0;
    for (const Parameter* p : net.all[part.first].parameters()) {
      const double norm = p->has_gradient() ? statistics(p->gradient()).norm : 0;
      squares += norm * norm;
    }
    const bool can_die = net.relu && part.name != "out";
    layers.push_back({{"name", part.name},
                      {"units", x.shape()[1]},
                      {"gradient", number_json(std::sqrt(squares))},
                      {"dead", can_die ? dead_units(x.value()) : 0}});
  }
  return layers;
}

}  // namespace

Json train_net(const Fields& request) {
  const Points points = read_points(request);
  Net net(request);
  const std::int64_t steps = request.whole_or("steps", 0, Limits::steps, 0);
  Adam adam(net.all.parameters(), {.lr = request.number_or("rate", 1e-6, 10, 0.03)});
  std::vector<double> losses;
  Tape tape;
  for (std::int64_t step = 0; step <= steps; ++step) {  // the last one gives the loss and gradient that are shown
    tape.clear();
    adam.clear_gradients();
    const Var loss = net.loss(tape.view(points.places), points.labels);
    tape.backward(loss);
    losses.push_back(loss.value().item());
    if (step < steps) adam.step();
  }
  Tape looking{Gradients::off};
  const double right = share_right(net.all(looking.view(points.places)).value(), points.labels);
  return {{"weights", numbers_json(net.weights())},
          {"loss", numbers_json(losses)},
          {"right", number_json(right)},
          {"side", side},
          {"surface", surface_of(net)},
          {"layers", layers_of(net, points)}};
}

std::string net_page(const Fields& request) {
  const Points points = read_points(request);
  Net net(request);
  Tape tape;
  Inspector inspector(tape);
  tape.backward(net.loss(tape.view(points.places).named("points"), points.labels).named("loss"));
  Inspection page = inspector.inspection();
  page.title = "One step of the net";
  return to_html(page);
}

}  // namespace cotape::app
