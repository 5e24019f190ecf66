#include <cotape/bench/tapes/problems/draws.h>
#include <cotape/bench/tapes/problems/least_squares.h>

namespace cotape::bench::tapes {
namespace {

LeastSquares least_squares(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  LeastSquares problem{.size = std::to_string(rows) + "x" + std::to_string(columns),
                       .rows = rows,
                       .columns = columns,
                       .x = {},
                       .y = {},
                       .start = {}};
  Draws draws(seed);
  draws.append_normal(problem.x, rows * columns);
  draws.append_normal(problem.y, rows);
  draws.append_normal(problem.start, columns);
  return problem;
}

}  // namespace

std::vector<LeastSquares> least_squares_problems(std::uint64_t seed) {
  return {least_squares(100, 50, seed), least_squares(1000, 100, seed), least_squares(10000, 200, seed)};
}

}  // namespace cotape::bench::tapes
