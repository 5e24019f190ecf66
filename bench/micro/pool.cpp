#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/ops/pool.h>

namespace cotape::bench {
namespace {

double bytes(const Shape& x, const Shape& y) {
  return static_cast<double>(sizeof(real)) * static_cast<double>(x.size() + y.size());
}

void add(const std::string& name, const Shape& x, const Shape& y, std::function<Var(Var)> pool) {
  const Operation operation{{x}, [pool](std::span<const Var> v) { return pool(v[0]); }};
  add_forward("pool/" + name + "/forward", operation, {.bytes = bytes(x, y)});
  add_backward("pool/" + name + "/backward", operation, {0}, {.bytes = bytes(x, y)});
}

}  // namespace

void add_pool() {
  add("combresnet_12_max3", {70, 48, 48, 64}, {70, 24, 24, 64},
      [](Var x) { return max_pool2d(x, {.window = 3, .stride = 2, .padding = Padding::all(1)}); });
  add("combresnet_12_adaptive", {70, 24, 24, 64}, {70, 12, 12, 64},
      [](Var x) { return adaptive_max_pool2d(x, 12, 12); });
  add("pure_conv_max4", {70, 96, 96, 32}, {70, 24, 24, 32},
      [](Var x) { return max_pool2d(x, {.window = 4, .stride = 4}); });
  add("pure_conv_average2", {70, 24, 24, 32}, {70, 12, 12, 32}, [](Var x) { return average_pool2d(x); });
  add("globe_max2", {1000, 9, 19, 20}, {1000, 4, 9, 20}, [](Var x) { return max_pool2d(x); });
}

}  // namespace cotape::bench
