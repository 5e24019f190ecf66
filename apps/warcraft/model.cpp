#include <cotape/apps/warcraft/model.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/ops/pool.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/layers/residual.h>
#include <cotape/nn/layers/sequential.h>

#include <cmath>

namespace cotape::app {
namespace {

constexpr std::int64_t channels = 64;
constexpr std::int64_t max_size = 4096;  // cells along an edge that a checkpoint may ask for

bool is_net(std::string_view name) { return name == "combresnet" || name == "pure-conv"; }

bool is_head(std::string_view name) { return name == "softplus" || name == "abs" || name == "logits"; }

// [B, k, k, 1] → [B, k, k]
Var without_channel_axis(Var x) {
  const Shape& shape = x.shape();
  return reshape(x, {shape[0], shape[1], shape[2]});
}

class CombResnet final : public Layer {
 public:
  CombResnet(std::int64_t size, bool logits, Rng& rng)
      : size_(size),
        conv_(3, channels, 7, {.stride = 2, .padding = Padding::all(3), .bias = false}, rng),
        norm_(channels, {.activation = Activation::relu,
                         .max_pool = PoolSettings{.window = 3, .stride = 2, .padding = Padding::all(1)}}),
        block1_(channels, channels, 1, rng),
        block2_(channels, channels, 1, rng) {
    // As PyTorch begins a convolution, which is what the published net has in this place: uniform in ±1/√(inputs).
    const real bound = 1 / std::sqrt(static_cast<real>(3 * 7 * 7));
    init::uniform(conv_.weight().mutable_value(), -bound, bound, rng);
    add("conv", conv_);
    add("norm", norm_);
    add("block1", block1_);
    add("block2", block2_);
    if (logits) add("readout", readout_.emplace(channels, 1, 1, Conv2dOptions{}, rng));
  }

 private:
  Var forward(Var maps) override {
    const Var cells = adaptive_max_pool2d(block2_(block1_(norm_(conv_(maps)))), size_, size_);
    return readout_ ? without_channel_axis((*readout_)(cells)) : mean(cells, 3);
  }

  std::int64_t size_;
  Conv2d conv_;
  BatchNorm norm_;
  BasicBlock block1_, block2_;
  std::optional<Conv2d> readout_;
};

std::unique_ptr<Layer> make_pure_conv(Rng& rng) {
  const auto same = [](std::int64_t kernel, Activation activation, std::int64_t max_pool = 1) {
    return Conv2dOptions{.padding = Padding::same(kernel), .activation = activation, .max_pool = max_pool};
  };
  auto net = std::make_unique<Sequential>();
  net->emplace<Conv2d>("conv1", 3, 32, 4, same(4, Activation::relu, 4), rng);
  net->emplace<Conv2d>("conv2", 32, 32, 2, same(2, Activation::relu), rng);
  net->append("pool2", [](Var x) { return average_pool2d(x, {.window = 2, .stride = 2}); });
  net->emplace<Conv2d>("conv3", 32, 1, 2, same(2, Activation::none), rng);
  net->append("cells", without_channel_axis);
  return net;
}

std::unique_ptr<Layer> make_body(const CostNetSettings& settings, Rng& rng) {
  if (settings.net == "combresnet") return std::make_unique<CombResnet>(settings.size, settings.head == "logits", rng);
  if (settings.net == "pure-conv") return make_pure_conv(rng);
  fail<ValueError>("no net \"", settings.net, "\"");
}

}  // namespace

void CostNetSettings::save(Checkpoint& checkpoint) const {
  checkpoint.put_text("app", "warcraft");
  checkpoint.put_text("net", net);
  checkpoint.put_text("head", head);
  checkpoint.put_integer("size", size);
}

CostNetSettings CostNetSettings::load(const Checkpoint& checkpoint) {
  const auto app = checkpoint.texts().find("app");
  if (app == checkpoint.texts().end() || app->second != "warcraft")
    fail<FileError>(checkpoint.source(), ": not a checkpoint of warcraft");
  const CostNetSettings settings{
      .net = checkpoint.text("net"), .head = checkpoint.text("head"), .size = checkpoint.count("size")};
  const auto refuse = [&](const char* what, const std::string& name) {
    fail<FileError>(checkpoint.source(), ": no ", what, " is named \"", shown(name), "\"");
  };
  if (!is_net(settings.net)) refuse("net", settings.net);
  if (!is_head(settings.head)) refuse("head", settings.head);
  if (settings.size < 1 || settings.size > max_size)
    fail<FileError>(checkpoint.source(), ": a net for maps of ", settings.size, " cells, not 1 to ", max_size);
  return settings;
}

CostNet::CostNet(const CostNetSettings& settings, Rng& rng) : settings_(settings), body_(make_body(settings, rng)) {
  if (settings.size < 1) fail<ValueError>("a net for ", settings.size, " cells");
  if (!is_head(settings.head)) fail<ValueError>("no head \"", settings.head, "\"");
  add("body", *body_);
  add_buffer("mean", mean_);
  add_buffer("deviation", deviation_);
}

Var CostNet::operator()(Var maps) {
  const Var cells = (*body_)(maps);
  if (settings_.head == "logits") return cells.named("logits");
  return (settings_.head == "softplus" ? softplus(cells) : abs(cells)).named("costs");
}

ChannelMoments CostNet::moments() const {
  ChannelMoments moments;
  std::copy_n(mean_.data(), 3, moments.mean.begin());
  std::copy_n(deviation_.data(), 3, moments.deviation.begin());
  return moments;
}

void CostNet::set_moments(const ChannelMoments& moments) {
  std::copy_n(moments.mean.begin(), 3, mean_.data());
  std::copy_n(moments.deviation.begin(), 3, deviation_.data());
}

}  // namespace cotape::app
