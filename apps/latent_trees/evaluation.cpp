#include <cotape/apps/latent_trees/evaluation.h>
#include <cotape/solvers/trees/spanning_tree.h>

#include <cmath>
#include <numeric>

namespace cotape::app {
namespace {

// So many that a batch has about 200,000 ordered pairs of nodes in all its frames.
std::int64_t examples_per_batch(const LayoutSet& set) {
  return std::clamp<std::int64_t>(100'000 / (set.edges() * set.frames), 1, 1000);
}

}  // namespace

TreeFinder::TreeFinder(std::int64_t nodes) : oracle_(SpanningTree(SparseGraph::complete(nodes), {Sense::maximise})) {}

const Tensor& TreeFinder::operator()(const Tensor& scores) {
  if (trees_.shape() != scores.shape()) trees_ = Tensor(scores.shape());
  oracle_.argmax(scores, trees_);
  return trees_;
}

void TreeScore::add(const Tensor& found, const Tensor& drawn, const LayoutSet& set,
                    std::span<const std::int64_t> indices) {
  nodes = set.nodes;
  const std::int64_t edges = set.edges();
  for (std::size_t b = 0; b < indices.size(); ++b) {
    const std::span<const std::uint8_t> truth = set.tree(indices[b]);
    const auto right_of = [&](const Tensor& trees) {
      const real* const tree = trees.data() + static_cast<std::int64_t>(b) * edges;
      return static_cast<double>(
          std::inner_product(truth.begin(), truth.end(), tree, std::int64_t{0}, std::plus<>(),
                             [](std::uint8_t edge, real y) { return std::int64_t{edge != 0 && y == 1}; }));
    };
    const double own = right_of(found);
    ++examples;
    right += own;
    exact += own == static_cast<double>(nodes - 1) ? 1 : 0;
    right_drawn += right_of(drawn);
  }
}

EdgeShares TreeScore::as_published() const {
  const auto tree = static_cast<double>(nodes - 1), others = static_cast<double>(nodes * (nodes - 1) / 2) - tree;
  const double share = right_drawn / (examples * tree);
  const EdgeShares of_tree{share, share}, of_others{(1 - share) * tree / others, 1 - share};
  return of_tree.precision >= of_others.precision ? of_tree : of_others;
}

double TreeScore::score_deviation() const {
  return std::sqrt(std::max(0.0, score_squares / score_count() - mean_score() * mean_score()));
}

TreeScore evaluate(LatentTrees& model, const LayoutSet& set, TreeFinder& finder, Rng rng, Tape& tape) {
  TreeScore score;
  std::vector<std::int64_t> indices;
  const std::int64_t at_once = examples_per_batch(set);
  model.eval();
  for (std::int64_t begin = 0; begin < set.count; begin += at_once) {
    const std::int64_t batch = std::min(at_once, set.count - begin);
    indices.resize(static_cast<std::size_t>(batch));
    std::iota(indices.begin(), indices.end(), begin);
    tape.clear();
    const Var positions =
        tape.constant(Shape{batch, set.frames, set.nodes, 2}, [&](Tensor& out) { set.fill(indices, out); });
    const Var scores = model.encode(positions);
    const Var drawn = model.sampler().evaluate(scores, rng);
    const LatentTrees::Losses losses = model.evaluate_on(positions, scores, drawn);
    score.nll += static_cast<double>(batch) * static_cast<double>(losses.nll.value().item());
    score.kl += static_cast<double>(batch) * static_cast<double>(losses.kl.value().item());
    score.add(finder(scores.value()), drawn.value(), set, indices);
    for (const real u : scores.value().values()) {
      score.scores += static_cast<double>(u);
      score.score_squares += static_cast<double>(u) * static_cast<double>(u);
    }
  }
  model.train();
  return score;
}

}  // namespace cotape::app
