#include <cotape/apps/warcraft/model.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/reduce.h>

#include <doctest/doctest.h>

#include <algorithm>

#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

// A number for every cell, and every parameter gets a gradient.
Tensor cells_of(const CostNetSettings& settings) {
  Rng rng(1);
  CostNet net(settings, rng);
  Tape tape;
  const std::int64_t pixels = WarcraftMaps::cell_pixels * settings.size;
  const Var cells = net(tape.constant(normal_tensor(Shape{2, pixels, pixels, 3})));
  tape.backward(sum(cells));
  for (const Parameter* parameter : net.parameters()) {
    CAPTURE(parameter->name());
    CHECK(parameter->has_gradient());
  }
  return cells.value();
}

std::int64_t parameter_count(const CostNetSettings& settings) {
  Rng rng(1);
  CostNet net(settings, rng);
  std::int64_t count = 0;
  for (const Parameter* parameter : net.parameters()) count += parameter->value().size();
  return count;
}

}  // namespace

TEST_CASE("cost net: a cost for every cell, for any size") {
  for (const char* net : {"combresnet", "pure-conv"})
    for (const std::int64_t size : {5, 12, 18}) {
      CAPTURE(net);
      CHECK(cells_of({net, "softplus", size}).shape() == Shape{2, size, size});
    }
}

TEST_CASE("cost net: heads") {
  for (const char* net : {"combresnet", "pure-conv"}) {
    const Tensor soft = cells_of({net, "softplus", 6}), positive = cells_of({net, "abs", 6});
    CHECK(*std::min_element(soft.values().begin(), soft.values().end()) > 0);
    CHECK(*std::min_element(positive.values().begin(), positive.values().end()) >= 0);
    const Tensor logits = cells_of({net, "logits", 6});
    CHECK(*std::min_element(logits.values().begin(), logits.values().end()) < 0);
  }
}

TEST_CASE("cost net: as many weights as the published nets") {
  // 7·7·3·64, four times 3·3·64·64, five normalisations of two times 64.
  CHECK(parameter_count({"combresnet", "softplus", 12}) == 9408 + 4 * 36864 + 5 * 128);
  CHECK(parameter_count({"combresnet", "logits", 12}) == 9408 + 4 * 36864 + 5 * 128 + 65);
  CHECK(parameter_count({"pure-conv", "softplus", 12}) ==
        (4 * 4 * 3 + 1) * 32 + (2 * 2 * 32 + 1) * 32 + 2 * 2 * 32 + 1);
}

TEST_CASE("cost net: a checkpoint tells what it is of") {
  const CostNetSettings settings{"pure-conv", "abs", 18};
  Checkpoint checkpoint;
  settings.save(checkpoint);
  CHECK(CostNetSettings::load(checkpoint) == settings);
  CHECK_THROWS_WITH_AS(CostNetSettings::load(Checkpoint("other.safetensors")),
                       "other.safetensors: not a checkpoint of warcraft", FileError);
  const auto refused = [&](const CostNetSettings& wrong, const char* message) {
    Checkpoint bad("bad.safetensors");
    wrong.save(bad);
    CHECK_THROWS_WITH_AS(CostNetSettings::load(bad), message, FileError);
  };
  refused({.net = "res\x1bnet", .head = "abs", .size = 4}, "bad.safetensors: no net is named \"res\\x1bnet\"");
  refused({.net = "pure-conv", .head = "", .size = 4}, "bad.safetensors: no head is named \"\"");
  refused({.net = "pure-conv", .head = "abs", .size = 0}, "bad.safetensors: a net for maps of 0 cells, not 1 to 4096");

  Rng rng(1);
  CostNet net(settings, rng);
  const ChannelMoments moments{{1, 2, 3}, {4, 5, 6}};
  net.set_moments(moments);
  net.save(checkpoint);
  CostNet other(settings, rng);
  other.load(checkpoint);
  CHECK(other.moments() == moments);
  CHECK_THROWS_AS(CostNet({"mlp", "abs", 12}, rng), ValueError);
  CHECK_THROWS_AS(CostNet({"pure-conv", "relu", 12}, rng), ValueError);
}
