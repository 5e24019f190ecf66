#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/relax/lapsum.h>
#include <cotape/solvers/relax/relaxed_form.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory_resource>
#include <span>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// One score of a row, in ascending order. Sums of exponentials of distances, which no distance makes overflow.
struct Item {
  real score = 0;
  std::int64_t index = 0;
  double below = 0;  // Σ e^−d over the items up to this one, d its distance to them, in temperatures: at least 1
  double above = 0;  // the same over this one and the items behind it
  double weighted_below = 0, weighted_above = 0;  // … e^−d·dy
};

class Row {
 public:
  Row(std::span<Item> items, double temperature) : items_(items), temperature_(temperature) {}

  void sort(const real* scores) {
    for (std::int64_t i = 0; i < size(); ++i) items_[i] = {.score = scores[i], .index = i};
    std::sort(items_.begin(), items_.end(),
              [](const Item& a, const Item& b) { return a.score != b.score ? a.score < b.score : a.index < b.index; });
    for (std::int64_t m = 0; m < size(); ++m) items_[m].below = 1 + (m > 0 ? near(m) * items_[m - 1].below : 0);
    for (std::int64_t m = size() - 1; m >= 0; --m)
      items_[m].above = 1 + (m + 1 < size() ? near(m + 1) * items_[m + 1].above : 0);
  }
  void weigh(const real* dy) {
    const auto own = [&](std::int64_t m) { return static_cast<double>(dy[items_[m].index]); };
    for (std::int64_t m = 0; m < size(); ++m)
      items_[m].weighted_below = own(m) + (m > 0 ? near(m) * items_[m - 1].weighted_below : 0);
    for (std::int64_t m = size() - 1; m >= 0; --m)
      items_[m].weighted_above = own(m) + (m + 1 < size() ? near(m + 1) * items_[m + 1].weighted_above : 0);
  }

  std::int64_t size() const { return static_cast<std::int64_t>(items_.size()); }
  const Item& operator[](std::int64_t m) const { return items_[m]; }
  // How far item m lies above item l ≤ m, in temperatures; may be ∞.
  double distance(std::int64_t m, std::int64_t l) const {
    return (static_cast<double>(items_[m].score) - static_cast<double>(items_[l].score)) / temperature_;
  }

 private:
  double near(std::int64_t m) const { return std::exp(-distance(m, m - 1)); }

  std::span<Item> items_;
  double temperature_;
};

// Calls body(row, first) for each row of x, `first` being where it begins, in parallel.
template <class Body>
void for_sorted_rows(const Tensor& x, real temperature, std::pmr::memory_resource* memory, Body body) {
  const std::int64_t n = x.shape()[-1], rows = n > 0 ? x.size() / n : 0;
  std::pmr::vector<Item> items(static_cast<std::size_t>(worker_count() * n), memory);
  parallel_for_workers(
      rows, std::max<std::int64_t>(1, elementwise_block / std::max<std::int64_t>(1, n)),
      [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
        Row row({items.data() + worker * n, static_cast<std::size_t>(n)}, static_cast<double>(temperature));
        for (std::int64_t r = begin; r < end; ++r) {
          row.sort(x.data() + r * n);
          body(row, r * n);
        }
      });
}

void require_finite(const Tensor& x) {
  if (!x.finite()) fail<ValueError>("a score is not finite");
}

// Where the threshold b lies: between items `first` − 1 and `first`, so far above the one and below the other.
struct Threshold {
  std::int64_t first = 0;
  double over = 0, under = 0;
};

// The b with Σ F((θ_i − b)/τ) = k < n. The sum falls with b, and between two items it is a quadratic equation for e^b.
Threshold threshold(const Row& row, std::int64_t k) {
  const std::int64_t n = row.size();
  const auto sum_at = [&](std::int64_t m) {  // for b at item m
    return static_cast<double>(n - 1 - m) + (1 + row[m].below - row[m].above) / 2;
  };
  std::int64_t low = 0, high = n;  // the first item where the sum is at most k
  while (low < high) {
    const std::int64_t middle = (low + high) / 2;
    if (sum_at(middle) <= static_cast<double>(k))
      high = middle;
    else
      low = middle + 1;
  }
  const std::int64_t m = low;
  if (m == 0) return {0, 0, std::log(row[0].above / static_cast<double>(2 * (n - k)))};
  if (m == n) return {n, std::log(row[n - 1].below / static_cast<double>(2 * k)), 0};
  const double gap = row.distance(m, m - 1), below = row[m - 1].below, above = row[m].above;
  const std::int64_t too_many = n - m - k;  // items above b, more than are wanted
  if (too_many == 0) {
    const double tilt = std::log(below / above);
    return {m, (gap + tilt) / 2, (gap - tilt) / 2};
  }
  const double excess = std::abs(static_cast<double>(too_many));
  const double root = excess + std::sqrt(excess * excess + below * above * std::exp(-gap));
  if (too_many < 0) {
    const double over = std::log(below / root);
    return {m, over, gap - over};
  }
  const double under = std::log(above / root);
  return {m, gap - under, under};
}

// Of each row: how much each score is among the k largest, and F' there, the slope but for the temperature.
void select_softly(const Row& row, std::int64_t k, real* chances, real* slopes) {
  if (k == row.size()) {
    std::fill_n(chances, k, real(1));
    std::fill_n(slopes, k, real(0));
    return;
  }
  const Threshold b = threshold(row, k);
  for (std::int64_t m = 0; m < row.size(); ++m) {
    // How far the item lies below b, or above; rounding may put the nearest ones on the other side.
    const bool is_below = m < b.first;
    const double distance = is_below ? row.distance(b.first - 1, m) + b.over : row.distance(m, b.first) + b.under;
    const double tail = std::exp(-std::abs(distance)) / 2;
    chances[row[m].index] = static_cast<real>(is_below == (distance >= 0) ? tail : 1 - tail);
    slopes[row[m].index] = static_cast<real>(tail);
  }
}

}  // namespace

Var lapsum_topk(Var scores, std::int64_t k, real temperature, Relaxed form) {
  const std::int64_t n = check_relaxation("lapsum_topk", scores, k, temperature);
  const Var soft = with_var_vjps(
      record(
          {"lapsum_topk", "dθ = f (dy − Σ f dy / Σ f) / τ"}, {scores},
          [&](Forward& c) {
            const Tensor& x = c.in(0);
            require_finite(x);
            Tensor &y = c.out(x.shape()), &slopes = c.save(x.shape());
            for_sorted_rows(x, temperature, c.memory(), [&](const Row& row, std::int64_t first) {
              select_softly(row, k, y.data() + first, slopes.data() + first);
            });
          },
          [n, temperature](Vjp& v) {
            const Tensor& slopes = v.saved(0);
            for_rows(v.dx.size() / n, n, [&](std::int64_t r) {
              double total = 0, weighted = 0;
              for (std::int64_t i = r * n; i < (r + 1) * n; ++i) {
                total += static_cast<double>(slopes[i]);
                weighted += static_cast<double>(slopes[i]) * static_cast<double>(v.dy[i]);
              }
              const double mean = total > 0 ? weighted / total : 0;
              for (std::int64_t i = r * n; i < (r + 1) * n; ++i)
                v.dx[i] = static_cast<real>(static_cast<double>(slopes[i]) * (static_cast<double>(v.dy[i]) - mean) /
                                            static_cast<double>(temperature));
            });
          }),
      [temperature](const VarVjp& v) {
        // F' is the smaller one of F and 1 − F.
        const Var slopes = minimum(v.y, 1 - v.y);
        const Var total = maximum(sum(slopes, -1, true), number(v.y, std::numeric_limits<real>::min()));
        return slopes * (v.dy - sum(slopes * v.dy, -1, true) / total) / temperature;
      });
  return in_form(form, soft, n, k);
}

Var lapsum_ranks(Var scores, real temperature) {
  check_relaxation("lapsum_ranks", scores, 1, temperature);
  return with_value_in_ops(
      record(
          {"lapsum_ranks", "dθ_i = Σ_j F'((θ_i − θ_j)/τ) (dy_i − dy_j) / τ"}, {scores},
          [&](Forward& c) {
            const Tensor& x = c.in(0);
            require_finite(x);
            Tensor& y = c.out(x.shape());
            for_sorted_rows(x, temperature, c.memory(), [&](const Row& row, std::int64_t first) {
              for (std::int64_t m = 0; m < row.size(); ++m)
                y[first + row[m].index] =
                    static_cast<real>(static_cast<double>(1 + m) + (row[m].above - row[m].below) / 2);
            });
          },
          [temperature](Vjp& v) {
            for_sorted_rows(v.input(0), temperature, v.memory(), [&](Row& row, std::int64_t first) {
              row.weigh(v.dy.data() + first);
              for (std::int64_t m = 0; m < row.size(); ++m) {
                const Item& item = row[m];
                const std::int64_t place = first + item.index;
                const double all = (item.below + item.above) * static_cast<double>(v.dy[place]);
                v.dx[place] = static_cast<real>((all - item.weighted_below - item.weighted_above) /
                                                (2 * static_cast<double>(temperature)));
              }
            });
          }),
      [temperature](const VarVjp& v) {
        const Var x = v.input(0);
        const Shape& shape = x.shape();
        const Var d = (reshape(x, shape.inserted(shape.rank(), 1)) - reshape(x, shape.inserted(shape.rank() - 1, 1))) /
                      temperature;
        const Var zero = number(x, 0);
        // F in one piece: ½e^min(d, 0) + ½ − ½e^(−max(d, 0)), whose slope at 0 is ½ because only one of them has it.
        return sum(exp(minimum(d, zero)) - exp(-maximum(zero, d)) + 1, -1) / 2 + real(0.5);
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
