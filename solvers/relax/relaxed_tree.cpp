#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/kit/scale.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/relax/relaxed_tree.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/trees/spanning_tree.h>
#include <cotape/solvers/trees/tree_marginals.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t instances_per_block = 8;

}  // namespace

struct RelaxedSpanningTree::Workspace {
  TreeMarginals<double> means;
  TreeMarginals<Dual> slopes;
  std::vector<double> theta, mean;
  std::vector<Dual> theta_along, mean_along;
};

RelaxedSpanningTree::RelaxedSpanningTree(const SparseGraph& graph)
    : graph_(graph), oracle_(std::make_shared<Oracle>(SpanningTree(graph, {Sense::maximise, true}))) {}

Var RelaxedSpanningTree::marginals(Var scores) const {
  return record(
      {"tree_marginals", "dθ = Cov(y) · dy"}, {scores},
      [this](Forward& c) {
        const Tensor& theta = c.in(0);
        const std::int64_t count = oracle_->instances(theta.shape()), edges = graph_.edge_count();
        oracle_->check_finite(theta);
        Tensor& y = c.out(theta.shape());
        parallel_for(count, instances_per_block, [&](std::int64_t begin, std::int64_t end) {
          const WorkspacePool<Workspace>::Lease work(workspaces_);
          work->theta.resize(static_cast<std::size_t>(edges));
          work->mean.resize(static_cast<std::size_t>(edges));
          for (std::int64_t i = begin; i < end; ++i) {
            const std::span<const real> own(theta.data() + i * edges, static_cast<std::size_t>(edges));
            const double scale = scale_of(own);
            std::transform(own.begin(), own.end(), work->theta.begin(),
                           [scale](real x) { return scale * static_cast<double>(x); });
            work->means.compute(graph_, nullptr, work->theta, work->mean);
            std::transform(work->mean.begin(), work->mean.end(), y.data() + i * edges,
                           [](double m) { return static_cast<real>(std::clamp(m, 0.0, 1.0)); });
          }
        });
      },
      // The covariance is the Jacobian and symmetric: its product with dy is the slope of the means along dy.
      [tree = *this](Vjp& v) {
        const Tensor& theta = v.input(0);
        const std::int64_t edges = tree.graph_.edge_count();
        parallel_for(theta.size() / edges, instances_per_block, [&](std::int64_t begin, std::int64_t end) {
          const WorkspacePool<Workspace>::Lease work(tree.workspaces_);
          work->theta_along.resize(static_cast<std::size_t>(edges));
          work->mean_along.resize(static_cast<std::size_t>(edges));
          for (std::int64_t i = begin; i < end; ++i) {
            const std::size_t first = static_cast<std::size_t>(i * edges), size = static_cast<std::size_t>(edges);
            const std::span<const real> own = theta.values().subspan(first, size),
                                        along = v.dy.values().subspan(first, size);
            const double scale = scale_of(own);
            for (std::size_t e = 0; e < size; ++e)
              work->theta_along[e] = {scale * static_cast<double>(own[e]), scale * static_cast<double>(along[e])};
            work->slopes.compute(tree.graph_, nullptr, work->theta_along, work->mean_along);
            for (std::size_t e = 0; e < size; ++e)
              v.dx[i * edges + static_cast<std::int64_t>(e)] = static_cast<real>(work->mean_along[e].slope);
          }
        });
      });
}

Var RelaxedSpanningTree::operator()(Var scores, real temperature, Rng& rng, Relaxed form) const {
  if (!(temperature > 0) || !std::isfinite(temperature))
    fail<ValueError>("relaxed_spanning_tree: temperature ", temperature, " is not a positive number");
  const Var perturbed = perturb(scores, Gumbel{}, rng);
  const Var soft = marginals(perturbed / temperature);
  if (form == Relaxed::soft) return soft;
  const Var hard = Identity{}(stop_gradient(perturbed), oracle_);
  return hard + (soft - stop_gradient(soft));  // the difference is exactly 0
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
