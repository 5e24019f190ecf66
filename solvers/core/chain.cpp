#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/chain.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// ⟨θ, y' − y⟩
double gain(std::span<const real> scores, std::span<const real> from, std::span<const real> to) {
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (from[i] != to[i])
      sum += static_cast<double>(scores[i]) * (static_cast<double>(to[i]) - static_cast<double>(from[i]));
  return sum;
}

}  // namespace

void check(const ChainOptions& options) {
  if (!(options.temperature > 0) || !std::isfinite(options.temperature))
    fail<ValueError>("temperature = ", options.temperature, " is not a positive number");
  if (options.moves < 1) fail<ValueError>("moves = ", options.moves, ": at least one is needed");
  if (options.burn_in < 0 || options.burn_in >= options.moves)
    fail<ValueError>("burn_in = ", options.burn_in, " is outside 0 … moves − 1 = ", options.moves - 1);
}

void Chain::walk(std::span<const real> scores, std::span<const real> start, const ChainOptions& options, Rng rng,
                 const InstanceSolver& solver, See see) {
  const auto temperature = static_cast<double>(options.temperature);
  here_.assign(start.begin(), start.end());
  there_.resize(start.size());
  std::int64_t moves = solver.neighbour_count(here_), times = 0;
  for (std::int64_t k = 0; k < options.moves; ++k) {
    if (moves > 0) {
      solver.neighbour(here_, rng.below(moves), there_);
      const std::int64_t back = solver.neighbour_count(there_);
      const double ratio = static_cast<double>(moves) / static_cast<double>(back);
      if (std::log(static_cast<double>(rng.uniform())) < gain(scores, here_, there_) / temperature + std::log(ratio)) {
        if (times > 0) see(here_, times);
        times = 0;
        std::swap(here_, there_);
        moves = back;
      }
    }
    times += k >= options.burn_in;
  }
  see(here_, times);
}

void Chain::find_mean(std::span<const real> scores, std::span<const real> start, const ChainOptions& options, Rng rng,
                      const InstanceSolver& solver) {
  mean_.assign(scores.size(), 0);
  walk(scores, start, options, rng, solver, [&](std::span<const real> y, std::int64_t times) {
    for (std::size_t i = 0; i < y.size(); ++i) mean_[i] += static_cast<double>(times) * static_cast<double>(y[i]);
  });
  for (double& entry : mean_) entry /= static_cast<double>(options.moves - options.burn_in);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
