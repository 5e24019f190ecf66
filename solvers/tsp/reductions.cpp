#include <cotape/solvers/tsp/reductions.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

void Reductions::resize(int n) {
  n_ = n;
  for (LaneMatrix* matrix : {&reduced_, &longest_, &replacement_}) matrix->assign(n, 0);
  for (auto* list : {&next_, &tail_}) list->assign(static_cast<std::size_t>(n), 0);
  loss_.assign(static_cast<std::size_t>(n), 0);
}

void Reductions::weigh(const Decisions& decisions, const double* potentials) {
  for (int i = 0; i < n_; ++i) {
    const double* weights = decisions.weights().row(i);
    double* out = reduced_.row(i);
    const double potential = potentials[i];
    for (int j = 0; j < reduced_.stride(); j += lanes)
      lanes_at(out + j) = lanes_at(weights + j) + potential + lanes_at(potentials + j);
  }
}

// When the tree must take in an edge, the longest edge on the path between its ends can go in return; for an edge at
// the root, the longer one of the root's two. Fills longest_, city by city from the top of the tree.
void Reductions::find_superfluous(const OneTree& tree, const Decisions& decisions, double gap) {
  const auto& order = tree.order();
  for (std::size_t k = 0; k < order.size(); ++k) {
    const int city = order[k];
    double* longest = longest_.row(city);
    const double* reduced = reduced_.row(city);
    if (k > 0) {
      const int up = tree.parent(city);
      const double edge = reduced[up];
      const double* above = longest_.row(up);
      for (int j = 0; j < longest_.stride(); j += lanes) {
        const DoubleLanes path = lanes_at(above + j);
        lanes_at(longest + j) = path > edge ? path : DoubleLanes{} + edge;
      }
      for (std::size_t l = 0; l < k; ++l) {
        const int other = order[l];
        longest_(other, city) = longest[other];
        if (other != up && reduced[other] - longest[other] >= gap && decisions.open(city, other))
          superfluous_.emplace_back(city, other);
      }
    }
    longest[city] = -infinity;
  }
  const double* reduced = reduced_.row(OneTree::root);
  const double longer = reduced[tree.root_end(1)];
  for (int j = 0; j < n_; ++j)
    if (j != tree.root_end(0) && j != tree.root_end(1) && reduced[j] - longer >= gap &&
        decisions.open(OneTree::root, j))
      superfluous_.emplace_back(OneTree::root, j);
}

double Reductions::growth(const OneTree& tree, int i, int j) const {
  const bool at_root = i == OneTree::root || j == OneTree::root;
  const double leaving = at_root ? reduced_(OneTree::root, tree.root_end(1)) : longest_(i, j);
  return std::max(0.0, reduced_(i, j) - leaving);
}

// When an edge of the tree must go, the cheapest other edge between the two parts that it joined takes its place. Goes
// through the tree from the bottom and merges the edges out of each subtree into those of its parent.
void Reductions::find_losses(const OneTree& tree) {
  const auto& order = tree.order();
  for (const int city : order) {
    const auto c = static_cast<std::size_t>(city);
    tail_[c] = city;
    next_[c] = -1;
    std::copy_n(reduced_.row(city), reduced_.stride(), replacement_.row(city));
    replacement_(city, OneTree::root) = infinity;
    if (city != order[0]) replacement_(city, tree.parent(city)) = infinity;  // the edge that goes
  }
  for (std::size_t k = order.size() - 1; k > 0; --k) {
    const int city = order[k], up = tree.parent(city);
    const auto c = static_cast<std::size_t>(city), u = static_cast<std::size_t>(up);
    double* out = replacement_.row(city);
    double* above = replacement_.row(up);
    for (int inside = city; inside >= 0; inside = next_[static_cast<std::size_t>(inside)]) out[inside] = infinity;
    DoubleLanes least = DoubleLanes{} + infinity;
    for (int j = 0; j < replacement_.stride(); j += lanes) {
      const DoubleLanes value = lanes_at(out + j);
      least = value < least ? value : least;
      DoubleLanes& merged = lanes_at(above + j);
      merged = value < merged ? value : merged;
    }
    double replacement = infinity;
    for (int lane = 0; lane < lanes; ++lane) replacement = std::min(replacement, least[lane]);
    loss_[c] = replacement - reduced_(city, up);
    next_[static_cast<std::size_t>(tail_[u])] = city;
    tail_[u] = tail_[c];
  }

  double third = infinity;
  const double* reduced = reduced_.row(OneTree::root);
  for (int j = 0; j < n_; ++j)
    if (j != tree.root_end(0) && j != tree.root_end(1)) third = std::min(third, reduced[j]);
  for (const int which : {0, 1}) root_loss_[which] = third - reduced[tree.root_end(which)];
}

bool Reductions::run(const OneTree& tree, const double* potentials, double bound, double cutoff, Decisions& decisions) {
  superfluous_.clear();
  needed_.clear();
  decided_ = 0;
  weigh(decisions, potentials);
  const double gap = cutoff - bound;
  find_superfluous(tree, decisions, gap);
  find_losses(tree);
  for (std::size_t k = 1; k < tree.order().size(); ++k) {
    const int city = tree.order()[k], up = tree.parent(city);
    if (loss(city) >= gap && decisions.open(city, up)) needed_.emplace_back(city, up);
  }
  for (const int which : {0, 1})
    if (root_loss_[which] >= gap && decisions.open(OneTree::root, tree.root_end(which)))
      needed_.emplace_back(OneTree::root, tree.root_end(which));

  const std::size_t before = decisions.mark();
  for (const auto& [i, j] : superfluous_)
    if (!decisions.leave_out(i, j)) return false;
  for (const auto& [i, j] : needed_)
    if (!decisions.use(i, j)) return false;
  decided_ = static_cast<int>(decisions.mark() - before);
  return true;
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
