#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/lines.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/index_limit.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/sort.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <cmath>
#include <memory_resource>
#include <optional>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

struct Entry {
  real value;
  std::int64_t index;
};

// Whether a comes before b. No two entries are equal, so that any algorithm sorts them in the same order.
bool ascends(const Entry& a, const Entry& b) {
  if (a.value < b.value) return true;
  if (a.value > b.value) return false;
  const bool nan_a = std::isnan(a.value), nan_b = std::isnan(b.value);
  return nan_a == nan_b ? a.index < b.index : nan_b;
}
bool descends(const Entry& a, const Entry& b) {
  if (a.value > b.value) return true;
  if (a.value < b.value) return false;
  const bool nan_a = std::isnan(a.value), nan_b = std::isnan(b.value);
  return nan_a == nan_b ? a.index < b.index : nan_a;
}

// The indices of the first k numbers of each line in order; of all where k is not given.
Var order(const char* name, Var x, int axis, bool descending, std::optional<std::int64_t> k = {}) {
  return record(
      {name, "none"}, {x},
      [=](Forward& c) {
        const Tensor& in = c.in(0);
        const AxisView view = view_around(in.shape(), axis);
        require_countable(in.shape(), axis);
        const std::int64_t n = view.size, count = k.value_or(n);
        if (count < 0 || count > n)
          fail<ValueError>("k = ", count, " is not in [0, ", n, "], the size of axis ", axis, " of shape ", in.shape());
        Tensor& y = c.out(in.shape().with(axis, count));
        if (y.size() == 0) return;
        std::pmr::vector<Entry> entries(static_cast<std::size_t>(worker_count() * n), c.memory());
        const std::int64_t lines = view.outer * view.inner;
        parallel_for_workers(lines, std::max<std::int64_t>(1, elementwise_block / std::max<std::int64_t>(1, n)),
                             [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
                               const auto before = descending ? descends : ascends;
                               Entry* line = entries.data() + worker * n;
                               for (std::int64_t l = begin; l < end; ++l) {
                                 const std::int64_t outer = l / view.inner, inner = l % view.inner;
                                 const real* numbers = in.data() + outer * n * view.inner + inner;
                                 for (std::int64_t i = 0; i < n; ++i) line[i] = {numbers[i * view.inner], i};
                                 if (count < n) std::nth_element(line, line + count, line + n, before);
                                 std::sort(line, line + count, before);
                                 real* to = y.data() + outer * count * view.inner + inner;
                                 for (std::int64_t i = 0; i < count; ++i)
                                   to[i * view.inner] = static_cast<real>(line[i].index);
                               }
                             });
      },
      no_gradient);
}

// Calls visit(i, j) for each element i of `indices` and the element j of a tensor of axis size n that it points to.
template <class Visit>
void for_pointers(const Tensor& indices, int axis, std::int64_t n, Visit visit) {
  const AxisView view = view_around(indices.shape(), axis);
  for_lines(view, [&](std::int64_t first, std::int64_t line) {
    const std::int64_t start = line / view.inner * n * view.inner + line % view.inner;
    for (std::int64_t i = 0, at = first; i < view.size; ++i, at += view.inner)
      visit(at, start + static_cast<std::int64_t>(indices[at]) * view.inner);
  });
}

// The numbers that the indices point to. No two of a line point to the same.
Var pick(const char* name, Var x, Var indices, int axis) {
  return with_var_vjps(
      record(
          {.name = name, .vjp = "dx[index] = dy", .adds = true}, {x, indices},
          [axis](Forward& c) {
            const Tensor &in = c.in(0), &chosen = c.in(1);
            Tensor& y = c.out(chosen.shape());
            for_pointers(chosen, axis, in.shape()[axis], [&](std::int64_t i, std::int64_t j) { y[i] = in[j]; });
          },
          [axis](Vjp& v) {
            for_pointers(v.input(1), axis, v.dx.shape()[axis],
                         [&](std::int64_t i, std::int64_t j) { v.dx[j] += v.dy[i]; });
          },
          no_gradient),
      [axis](const VarVjp& v) {
        const std::span<const real> chosen = v.input(1).value().values();
        const std::vector<std::int64_t> places(chosen.begin(), chosen.end());
        return scatter_add(broadcast_to(number(v.dy, 0), v.input(0).shape()), axis, places, v.dy);
      },
      no_gradient);
}

}  // namespace

Var argsort(Var x, int axis, bool descending) { return order("argsort", x, axis, descending); }

Sorted sort(Var x, int axis, bool descending) {
  const Var indices = argsort(x, axis, descending);
  return {pick("sort", x, indices, axis), indices};
}

Sorted topk(Var x, std::int64_t k, int axis, bool largest) {
  const Var indices = order("topk_indices", x, axis, largest, k);
  return {pick("topk", x, indices, axis), indices};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
