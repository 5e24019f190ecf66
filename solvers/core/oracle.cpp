#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/core/oracle.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Instances a parallel block holds. Small batches of slow solvers are split finely, large ones of fast solvers get
// some hundred elements a block.
std::int64_t instances_a_block(std::int64_t instances, std::int64_t size) {
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

void Oracle::argmax(const Tensor& scores, Tensor& solutions, Phase phase) {
  const std::int64_t count = instances(scores.shape());
  if (solutions.shape() != scores.shape())
    fail<ShapeError>(traits().name, ": solutions ", solutions.shape(), " for scores ", scores.shape());

  const auto start = std::chrono::steady_clock::now();
  const std::int64_t size = traits().shape.size();
  const real sign = traits().sense == Sense::minimise ? real(-1) : real(1);
  const bool own_costs = sign < 0 || traits().domain.bounded();
  if (own_costs && costs_.size() < scores.size()) costs_ = Tensor::uninitialized(Shape{scores.size()});

  const auto row_of = [size](const auto& tensor_data, std::int64_t row) {
    return std::span(tensor_data + row * size, static_cast<std::size_t>(size));
  };
  const auto costs_of = [&](std::int64_t row) -> std::span<const real> {
    return row_of(own_costs ? costs_.data() : scores.data(), row);
  };
  // Whole numbers only: their sums do not depend on the order in which blocks end.
  std::atomic<std::int64_t> clamped = 0, tied = 0, tie_checked = 0, not_finite = count, not_solved = count;
  parallel_for(count, instances_a_block(count, size), [&](std::int64_t begin, std::int64_t end) {
    std::int64_t block_clamped = 0, block_tied = 0, block_checked = 0;
    for (std::int64_t row = begin; row < end; ++row) {
      if (!all_finite(row_of(scores.data(), row))) return keep_lowest(not_finite, row);
      if (own_costs)
        block_clamped += fill_costs(row_of(scores.data(), row), row_of(costs_.data(), row), sign, traits().domain);
      try {
        solver_.solve(costs_of(row), row_of(solutions.data(), row));
      } catch (const SolverError&) {
        return keep_lowest(not_solved, row);
      }
      if (!count_ties_) continue;
      if (const auto known = solver_.tied(costs_of(row), row_of(solutions.data(), row))) {
        ++block_checked;
        block_tied += *known;
      }
    }
    clamped += block_clamped;
    tied += block_tied;
    tie_checked += block_checked;
  });

  if (const std::int64_t row = not_finite; row < count) {
    const auto values = row_of(scores.data(), row);
    const auto bad = std::find_if(values.begin(), values.end(), [](real x) { return !std::isfinite(x); });
    fail<ValueError>(traits().name, ": score ", *bad, " at instance ", row, ", index ", bad - values.begin(),
                     " is not finite");
  }
  if (const std::int64_t row = not_solved; row < count) {
    try {  // once more, for the message: which of several blocks failed first in time is chance
      solver_.solve(costs_of(row), row_of(solutions.data(), row));
    } catch (const SolverError& error) {
      fail<SolverError>(traits().name, ": instance ", row, ": ", error.what());
    }
  }

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  (phase == Phase::forward ? diagnostics_.calls_forward : diagnostics_.calls_backward) += count;
  (phase == Phase::forward ? diagnostics_.seconds_forward : diagnostics_.seconds_backward) += seconds;
  diagnostics_.entries += scores.size();
  diagnostics_.clamped += clamped;
  diagnostics_.tied += tied;
  diagnostics_.tie_checked += tie_checked;
  if (seen_) seen_(scores, solutions, phase);
}

void Oracle::count_gradient(const Tensor& gradient) {
  const std::int64_t count = instances(gradient.shape());
  const std::int64_t size = traits().shape.size();
  std::atomic<std::int64_t> zero = 0;
  parallel_for(count, instances_a_block(count, size), [&](std::int64_t begin, std::int64_t end) {
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
