#include <doctest/doctest.h>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/kernels/strided_copy.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace cotape;

namespace {

// The definition: one number after the other.
void copy_one_by_one(real* to, const real* from, std::span<const StridedAxis> axes) {
  if (axes.empty()) return void(*to = *from);
  for (std::int64_t i = 0; i < axes[0].size; ++i)
    copy_one_by_one(to + i * axes[0].to, from + i * axes[0].from, axes.subspan(1));
}

// Copies from the middle of 0, 1, 2, … to the middle of −1s, so that a number written beside the result shows.
bool agrees(const std::vector<StridedAxis>& axes) {
  std::int64_t reach = 0;
  for (const StridedAxis& axis : axes) reach += axis.size * std::max(std::abs(axis.to), std::abs(axis.from));
  const std::int64_t size = 2 * reach + 100;
  std::vector<real> from(static_cast<std::size_t>(size)), expected(from.size(), -1), found(from.size(), -1);
  std::iota(from.begin(), from.end(), real(0));
  copy_one_by_one(expected.data() + reach, from.data() + reach, axes);
  strided_copy(found.data() + reach, from.data() + reach, axes);
  return found == expected;
}

// The axes that put the axes of a tensor into another order.
std::vector<StridedAxis> permutation(const Shape& from, const std::vector<int>& order) {
  Shape to;
  for (const int axis : order) to = to.inserted(to.rank(), from[axis]);
  std::vector<StridedAxis> axes;
  for (std::size_t i = 0; i < order.size(); ++i)
    axes.push_back({from[order[i]], strides_of(to)[i], strides_of(from)[static_cast<std::size_t>(order[i])]});
  return axes;
}

}  // namespace

TEST_CASE("strided copies: planes of every size around a square of registers") {
  for (const std::int64_t rows : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 130})
    for (const std::int64_t columns : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 130, 200}) {
      CAPTURE(rows);
      CAPTURE(columns);
      CHECK(agrees(permutation({rows, columns}, {1, 0})));
      CHECK(agrees(permutation({2, rows, columns}, {0, 2, 1})));
      CHECK(agrees(permutation({rows, columns, 3}, {1, 0, 2})));
      CHECK(agrees({{rows, columns, 1}, {columns, 1, rows + 5}}));  // from a part of a wider matrix
      CHECK(agrees({{rows, columns + 4, 1}, {columns, 1, rows}}));  // to a part of a wider matrix
    }
}

TEST_CASE("strided copies: every order of four axes") {
  for (const Shape& shape : {Shape{2, 3, 5, 4}, Shape{17, 2, 3, 16}, Shape{1, 40, 1, 20}}) {
    std::vector<int> order = {0, 1, 2, 3};
    do CHECK(agrees(permutation(shape, order)));
    while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST_CASE("strided copies: backwards, repeated, with gaps, of one number and of none") {
  CHECK(agrees({{5, 1, -1}}));
  CHECK(agrees({{3, 40, 40}, {40, 1, -1}}));
  CHECK(agrees({{3, 4, -4}, {4, 1, 1}}));
  CHECK(agrees({{6, 1, 0}}));
  CHECK(agrees({{6, 5, 0}, {5, 1, 1}}));
  CHECK(agrees({{5, 6, 1}, {6, 1, 0}}));
  CHECK(agrees({{4, 1, 7}}));
  CHECK(agrees({{4, 7, 1}}));
  CHECK(agrees({{4, 9, 8}, {3, 3, 2}}));
  CHECK(agrees({}));
  CHECK(agrees({{1, 7, 3}, {1, 1, 1}}));
  CHECK(agrees({{3, 0, 0}, {0, 1, 1}}));
}

TEST_CASE("strided copies of more than one parallel block, for any number of threads") {
  for (const int threads : {1, 3}) {
    const ThreadLimit limit(threads);
    CHECK(agrees(permutation({300, 301}, {1, 0})));
    CHECK(agrees(permutation({3, 40'000}, {1, 0})));
    CHECK(agrees(permutation({40'000, 3}, {1, 0})));
    CHECK(agrees(permutation({5000, 2, 4}, {0, 2, 1})));
    CHECK(agrees(permutation({5000, 3, 4, 2}, {0, 2, 1, 3})));
    CHECK(agrees({{50'000, 1, 1}}));
    CHECK(agrees({{50'000, 1, -1}}));
    CHECK(agrees({{2, 50'000, 0}, {50'000, 1, 1}}));
  }
}
