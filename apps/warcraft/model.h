#pragma once
#include <memory>
#include <string>

#include <cotape/data/sets/warcraft.h>
#include <cotape/nn/layers/module.h>

namespace cotape::app {

// What a net is made from; a checkpoint keeps it.
struct CostNetSettings {
  std::string net;         // combresnet, pure-conv
  std::string head;        // softplus, abs: costs that are not negative; logits: any number
  std::int64_t size = 12;  // cells along the edge of a map, k

  // The texts and the size in a checkpoint. Reading throws FileError, naming the file, for a checkpoint of another
  // program, unknown names and sizes that no net of this program has.
  void save(Checkpoint& checkpoint) const;
  static CostNetSettings load(const Checkpoint& checkpoint);
  bool operator==(const CostNetSettings&) const = default;
};

// A convolutional net that gives every cell of a map its cost: maps [B, 8k, 8k, 3] to [B, k, k]. Two bodies:
//   combresnet  ResNet-18 (He et al. 2016) up to its first stage, 64 channels, pooled to k × k by their maximum; the
//               cost is their mean (Vlastelica et al. 2020). With logits, which may be negative where the mean of
//               rectified channels cannot, a 1×1 convolution instead of the mean.
//   pure-conv   three small convolutions (Berthet et al. 2020, released code)
class CostNet : public Module {
 public:
  // Throws ValueError for names that are unknown and sizes < 1.
  CostNet(const CostNetSettings& settings, Rng& rng);

  const CostNetSettings& settings() const { return settings_; }
  // Costs, or logits, of maps whose colours moments() has normalised.
  Var operator()(Var maps);

  // Colours of the training maps, kept with the weights so that a prediction needs nothing else.
  ChannelMoments moments() const;
  void set_moments(const ChannelMoments& moments);

 private:
  CostNetSettings settings_;
  std::unique_ptr<Layer> body_;
  Tensor mean_{Shape{3}, 0};
  Tensor deviation_{Shape{3}, 1};
};

}  // namespace cotape::app
