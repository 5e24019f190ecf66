#include <cotape/engine/base/error.h>
#include <cotape/solvers/kit/scale.h>
#include <cotape/solvers/sequences/segmentation.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct Segmentation::Workspace {
  std::vector<double> rest;          // [segments + 1, steps + 1]: of the steps from one on, cut into so many segments
  std::vector<std::int32_t> length;  // [segments + 1, steps + 1]: of the first of them
};

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class E>
void check(const Segmentation& solver, const SegmentationSize& size, const char* who) {
  if (size.steps < 0 || size.steps > solver.steps)
    fail<E>(who, "a length of ", size.steps, " steps is outside 0 … ", solver.steps);
  if (size.segments == 0) return;
  if (size.segments < 0 || size.segments > size.steps ||
      size.segments < (size.steps + solver.max_length - 1) / solver.max_length)
    fail<E>(who, size.steps, " steps cannot be cut into ", size.segments, " segments of 1 … ", solver.max_length,
            " steps");
}

}  // namespace

SolverTraits Segmentation::traits() const {
  constexpr std::int64_t max_size = std::int64_t{1} << 28;
  if (max_length < 1 || max_length > steps || max_length > max_size / steps)
    fail<ValueError>("segmentation: segments of up to ", max_length, " of ", steps, " steps are none, or too many");
  check<ValueError>(*this, {steps, segments}, "segmentation: ");
  return {.name = "segmentation",
          .sense = Sense::minimise,
          .shape = {steps, max_length},
          .ties = "the cut whose first segment is shortest, then the second one, and so on"};
}

void Segmentation::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  check<SolverError>(*this, instance, "");
  const std::int64_t n = instance.steps, stride = n + 1;
  // With any number of segments a row follows upon itself; else each upon the one with a segment less.
  const bool counted = instance.segments > 0;
  const std::int64_t first_row = counted ? 1 : 0, last_row = instance.segments;
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->rest.assign(static_cast<std::size_t>((last_row + 1) * stride), infinity);
  work->length.resize(work->rest.size());
  const double scale = scale_of(cost);
  work->rest[n] = 0;  // nothing is left
  for (std::int64_t row = first_row; row <= last_row; ++row) {
    double* const rest = work->rest.data() + row * stride;
    const double* const after = counted ? rest - stride : rest;
    for (std::int64_t t = n - 1; t >= 0; --t)
      for (std::int64_t l = 0; l < std::min(max_length, n - t); ++l) {
        const double sum = scale * static_cast<double>(cost[t * max_length + l]) + after[t + l + 1];
        if (!(sum < rest[t])) continue;
        rest[t] = sum;
        work->length[row * stride + t] = static_cast<std::int32_t>(l + 1);
      }
  }
  std::fill(solution.begin(), solution.end(), real(0));
  for (std::int64_t t = 0, row = last_row; t < n; row -= counted) {
    const std::int64_t length = work->length[row * stride + t];
    solution[t * max_length + length - 1] = 1;
    t += length;
  }
}

void Segmentation::mask(const Instance& instance, std::span<real> mask) const {
  const std::int64_t n = std::clamp<std::int64_t>(instance.steps, 0, steps);
  for (std::int64_t t = 0; t < n; ++t) std::fill_n(mask.begin() + t * max_length, std::min(max_length, n - t), real(1));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
