#include <cotape/engine/base/error.h>
#include <cotape/solvers/kit/scale.h>
#include <cotape/solvers/sequences/alignment.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void check_size(const char* name, std::int64_t first, std::int64_t second) {
  constexpr std::int64_t max_size = std::int64_t{1} << 28;
  if (first < 1 || second < 1 || second > max_size / first)
    fail<ValueError>(name, ": ", first, " x ", second, " pairs of elements are none, or more than ", max_size);
}

void check(const AlignmentLengths& lengths, std::int64_t least, std::int64_t first, std::int64_t second) {
  if (lengths.first < least || lengths.first > first || lengths.second < least || lengths.second > second)
    fail<SolverError>("lengths ", lengths.first, " and ", lengths.second, " are outside ", least, " … ", first, " and ",
                      least, " … ", second);
}

// What is still to be paid at each place of two sequences, behind which a border of places is infinitely dear.
class Table {
 public:
  Table(std::vector<double>& values, std::int64_t rows, std::int64_t columns) : values_(values), stride_(columns + 1) {
    values_.assign(static_cast<std::size_t>((rows + 1) * stride_), infinity);
  }
  double& operator()(std::int64_t i, std::int64_t j) { return values_[i * stride_ + j]; }

 private:
  std::vector<double>& values_;
  std::int64_t stride_;
};

}  // namespace

struct TimeWarping::Workspace {
  std::vector<double> rest;
};
struct EditAlignment::Workspace {
  std::vector<double> rest;
};

SolverTraits TimeWarping::traits() const {
  check_size("time_warping", first, second);
  return {.name = "time_warping",
          .sense = Sense::minimise,
          .shape = {first, second},
          .ties = "from the start on a step in both sequences, then one in the first"};
}

void TimeWarping::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  check(instance, 1, first, second);
  const auto [rows, columns] = instance;
  const WorkspacePool<Workspace>::Lease work(workspaces);
  const double scale = scale_of(cost);
  Table rest(work->rest, rows, columns);
  for (std::int64_t i = rows - 1; i >= 0; --i)
    for (std::int64_t j = columns - 1; j >= 0; --j) {
      const double next = std::min({rest(i + 1, j + 1), rest(i + 1, j), rest(i, j + 1)});
      const bool last = i == rows - 1 && j == columns - 1;
      rest(i, j) = scale * static_cast<double>(cost[i * second + j]) + (last ? 0 : next);
    }
  std::fill(solution.begin(), solution.end(), real(0));
  for (std::int64_t i = 0, j = 0;;) {
    solution[i * second + j] = 1;
    if (i == rows - 1 && j == columns - 1) return;
    const double both = rest(i + 1, j + 1), down = rest(i + 1, j), right = rest(i, j + 1);
    const bool step_both = both <= std::min(down, right);
    i += step_both || down <= right;
    j += step_both || down > right;
  }
}

void TimeWarping::mask(const Instance& instance, std::span<real> mask) const {
  for (std::int64_t i = 0; i < std::min(instance.first, first); ++i)
    std::fill_n(mask.begin() + i * second, std::clamp<std::int64_t>(instance.second, 0, second), real(1));
}

SolverTraits EditAlignment::traits() const {
  check_size("edit_alignment", first, second);
  return {.name = "edit_alignment",
          .sense = Sense::minimise,
          .shape = {first + 1, second + 1},
          .ties = "from the start on a replacement, then a deletion"};
}

void EditAlignment::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  check(instance, 0, first, second);
  const auto [rows, columns] = instance;
  const WorkspacePool<Workspace>::Lease work(workspaces);
  const double scale = scale_of(cost);
  const std::int64_t stride = second + 1;
  const auto paid = [&](std::int64_t i, std::int64_t j) { return scale * static_cast<double>(cost[i * stride + j]); };
  // Places between elements: i elements of the first sequence and j of the second are done.
  Table rest(work->rest, rows + 1, columns + 1);
  const auto replacing = [&, r = rows, c = columns](std::int64_t i, std::int64_t j) {
    return i < r && j < c ? paid(i, j) + rest(i + 1, j + 1) : infinity;
  };
  const auto deleting = [&, r = rows](std::int64_t i, std::int64_t j) {
    return i < r ? paid(i, second) + rest(i + 1, j) : infinity;
  };
  const auto inserting = [&, c = columns](std::int64_t i, std::int64_t j) {
    return j < c ? paid(first, j) + rest(i, j + 1) : infinity;
  };
  for (std::int64_t i = rows; i >= 0; --i)
    for (std::int64_t j = columns; j >= 0; --j)
      rest(i, j) = i == rows && j == columns ? 0 : std::min({replacing(i, j), deleting(i, j), inserting(i, j)});
  std::fill(solution.begin(), solution.end(), real(0));
  for (std::int64_t i = 0, j = 0; i < rows || j < columns;) {
    const double replaced = replacing(i, j), deleted = deleting(i, j), inserted = inserting(i, j);
    const bool replace = replaced <= std::min(deleted, inserted), remove = !replace && deleted <= inserted;
    solution[(replace || remove ? i : first) * stride + (remove ? second : j)] = 1;
    i += replace || remove;
    j += !remove;
  }
}

void EditAlignment::mask(const Instance& instance, std::span<real> mask) const {
  const std::int64_t rows = std::clamp<std::int64_t>(instance.first, 0, first);
  const std::int64_t columns = std::clamp<std::int64_t>(instance.second, 0, second), stride = second + 1;
  for (std::int64_t i = 0; i < rows; ++i) {
    std::fill_n(mask.begin() + i * stride, columns, real(1));
    mask[i * stride + second] = 1;
  }
  std::fill_n(mask.begin() + first * stride, columns, real(1));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
