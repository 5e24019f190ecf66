#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape::app {

// Trees whose nodes move: examples of a hidden spanning tree and of what is seen of it, the positions of its nodes.
struct LayoutSet {
  std::int64_t count = 0, nodes = 0, frames = 0;
  Tensor positions;                 // [count, frames, nodes, 2]
  std::vector<std::uint8_t> trees;  // [count, edges]: 1 for edges of the tree, {0, 1}, {0, 2}, …, {1, 2}, …

  std::int64_t edges() const { return nodes * (nodes - 1) / 2; }
  std::span<const std::uint8_t> tree(std::int64_t index) const;
  // The positions of examples [indices, frames, nodes, 2].
  void fill(std::span<const std::int64_t> indices, Tensor& out) const;
};

struct LayoutSets {
  LayoutSet train, validation, test;
};

struct LayoutSizes {
  std::int64_t train = 50000, validation = 10000, test = 10000;
  std::int64_t nodes = 10, frames = 10;
};

// As Paulus et al. 2020 made them ("Gradient estimation with stochastic softmax tricks", §8.1): the most valuable
// spanning tree for Gumbel weights of all edges; nodes at normal positions, then for every frame one spring_step. At
// last positions are scaled so that those of the training set are within [−1, 1]. Example i depends on (seed, set,
// nodes, frames, i) alone but for this scale.
LayoutSets generate_layouts(const LayoutSizes& sizes, std::uint64_t seed);

// The sets as their program writes them: data_train*.npy [count, frames, 2, nodes], edges_train*.npy [count, nodes,
// nodes], and the same of valid and test; with the same scale. Throws FileError where there is not one file of a kind,
// shapes do not fit, a number is not finite, or edges are no spanning tree.
LayoutSets read_layouts(const std::filesystem::path& folder);

}  // namespace cotape::app
