#include <cotape/solvers/tsp/branch_and_bound.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
namespace {

constexpr int max_ascents_per_node = 3;      // each after edges were decided
constexpr double min_odd = 0.5;              // of the gap that find_odd_cut()'s edge must close to be branched on
constexpr std::size_t max_probes = 8;        // edges whose two branches are tried with a short ascent
constexpr std::size_t fruitless_probes = 4;  // in a row, after which no more are made
constexpr double min_gain = 1e-3;            // of the gap: counted for a branch that raises its bound by less
constexpr Ascent::Pace usual = {15, 1, 0.4, 5}, brief = {10, 1, 0.4, 5};  // of ascents after the first branching

}  // namespace

bool BranchAndBound::solve(const EdgeCosts& costs, const Limits& limits, Tour& tour) {
  n_ = costs.n();
  nodes_ = 0;
  stopped_ = false;
  search_.begin(costs, limits, tour);
  ascent_.resize(n_);
  reductions_.resize(n_);
  candidates_.reserve(static_cast<std::size_t>(n_));
  for (std::vector<int>& twins : twins_) twins.reserve(static_cast<std::size_t>(n_));
  lower_bound_ = infinity;
  std::fill_n(potentials(0), n_, 0);
  explore(0, -infinity);
  lower_bound_ = std::min(lower_bound_, search_.best_length);
  tour = search_.best;
  return !stopped_;
}

double* BranchAndBound::potentials(std::size_t depth) {
  while (depth >= potentials_.size()) potentials_.emplace_back();
  LaneArray<double>& level = potentials_[depth];
  level.resize(padded(n_));
  for (int i = n_; i < padded(n_); ++i) level[i] = infinity;
  return level.data();
}

bool BranchAndBound::tighten(std::size_t depth, double& bound) {
  for (int ascents = 1;; ++ascents) {
    bound = std::max(bound, search_.build_tree(potentials(depth)));
    if (search_.pruned(bound) || search_.offer_tree()) return false;
    if (!reductions_.run(search_.tree, potentials(depth), bound, search_.cutoff, search_.decisions)) return false;
    if (reductions_.decided() == 0 || search_.expired()) return true;
    if (ascents < max_ascents_per_node) bound = std::max(bound, ascent_.climb(search_, potentials(depth), brief));
    if (search_.pruned(bound)) return false;
  }
}

// Open edges of the tree at cities that have too many; the cheaper an edge is to replace, the higher it scores.
void BranchAndBound::collect_candidates() {
  candidates_.clear();
  const auto consider = [&](int i, int j, double loss) {
    if (!search_.decisions.open(i, j) || (search_.tree.degrees()[i] <= 2 && search_.tree.degrees()[j] <= 2)) return;
    candidates_.push_back({-loss, i, j});
  };
  for (std::size_t k = 1; k < search_.tree.order().size(); ++k) {
    const int city = search_.tree.order()[k];
    consider(city, search_.tree.parent(city), reductions_.loss(city));
  }
  for (const int which : {0, 1}) consider(OneTree::root, search_.tree.root_end(which), reductions_.root_loss(which));
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.i != b.i ? a.i < b.i : a.j < b.j;
  });
  if (candidates_.size() > max_probes) candidates_.resize(max_probes);
}

// Cities that may change places: their edges to all others have the same costs and decisions. `twins` starts with city.
void BranchAndBound::find_twins(int city, std::vector<int>& twins) const {
  twins.assign(1, city);
  const double* row = search_.decisions.weights().row(city);
  for (int other = 0; other < n_; ++other) {
    if (other == city) continue;
    const double* other_row = search_.decisions.weights().row(other);
    int k = 0;
    while (k < n_ && (row[k] == other_row[k] || k == city || k == other)) ++k;
    if (k == n_) twins.push_back(other);
  }
}

bool BranchAndBound::leave_out_alike(int i, int j) {
  find_twins(i, twins_[0]);
  find_twins(j, twins_[1]);
  for (const int a : twins_[0])
    for (const int b : twins_[1])
      if (a != b && !search_.decisions.leave_out(a, b)) return false;
  return true;
}

double BranchAndBound::probe(std::size_t depth, const Candidate& edge, bool use) {
  const std::size_t mark = search_.decisions.mark();
  double bound = infinity;
  if (use ? search_.decisions.use(edge.i, edge.j) : search_.decisions.leave_out(edge.i, edge.j)) {
    double* trial = potentials(depth + 1);
    std::copy_n(potentials(depth), n_, trial);
    bound = ascent_.climb(search_, trial, usual);
  }
  search_.decisions.undo(mark);
  return bound;
}

bool BranchAndBound::choose(std::size_t depth, double bound, Candidate& choice, bool& settled) {
  collect_candidates();
  settled = false;
  choice = candidates_.front();
  if (candidates_.size() == 1) return true;
  double best = -infinity;
  std::size_t fruitless = 0;
  for (const Candidate& edge : candidates_) {
    double product = 1;
    for (const bool use : {true, false}) {
      const double branch = probe(depth, edge, use);
      if (search_.pruned(branch)) {  // only the other branch is left
        settled = true;
        return !search_.pruned(bound) &&
               (use ? leave_out_alike(edge.i, edge.j) : search_.decisions.use(edge.i, edge.j));
      }
      product *= std::max(branch - bound, min_gain * (search_.cutoff - bound));
    }
    if (product > best) {
      best = product;
      choice = edge;
      fruitless = 0;
    } else if (++fruitless == fruitless_probes) {
      break;
    }
  }
  return true;
}

// Used edges inside a cluster count for two of its cities, those that leave it for one.
BranchAndBound::Candidate BranchAndBound::find_odd_cut() const {
  Candidate best = {0, 0, 0};
  for (int cluster = 0; cluster < clusters_.count() && !search_.expired(); ++cluster) {
    const std::span<const int> inside = clusters_.cities(cluster);
    int used = 0;
    for (const int i : inside) used += search_.decisions.used(i);
    if (used % 2 == 0 || inside.size() == 1) continue;
    Candidate least = {infinity, 0, 0};
    for (const int i : inside)
      for (int j = 0; j < n_; ++j) {
        if (!search_.decisions.open(i, j) || clusters_.contains(cluster, j)) continue;
        if (const double growth = reductions_.growth(search_.tree, i, j); growth < least.score) least = {growth, i, j};
      }
    if (least.score > best.score) best = least;
  }
  return best;
}

void BranchAndBound::stop(double bound) {
  stopped_ = true;
  lower_bound_ = std::min(lower_bound_, bound);
}

void BranchAndBound::explore(std::size_t depth, double bound) {
  if (depth > 0 && (nodes_ >= search_.limits.nodes || search_.expired())) return stop(bound);
  ++nodes_;
  bound = std::max(bound, depth == 0 ? ascent_.climb_to_top(search_, potentials(0))
                                     : ascent_.climb(search_, potentials(depth), usual));
  Candidate choice;
  for (bool settled = true; settled;) {
    if (search_.pruned(bound) || !tighten(depth, bound)) return;
    if (search_.expired()) return stop(bound);
    if (depth == 0) clusters_.find(search_.decisions, n_);
    choice = find_odd_cut();
    if (search_.pruned(bound + choice.score)) return;
    if (choice.score > min_odd * (search_.cutoff - bound)) break;
    if (!choose(depth, bound, choice, settled)) return;
  }
  const std::size_t mark = search_.decisions.mark();
  for (const bool use : {true, false}) {
    std::copy_n(potentials(depth), n_, potentials(depth + 1));
    if (use ? search_.decisions.use(choice.i, choice.j) : leave_out_alike(choice.i, choice.j))
      explore(depth + 1, bound);
    search_.decisions.undo(mark);
    if (stopped_ && use) stop(bound);
    if (stopped_ || search_.pruned(bound)) return;
  }
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
