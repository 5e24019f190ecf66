#include <cotape/apps/latent_trees/layouts.h>
#include <cotape/apps/latent_trees/spring.h>
#include <cotape/data/formats/npy.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/text.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/solvers/kit/disjoint_sets.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/trees/spanning_tree.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { train_set, validation_set, test_set };
enum ExampleStream : std::uint64_t { tree_weights, first_positions };

LayoutSet generate(std::int64_t count, const LayoutSizes& sizes, const Rng& rng) {
  LayoutSet set{count, sizes.nodes, sizes.frames, Tensor(Shape{count, sizes.frames, sizes.nodes, 2}), {}};
  const std::int64_t edges = set.edges(), coordinates = 2 * sizes.nodes;
  set.trees.resize(static_cast<std::size_t>(count * edges));
  const SpanningTree solver(SparseGraph::complete(sizes.nodes), {Sense::maximise});
  const Noise gumbel = Gumbel{};
  parallel_for(count, 64, [&](std::int64_t begin, std::int64_t end) {
    Tensor weights(Shape{edges}), tree(Shape{edges}), start(Shape{coordinates});
    std::vector<double> positions(static_cast<std::size_t>(coordinates));
    for (std::int64_t i = begin; i < end; ++i) {
      const Rng own = rng.split(static_cast<std::uint64_t>(i));
      Rng of_tree = own.split(tree_weights), of_positions = own.split(first_positions);
      without_threads([&] {
        gumbel.sample(weights, of_tree);
        of_positions.normal(start);
      });
      solver.solve(weights.values(), tree.values());
      const std::span labels(set.trees.data() + i * edges, static_cast<std::size_t>(edges));
      std::transform(tree.data(), tree.data() + edges, labels.begin(),
                     [](real y) { return static_cast<std::uint8_t>(y); });
      std::copy_n(start.data(), coordinates, positions.begin());
      for (std::int64_t t = 0; t < sizes.frames; ++t) {
        spring_step(labels, positions);
        std::transform(positions.begin(), positions.end(), set.positions.data() + (i * sizes.frames + t) * coordinates,
                       [](double p) { return static_cast<real>(p); });
      }
    }
  });
  return set;
}

// Every set as the range of the training set asks for it.
void scale(LayoutSets& sets) {
  const auto [low, high] =
      std::minmax_element(sets.train.positions.values().begin(), sets.train.positions.values().end());
  const real middle = (*low + *high) / 2, half = *high > *low ? (*high - *low) / 2 : 1;
  for (LayoutSet* set : {&sets.train, &sets.validation, &sets.test})
    map(
        set->positions, [=](real p) { return (p - middle) / half; }, set->positions);
}

// The one file of the folder whose name begins and ends so.
std::filesystem::path only_file(const std::filesystem::path& folder, const std::string& prefix) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with(prefix) && entry.path().extension() == ".npy")
      found.push_back(entry.path());
  if (error) fail<FileError>(shown_path(folder), " is not a folder that can be read");
  if (found.size() != 1)
    fail<FileError>(shown_path(folder), ": ", found.size(), " files ", prefix, "*.npy; there must be one");
  return found.front();
}

LayoutSet read_set(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path data = only_file(folder, "data_" + name), edges = only_file(folder, "edges_" + name);
  const Tensor positions = read_npy_tensor(data), matrices = read_npy_tensor(edges);
  const Shape &shape = positions.shape(), &of_edges = matrices.shape();
  if (shape.rank() != 4 || shape[0] < 1 || shape[1] < 2 || shape[2] != 2 || shape[3] < 2)
    fail<FileError>(shown_path(data), ": ", shape, " is not [count, frames, 2, nodes]");
  const std::int64_t count = shape[0], frames = shape[1], nodes = shape[3];
  if (of_edges != Shape{count, nodes, nodes})
    fail<FileError>(shown_path(edges), ": ", of_edges, " beside positions ", shape, ": it must be ",
                    Shape{count, nodes, nodes});
  if (!positions.finite()) fail<FileError>(shown_path(data), ": a number is not finite");
  LayoutSet set{count, nodes, frames, Tensor(Shape{count, frames, nodes, 2}), {}};
  for (std::int64_t f = 0; f < count * frames; ++f)
    for (std::int64_t i = 0; i < nodes; ++i)
      for (std::int64_t axis = 0; axis < 2; ++axis)
        set.positions[(f * nodes + i) * 2 + axis] = positions[(f * 2 + axis) * nodes + i];
  for (std::int64_t example = 0; example < count; ++example) {
    const real* const matrix = matrices.data() + example * nodes * nodes;
    DisjointSets parts;
    parts.assign(nodes);
    std::int64_t joined = 0, ones = 0;
    bool valid = true;
    for (std::int64_t i = 0; i < nodes; ++i)
      for (std::int64_t j = i; j < nodes; ++j) {
        const real entry = matrix[i * nodes + j];
        valid = valid && entry == matrix[j * nodes + i] && (entry == 0 || (entry == 1 && i != j));
        if (i == j) continue;
        set.trees.push_back(entry == 1 ? 1 : 0);
        ones += entry == 1;
        joined += entry == 1 && parts.join(static_cast<std::int32_t>(i), static_cast<std::int32_t>(j));
      }
    if (!valid || ones != nodes - 1 || joined != nodes - 1)
      fail<FileError>(shown_path(edges), ": example ", example,
                      " is not the symmetric matrix, of 0 and 1, of a spanning tree of ", nodes, " nodes");
  }
  return set;
}

}  // namespace

std::span<const std::uint8_t> LayoutSet::tree(std::int64_t index) const {
  return {trees.data() + index * edges(), static_cast<std::size_t>(edges())};
}

void LayoutSet::fill(std::span<const std::int64_t> indices, Tensor& out) const {
  const std::int64_t size = frames * nodes * 2;
  real* to = out.data();
  for (const std::int64_t index : indices) to = std::copy_n(positions.data() + index * size, size, to);
}

LayoutSets generate_layouts(const LayoutSizes& sizes, std::uint64_t seed) {
  const Rng rng(seed);
  LayoutSets sets{generate(sizes.train, sizes, rng.split(train_set)),
                  generate(sizes.validation, sizes, rng.split(validation_set)),
                  generate(sizes.test, sizes, rng.split(test_set))};
  scale(sets);
  return sets;
}

LayoutSets read_layouts(const std::filesystem::path& folder) {
  LayoutSets sets{read_set(folder, "train"), read_set(folder, "valid"), read_set(folder, "test")};
  for (const LayoutSet* set : {&sets.validation, &sets.test})
    if (set->nodes != sets.train.nodes || set->frames != sets.train.frames)
      fail<FileError>(shown_path(folder), ": the sets do not have the same number of nodes and frames");
  scale(sets);
  return sets;
}

}  // namespace cotape::app
