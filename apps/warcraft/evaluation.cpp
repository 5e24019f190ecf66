#include <cotape/apps/warcraft/evaluation.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/solvers/paths/grid_path.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace cotape::app {
namespace {

constexpr std::int64_t evaluation_cells = 100 * 12 * 12;  // in a batch

GridPath solver_for(std::int64_t size) { return {.height = size, .width = size}; }

}  // namespace

double cost_of(std::span<const real> path, std::span<const float> costs) {
  double sum = 0;
  for (std::size_t i = 0; i < path.size(); ++i)
    if (path[i] != 0) sum += static_cast<double>(costs[i]);
  return sum;
}

PathFinder::PathFinder(const CostNetSettings& settings)
    : logits_(settings.head == "logits"), oracle_(solver_for(settings.size)) {}

const Tensor& PathFinder::operator()(const Tensor& cells) {
  if (paths_.shape() != cells.shape()) paths_ = scores_ = Tensor(cells.shape());
  if (logits_) {
    map(
        paths_, [](real x) { return x > 0 ? real(1) : real(0); }, cells);
    return paths_;
  }
  map(
      scores_, [](real cost) { return -cost; }, cells);
  oracle_.argmax(scores_, paths_);
  return paths_;
}

bool PathFinder::connects(std::span<const real> path) const {
  if (!logits_) return true;
  std::vector<real> outside(path.size()), walk(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) outside[i] = path[i] != 0 ? real(0) : real(1);
  oracle_.solver().solve(outside, walk);
  return std::inner_product(walk.begin(), walk.end(), outside.begin(), real(0)) == 0;
}

void PathScore::add(PathFinder& finder, const Tensor& predicted, const WarcraftMaps& set,
                    std::span<const std::int64_t> indices) {
  const Tensor& all_paths = finder(predicted);
  const std::size_t size = static_cast<std::size_t>(set.size * set.size);
  for (std::size_t b = 0; b < indices.size(); ++b) {
    const std::span<const real> path = all_paths.values().subspan(b * size, size);
    add(path, finder.connects(path), predicted.values().subspan(b * size, size), set, indices[b]);
  }
}

void PathScore::add(std::span<const real> path, bool connected, std::span<const real> predicted,
                    const WarcraftMaps& set, std::int64_t index) {
  const std::span<const std::uint8_t> label = set.path(index);
  const std::span<const float> costs = set.cost(index);
  double matching = 0, best = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == static_cast<real>(label[i])) ++matching;
    if (label[i] != 0) best += static_cast<double>(costs[i]);
    const auto x = static_cast<double>(predicted[i]), y = static_cast<double>(costs[i]);
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_yy += y * y;
    sum_xy += x * y;
  }
  const auto size = static_cast<double>(path.size());
  const double own = connected ? cost_of(path, costs) : std::numeric_limits<double>::quiet_NaN();
  ++maps;
  if (own <= best + optimality_tolerance) ++optimal;
  if (matching == size) ++exact;
  cost += own;
  best_cost += best;
  matching_cells += matching / size;
  cells += size;
}

double PathScore::cost_correlation() const {
  const double xx = sum_xx - sum_x * sum_x / cells, yy = sum_yy - sum_y * sum_y / cells;
  if (!(xx > 0 && yy > 0)) return 0;
  return (sum_xy - sum_x * sum_y / cells) / std::sqrt(xx * yy);
}

const Tensor& predict(CostNet& net, const WarcraftMaps& maps, std::span<const std::int64_t> indices, Tape& tape) {
  tape.clear();
  net.eval();
  const Shape shape{static_cast<std::int64_t>(indices.size()), maps.pixels(), maps.pixels(), 3};
  const Var predicted = net(tape.constant(shape, [&](Tensor& out) { fill_maps(maps, indices, net.moments(), out); }));
  net.train();
  return predicted.value();
}

PathScore evaluate(CostNet& net, PathFinder& finder, const WarcraftMaps& maps, Tape& tape) {
  PathScore score;
  const std::int64_t most = std::max<std::int64_t>(1, evaluation_cells / (maps.size * maps.size));
  std::vector<std::int64_t> indices;
  for (std::int64_t begin = 0; begin < maps.count; begin += most) {
    indices.resize(static_cast<std::size_t>(std::min(most, maps.count - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    score.add(finder, predict(net, maps, indices, tape), maps, indices);
  }
  return score;
}

}  // namespace cotape::app
