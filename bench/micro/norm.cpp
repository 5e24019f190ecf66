#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/ops/norm.h>

#include <memory>

namespace cotape::bench {
namespace {

// Bytes are those of one pass over x and y; the batch's moments need another pass over x.
void add(const std::string& name, const Shape& x, Activation activation, bool skip) {
  const Shape channels{x[-1]};
  const auto statistics = std::make_shared<ChannelStatistics>();
  const auto apply = [=](std::span<const Var> v) {
    const std::optional<Var> other = skip ? std::optional<Var>(v[3]) : std::nullopt;
    return batch_norm(v[0], v[1], v[2], *statistics, {.activation = activation}, other);
  };
  Operation operation{{x, channels, channels}, apply};
  std::vector<std::size_t> wanted{0, 1, 2};
  if (skip) {
    operation.inputs.push_back(x);
    wanted.push_back(3);
  }
  const double bytes = static_cast<double>(sizeof(real)) * static_cast<double>(x.size()) * (skip ? 3 : 2);
  add_forward("batch_norm/" + name + "/forward", operation, {.bytes = bytes});
  add_backward("batch_norm/" + name + "/backward", operation, wanted, {.bytes = bytes});
}

}  // namespace

void add_norm() {
  add("combresnet_12_conv1_relu", {70, 48, 48, 64}, Activation::relu, false);
  add("combresnet_12_block", {70, 24, 24, 64}, Activation::none, false);
  add("combresnet_12_block_skip_relu", {70, 24, 24, 64}, Activation::relu, true);
  add("combresnet_30_conv1_relu", {8, 120, 120, 64}, Activation::relu, false);
  add("combresnet_30_block_skip_relu", {8, 60, 60, 64}, Activation::relu, true);
}

}  // namespace cotape::bench
