#pragma once
#include <functional>

#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/losses/solution_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Values ⟨θ, s⟩ of the solutions s of one instance's set, in score form: larger is better. By the predicted scores, and
// by the true ones where the loss knows them.
struct PoolValues {
  std::span<const double> predicted;
  std::span<const double> right;
};

// The loss of one instance; sets `slopes`, its derivatives by the predicted values, which are 0 at first.
using InstanceLoss = std::function<double(const PoolValues& values, std::span<double> slopes)>;

struct PoolLoss {
  const char* name;
  const char* vjp;
  InstanceLoss loss;
};

// Records a loss of predicted costs (or scores) that compares the solutions of a pool by their values under predicted
// and true costs: what losses that learn to rank share. Summed over all axes but the first and averaged over the first.
// Padding counts for nothing. Throws ShapeError when shapes differ or do not fit, ValueError for costs that are not
// finite and what SolutionPool::check refuses.
Var ranking_loss(const PoolLoss& loss, const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs,
                 std::span<const std::int64_t> examples);

// What ops over a pool begin with: throws unless both inputs have the same shape, which fits oracle and pool, and
// elements. Returns the number of instances.
std::int64_t check_pool_inputs(const Forward& c, const char* second, const BatchOracle& oracle,
                               const SolutionPool& pool, std::span<const std::int64_t> examples);

// Sets `scores` to ±x. Throws ValueError for a number that is not finite.
void fill_scores(Tensor& scores, const Tensor& x, const BatchOracle& oracle);

// The part of the mean that one instance has: 1 over the first axis of a batch.
double instance_share(const Shape& shape, const BatchOracle& oracle);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
