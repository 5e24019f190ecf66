#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/core/first_failure.h>
#include <cotape/solvers/core/oracle.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Instances a parallel block holds. Small batches of slow solvers are split finely, large ones of fast solvers get
// some hundred elements per block.
std::int64_t instances_per_block(std::int64_t instances, std::int64_t size) {
  return std::clamp<std::int64_t>(instances / 32, 1, std::max<std::int64_t>(1, 4096 / std::max<std::int64_t>(1, size)));
}

bool all_finite(std::span<const real> values) {
  int bad = 0;  // x − x is 0 for finite x alone; a count vectorises where an early exit does not
  for (const real x : values) bad += !(x - x == 0);
  return bad == 0;
}

// Costs of one instance from its scores; returns how many were moved into the domain.
std::int64_t fill_costs(std::span<const real> scores, std::span<real> costs, real sign, Domain domain) {
  int clamped = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const real cost = sign * scores[i];
    const real bounded = std::min(std::max(cost, domain.lower), domain.upper);
    clamped += bounded != cost;
    costs[i] = bounded;
  }
  return clamped;
}

// The same for padded instances: padding costs 0, whatever its score.
std::int64_t fill_real_costs(std::span<const real> scores, std::span<real> costs, std::span<const real> mask, real sign,
                             Domain domain) {
  std::int64_t clamped = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const real cost = mask[i] != 0 ? sign * scores[i] : 0;
    const real bounded = mask[i] != 0 ? std::min(std::max(cost, domain.lower), domain.upper) : 0;
    clamped += bounded != cost;
    costs[i] = bounded;
  }
  return clamped;
}

bool real_entries_finite(std::span<const real> values, std::span<const real> mask) {
  int bad = 0;
  for (std::size_t i = 0; i < values.size(); ++i) bad += mask[i] != 0 && !(values[i] - values[i] == 0);
  return bad == 0;
}

void clear_outside(std::span<real> values, std::span<const real> mask) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (mask[i] == 0) values[i] = 0;
}

void keep_lowest(std::atomic<std::int64_t>& lowest, std::int64_t value) {
  std::int64_t seen = lowest.load();
  while (value < seen && !lowest.compare_exchange_weak(seen, value)) {
  }
}

}  // namespace

std::int64_t Oracle::instances(const Shape& scores) const {
  const Shape& shape = traits().shape;
  const int batch_axes = scores.rank() - shape.rank();
  if (batch_axes < 0 || !std::equal(shape.begin(), shape.end(), scores.begin() + batch_axes))
    fail<ShapeError>(traits().name, ": scores ", scores, " do not end in the solver's shape ", shape);
  std::int64_t count = 1;
  for (int axis = 0; axis < batch_axes; ++axis) count *= scores[axis];
  return count;
}

DataRows::DataRows(std::int64_t data, std::int64_t rows, std::int64_t outer, const std::string& solver)
    : samples(1), per_outer(1) {
  if (data == 0 && rows == 0) return;
  if (data == 0 || rows % data != 0)
    fail<ValueError>(solver, ": ", data, " values of instance data for ", rows, " instances: one for each is wanted");
  samples = rows / data;
  if (data > 1 && outer > 0 && data % outer == 0) per_outer = data / outer;
}

void Oracle::fill_masks(const Instances& data) {
  const std::int64_t size = traits().shape.size();
  if (masks_.size() < data.size() * size) masks_ = Tensor::uninitialized(Shape{data.size() * size});
  for (std::int64_t i = 0; i < data.size(); ++i) solver_.mask(masks_.values().subspan(i * size, size), data[i]);
}

// Users of a minimising solver gave costs, which became scores of the other sign.
void Oracle::fail_not_finite(std::span<const real> scores, const real* mask, std::int64_t instance) const {
  std::size_t i = 0;
  while (std::isfinite(scores[i]) || (mask && mask[i] == 0)) ++i;
  const bool costs = traits().sense == Sense::minimise;
  // A NaN has no sign that is worth showing.
  const real shown = std::isnan(scores[i]) ? std::numeric_limits<real>::quiet_NaN() : costs ? -scores[i] : scores[i];
  fail<ValueError>(traits().name, costs ? ": cost " : ": score ", shown, " at instance ", instance, ", index ", i,
                   " is not finite");
}

void Oracle::check_finite(const Tensor& scores, const Instances& data) {
  const Shape &shape = traits().shape, &given = scores.shape();
  const int batch_axes = given.rank() - shape.rank();
  if (batch_axes < 0 || !std::equal(shape.begin(), shape.end(), given.begin() + batch_axes)) return;
  const std::int64_t count = instances(given), size = shape.size();
  const bool masked = data.given() && solver_.can(Ability::mask);
  const DataRows data_of(masked ? data.size() : 1, masked ? count : 1, batch_axes > 0 ? given[0] : 1, traits().name);
  if (masked) fill_masks(data);
  const auto row_of = [size](const real* from, std::int64_t row) {
    return std::span(from + row * size, static_cast<std::size_t>(size));
  };
  std::atomic<std::int64_t> not_finite = count;
  parallel_for(count, instances_per_block(count, size), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::span<const real> theta = row_of(scores.data(), row);
      if (masked ? !real_entries_finite(theta, row_of(masks_.data(), data_of(row))) : !all_finite(theta))
        return keep_lowest(not_finite, row);
    }
  });
  if (const std::int64_t row = not_finite; row < count)
    fail_not_finite(row_of(scores.data(), row), masked ? masks_.data() + data_of(row) * size : nullptr, row);
}

std::span<const real> InstanceSolver::costs_of(std::span<const real> scores) {
  if (scores.data() != given_.data() && !(mask_.empty() ? all_finite(scores) : real_entries_finite(scores, mask_)))
    fail<SolverError>("a score that was made from the given ones is not finite");
  ++counts_.calls;
  const SolverTraits& traits = solver_.traits();
  const real sign = traits.sense == Sense::minimise ? real(-1) : real(1);
  if (!mask_.empty())
    counts_.clamped += fill_real_costs(scores, costs_, mask_, sign, traits.domain);
  else if (!costs_.empty())
    counts_.clamped += fill_costs(scores, costs_, sign, traits.domain);
  return solved_ = costs_.empty() ? scores : costs_;
}

void InstanceSolver::clear_padding(std::span<real> x) const {
  if (!mask_.empty()) clear_outside(x, mask_);
}

void InstanceSolver::argmax(std::span<const real> scores, std::span<real> solution, std::span<const real> start) {
  const std::span<const real> costs = costs_of(scores);
  if (start.empty())
    solver_.solve(costs, solution, instance_);
  else
    solver_.solve_from(start, costs, solution, instance_);
  clear_padding(solution);
}

void InstanceSolver::marginals(std::span<const real> scores, std::span<real> mean) {
  solver_.marginals(costs_of(scores), mean, instance_);
  clear_padding(mean);
}

void InstanceSolver::draw(std::span<const real> scores, std::span<const real> uniform, std::span<real> solution) {
  solver_.draw(costs_of(scores), uniform, solution, instance_);
  clear_padding(solution);
}

void InstanceSolver::covariance(std::span<const real> scores, std::span<const real> direction,
                                std::span<real> product) {
  solver_.covariance(costs_of(scores), direction, product, instance_);
  clear_padding(product);
}

std::int64_t InstanceSolver::neighbour_count(std::span<const real> solution) const {
  return solver_.neighbour_count(solution, instance_);
}

void InstanceSolver::neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
  solver_.neighbour(solution, which, other, instance_);
  clear_padding(other);
}

void InstanceSolver::count_tie(std::span<const real> solution) {
  if (const auto known = solver_.tied(solved_, solution, instance_)) {
    ++counts_.tie_checked;
    counts_.tied += *known;
  }
}

void Oracle::for_each(const Tensor& scores, Phase phase, const Instances& data, Work work) {
  const std::int64_t count = instances(scores.shape());
  solver_.check_instance_type(data.type());

  const auto start = std::chrono::steady_clock::now();
  const std::int64_t size = traits().shape.size();
  const bool batched = scores.shape().rank() > traits().shape.rank();
  const DataRows data_of = data.given() ? DataRows(data.size(), count, batched ? scores.shape()[0] : 1, traits().name)
                                        : DataRows(1, 1, 1, traits().name);
  const bool masked = data.given() && solver_.can(Ability::mask);
  if (masked) fill_masks(data);
  const bool own_costs = traits().sense == Sense::minimise || traits().domain.bounded() || masked;
  if (own_costs && costs_.size() < scores.size()) costs_ = Tensor::uninitialized(Shape{scores.size()});

  const auto row_of = [size](auto* from, std::int64_t row) {
    return std::span(from + row * size, static_cast<std::size_t>(size));
  };
  // Whole numbers only: their sums do not depend on the order in which blocks end.
  std::atomic<std::int64_t> calls = 0, clamped = 0, tied = 0, tie_checked = 0, not_finite = count;
  FirstFailure failure(count);
  parallel_for(count, instances_per_block(count, size), [&](std::int64_t begin, std::int64_t end) {
    InstanceSolver one(solver_);
    for (std::int64_t row = begin; row < end; ++row) {
      one.given_ = row_of(scores.data(), row);
      if (data.given()) one.instance_ = data[data_of(row)];
      if (masked) one.mask_ = row_of(std::as_const(masks_).data(), data_of(row));
      if (own_costs) one.costs_ = row_of(costs_.data(), row);
      if (masked ? !real_entries_finite(one.given_, one.mask_) : !all_finite(one.given_))
        return keep_lowest(not_finite, row);
      try {
        work(row, one);
      } catch (...) {
        return failure.keep(row);
      }
    }
    calls += one.counts_.calls;
    clamped += one.counts_.clamped;
    tied += one.counts_.tied;
    tie_checked += one.counts_.tie_checked;
  });

  if (const std::int64_t row = not_finite; row < count && row < failure.row())
    fail_not_finite(row_of(scores.data(), row), masked ? masks_.data() + data_of(row) * size : nullptr, row);
  failure.rethrow(std::string(traits().name) + ": ");

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  (phase == Phase::forward ? diagnostics_.calls_forward : diagnostics_.calls_backward) += calls;
  (phase == Phase::forward ? diagnostics_.seconds_forward : diagnostics_.seconds_backward) += seconds;
  diagnostics_.entries += calls * size;
  diagnostics_.clamped += clamped;
  diagnostics_.tied += tied;
  diagnostics_.tie_checked += tie_checked;
}

void Oracle::argmax(const Tensor& scores, Tensor& solutions, Phase phase, const Instances& data) {
  const std::int64_t count = instances(scores.shape());
  if (solutions.shape() != scores.shape())
    fail<ShapeError>(traits().name, ": solutions ", solutions.shape(), " for scores ", scores.shape());
  const std::int64_t size = traits().shape.size();
  LastSolutions* const last = solver_.can(Ability::warm_start) ? data.last_solutions() : nullptr;
  if (last && last->size() != size)
    fail<ValueError>(traits().name, ": last solutions of ", last->size(), " entries for ", size);
  const DataRows example_of(last ? std::ssize(data.examples()) : 1, last ? count : 1,
                            scores.shape().rank() > traits().shape.rank() ? scores.shape()[0] : 1, traits().name);
  for_each(scores, phase, data, [&](std::int64_t row, InstanceSolver& one) {
    const auto solution = solutions.values().subspan(row * size, size);
    one.argmax(scores.values().subspan(row * size, size), solution,
               last ? last->of(data.examples()[example_of(row)]) : std::span<const real>());
    if (count_ties_) one.count_tie(solution);
  });
  for (std::int64_t row = 0; last && phase == Phase::forward && row < count; ++row)
    if (example_of.is_first_sample(row))
      last->keep(data.examples()[example_of(row)], solutions.values().subspan(row * size, size));
  if (seen_) seen_(scores, solutions, phase, data);
}

void BatchOracle::check(const Shape& scores) const {
  const std::int64_t count = instances(scores);
  const Solver& solver = oracle_->solver();
  solver.check_instance_type(data_.type());
  if (data_.given() && data_.size() != count)
    fail<ValueError>(traits().name, ": ", data_.size(), " values of instance data for ", count, " instances in ",
                     scores);
}

void BatchOracle::fill_mask(Tensor& mask) const {
  const std::int64_t size = traits().shape.size();
  for (std::int64_t i = 0; i < data_.size(); ++i)
    oracle_->solver().mask(mask.values().subspan(i * size, size), data_[i]);
}

void BatchOracle::clear_padding(Tensor& x, const Tensor& mask) const {
  const std::int64_t size = traits().shape.size(), rows = instances(x.shape());
  const bool batched = x.shape().rank() > traits().shape.rank();
  const DataRows data_of(data_.size(), rows, batched ? x.shape()[0] : 1, traits().name);
  parallel_for(rows, instances_per_block(rows, size), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      clear_outside(x.values().subspan(row * size, size), mask.values().subspan(data_of(row) * size, size));
  });
}

void Oracle::count_gradient(const Tensor& gradient) {
  const std::int64_t count = instances(gradient.shape());
  const std::int64_t size = traits().shape.size();
  std::atomic<std::int64_t> zero = 0;
  parallel_for(count, instances_per_block(count, size), [&](std::int64_t begin, std::int64_t end) {
    std::int64_t block_zero = 0;
    for (std::int64_t row = begin; row < end; ++row) {
      int nonzero = 0;
      for (std::int64_t i = row * size; i < (row + 1) * size; ++i) nonzero += gradient[i] != 0;
      block_zero += nonzero == 0;
    }
    zero += block_zero;
  });
  diagnostics_.rows += count;
  diagnostics_.zero_rows += zero;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
