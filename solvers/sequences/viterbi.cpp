#include <cotape/engine/base/error.h>
#include <cotape/solvers/kit/scale.h>
#include <cotape/solvers/sequences/viterbi.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct Viterbi::Workspace {
  std::vector<double> best;        // [steps, labels]: of the steps from one on, when it has a label
  std::vector<std::int32_t> to;    // [steps, labels]: the next step's label then
  std::vector<double> from_start;  // [steps, labels], for marginals: log of the weights up to a step
};

namespace {

void check(const SequenceLength& length, std::int64_t steps) {
  if (length.steps < 0 || length.steps > steps)
    fail<SolverError>("a length of ", length.steps, " steps is outside 0 … ", steps);
}

// log Σ_i e^x(i), where no x is +∞.
template <class F>
double log_sum(std::int64_t n, F x) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, x(i));
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += std::exp(x(i) - largest);
  return largest + std::log(sum);
}

}  // namespace

SolverTraits Viterbi::traits() const {
  constexpr std::int64_t max_size = std::int64_t{1} << 28;
  if (steps < 1 || labels < 1 || labels > max_size / steps || labels > max_size / labels)
    fail<ValueError>("viterbi: ", steps, " steps and ", labels, " labels are none, or too many");
  return {.name = "viterbi",
          .sense = Sense::maximise,
          .shape = {steps + labels, labels},
          .ties = "the labelling whose first label is lowest, then the second one, and so on",
          .constant_sum = true,
          .drawing = {.kind = Drawing::Kind::trellis}};
}

void Viterbi::solve(std::span<const real> score, const Instance& instance, std::span<real> solution) const {
  check(instance, steps);
  std::fill(solution.begin(), solution.end(), real(0));
  const std::int64_t length = instance.steps;
  if (length == 0) return;
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->best.resize(static_cast<std::size_t>(length * labels));
  work->to.resize(work->best.size());
  const double scale = scale_of(score);
  const real* const transitions = score.data() + steps * labels;
  for (std::int64_t t = length - 1; t >= 0; --t)
    for (std::int64_t a = 0; a < labels; ++a) {
      double best = 0;
      std::int32_t to = 0;
      if (t + 1 < length) {
        const double* const after = work->best.data() + (t + 1) * labels;
        best = -std::numeric_limits<double>::infinity();
        for (std::int64_t b = 0; b < labels; ++b) {
          const double sum = after[b] + scale * static_cast<double>(transitions[a * labels + b]);
          to = sum > best ? static_cast<std::int32_t>(b) : to;
          best = std::max(best, sum);
        }
      }
      work->best[t * labels + a] = best + scale * static_cast<double>(score[t * labels + a]);
      work->to[t * labels + a] = to;
    }
  auto label = std::max_element(work->best.begin(), work->best.begin() + labels) - work->best.begin();
  for (std::int64_t t = 0; t < length; ++t) {
    solution[t * labels + label] = 1;
    if (t + 1 == length) break;
    const std::int64_t next = work->to[t * labels + label];
    solution[(steps + label) * labels + next] += 1;
    label = next;
  }
}

void Viterbi::marginals(std::span<const real> score, const Instance& instance, std::span<real> mean) const {
  check(instance, steps);
  std::fill(mean.begin(), mean.end(), real(0));
  const std::int64_t length = instance.steps;
  if (length == 0) return;
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->best.resize(static_cast<std::size_t>(length * labels));
  work->from_start.resize(work->best.size());
  double* const to_end = work->best.data();  // log of the weights of what follows a step, when it has a label
  double* const from_start = work->from_start.data();
  const real* const transitions = score.data() + steps * labels;
  const auto at = [&](std::int64_t t, std::int64_t a) { return static_cast<double>(score[t * labels + a]); };
  const auto move = [&](std::int64_t a, std::int64_t b) { return static_cast<double>(transitions[a * labels + b]); };
  for (std::int64_t t = 0; t < length; ++t)
    for (std::int64_t b = 0; b < labels; ++b)
      from_start[t * labels + b] =
          at(t, b) +
          (t == 0 ? 0 : log_sum(labels, [&](std::int64_t a) { return from_start[(t - 1) * labels + a] + move(a, b); }));
  for (std::int64_t t = length - 1; t >= 0; --t)
    for (std::int64_t a = 0; a < labels; ++a)
      to_end[t * labels + a] = t + 1 == length ? 0 : log_sum(labels, [&](std::int64_t b) {
        return move(a, b) + at(t + 1, b) + to_end[(t + 1) * labels + b];
      });
  const double all = log_sum(labels, [&](std::int64_t a) { return from_start[(length - 1) * labels + a]; });
  for (std::int64_t t = 0; t < length; ++t)
    for (std::int64_t a = 0; a < labels; ++a) {
      const double before = from_start[t * labels + a] - all;
      mean[t * labels + a] = static_cast<real>(std::exp(before + to_end[t * labels + a]));
      if (t + 1 == length) continue;
      for (std::int64_t b = 0; b < labels; ++b)
        mean[(steps + a) * labels + b] +=
            static_cast<real>(std::exp(before + move(a, b) + at(t + 1, b) + to_end[(t + 1) * labels + b]));
    }
}

void Viterbi::mask(const Instance& instance, std::span<real> mask) const {
  std::fill_n(mask.begin(), std::clamp<std::int64_t>(instance.steps, 0, steps) * labels, real(1));
  std::fill(mask.begin() + steps * labels, mask.end(), real(1));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
