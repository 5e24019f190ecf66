#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Layers one after the other: each gets the value of the one before.
//
//   Sequential net;
//   net.emplace<Linear>("fc1", 784, 300, LinearOptions{.activation = Activation::relu}, rng);
//   net.emplace<Linear>("fc2", 300, 20, LinearOptions{}, rng);
//   net.append("squash", [](Var x) { return sigmoid(x); });
class Sequential final : public Layer {
 public:
  // Puts a layer at the end and owns it. Throws ValueError for a name that is empty, has a dot or is taken.
  template <class L>
  L& append(const std::string& name, std::unique_ptr<L> layer) {
    add(name, *layer);
    L& appended = *layer;
    layers_.push_back(std::move(layer));
    return appended;
  }
  // The same for a layer made here, from the arguments of its constructor.
  template <class L, class... Arguments>
  L& emplace(const std::string& name, Arguments&&... arguments) {
    return append(name, std::make_unique<L>(std::forward<Arguments>(arguments)...));
  }
  // The same for a function without parameters.
  void append(const std::string& name, std::function<Var(Var)> function) {
    emplace<Function>(name, std::move(function));
  }

  std::size_t size() const { return layers_.size(); }
  // The layer at a position < size().
  Layer& operator[](std::size_t i) { return *layers_[i]; }

 private:
  class Function final : public Layer {
   public:
    explicit Function(std::function<Var(Var)> function) : function_(std::move(function)) {}

   private:
    Var forward(Var x) override { return function_(std::move(x)); }
    std::function<Var(Var)> function_;
  };

  Var forward(Var x) override {
    for (const auto& layer : layers_) x = (*layer)(std::move(x));
    return x;
  }

  std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
