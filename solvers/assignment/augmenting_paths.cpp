#include <cotape/solvers/assignment/augmenting_paths.h>

#include <algorithm>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace assignment {
namespace {

using DoubleLanes = LanesOf<double>;
using IndexLanes = LanesOf<std::int64_t>;
constexpr int lanes = static_cast<int>(lane_count_of<double>);
constexpr IndexLanes first_index = {0, 1, 2, 3, 4, 5, 6, 7};

// Up to so many registers ("packs") of eight columns, all that a search changes stays in registers.
constexpr int max_fixed_packs = 4;

}  // namespace

// Calls f with the number of packs that a row has; 0: too many for registers.
template <class F>
auto AugmentingPaths::with_fixed_packs(F f) const {
  switch (cost_.stride() / lanes) {
    case 1:
      return f(std::integral_constant<int, 1>());
    case 2:
      return f(std::integral_constant<int, 2>());
    case 3:
      return f(std::integral_constant<int, 3>());
    case max_fixed_packs:
      return f(std::integral_constant<int, max_fixed_packs>());
    default:
      return f(std::integral_constant<int, 0>());
  }
}

void AugmentingPaths::resize(std::int64_t rows, std::int64_t columns) {
  rows_ = rows;
  columns_ = columns;
  cost_.assign(rows, columns, infinity);
  price_.assign(columns, 0);
  column_of_.assign(static_cast<std::size_t>(rows), none);
  row_of_.assign(static_cast<std::size_t>(columns), none);
}

void AugmentingPaths::assign(std::int32_t row, std::int32_t column) {
  column_of_[row] = column;
  row_of_[column] = row;
}

bool AugmentingPaths::solve() {
  free_.clear();
  if (rows_ == columns_) {
    if (!reduce_columns()) return false;
    transfer_reductions();
  }
  for (std::int32_t i = 0; i < rows_; ++i)
    if (column_of_[i] == none) free_.push_back(i);
  if (!reduce_rows()) return false;
  return with_fixed_packs([&](auto fixed) {
    return std::all_of(free_.begin(), free_.end(), [&](std::int32_t row) { return augment<fixed()>(row); });
  });
}

// Every column's price is its smallest cost; the rows where these are get the columns, one each.
bool AugmentingPaths::reduce_columns() {
  const auto packs = static_cast<int>(cost_.stride()) / lanes;
  before_.assign(columns_, 0);
  std::copy_n(row(0), cost_.stride(), price_.data());
  for (std::int64_t i = 1; i < rows_; ++i)
    for (int k = 0; k < packs; ++k) {
      const DoubleLanes cost = lanes_at(row(i) + k * lanes);
      DoubleLanes& price = lanes_at(price_.data() + k * lanes);
      IndexLanes& where = lanes_at(before_.data() + k * lanes);
      const auto lower = cost < price;
      price = lower ? cost : price;
      where = lower ? IndexLanes{} + i : where;
    }
  wanted_.assign(static_cast<std::size_t>(rows_), 0);
  for (std::int32_t j = 0; j < columns_; ++j) {
    if (price_[j] == infinity) return false;
    const auto cheapest = static_cast<std::int32_t>(before_[j]);
    if (wanted_[cheapest]++ == 0) assign(cheapest, j);
  }
  for (std::int64_t j = columns_; j < cost_.stride(); ++j) price_[j] = 0;
  return true;
}

// A row that is cheapest for its own column alone lowers that column's price as far as it would still take it.
void AugmentingPaths::transfer_reductions() {
  with_fixed_packs([&](auto fixed) {
    for (std::int32_t i = 0; i < rows_; ++i) {
      if (wanted_[i] != 1) continue;
      const Lowest own = lowest<fixed()>(i);
      if (own.column == column_of_[i] && own.second < infinity) price_[own.column] -= own.second - own.first;
    }
  });
}

// Rows without a column take the one that they want, lower its price as far as they would still take it, and leave the
// row that had it without one, to do the same. Two rounds; a round ends when more such steps would take longer than the
// paths that they save (rounding may even leave a price as it is). False when a row has forbidden pairs alone.
bool AugmentingPaths::reduce_rows() {
  return with_fixed_packs([&](auto fixed) {
    for (int round = 0; round < 2; ++round) {
      std::int64_t steps_left = rows_ / 4;
      const std::size_t count = free_.size();
      std::size_t kept = 0;
      for (std::size_t k = 0; k < count;) {
        const std::int32_t i = free_[k++];
        const Lowest wish = lowest<fixed()>(i);
        if (wish.first == infinity) return false;
        const std::int32_t owner = row_of_[wish.column];
        const bool lowers = wish.first < wish.second && wish.second < infinity;
        if (owner != none && !lowers) {  // a tie: perhaps with a column that nobody has
          std::int32_t j = wish.column + 1;
          while (j < columns_ && !(row_of_[j] == none && reduced(i, j) == wish.first)) ++j;
          if (j < columns_)
            assign(i, j);
          else
            free_[kept++] = i;
          continue;
        }
        if (lowers) price_[wish.column] -= wish.second - wish.first;
        assign(i, wish.column);
        if (owner == none) continue;
        column_of_[owner] = none;
        if (--steps_left > 0)
          free_[--k] = owner;
        else
          free_[kept++] = owner;
      }
      free_.resize(kept);
    }
    return true;
  });
}

template <int fixed>
AugmentingPaths::Lowest AugmentingPaths::lowest(std::int64_t i) const {
  const int packs = fixed > 0 ? fixed : static_cast<int>(cost_.stride()) / lanes;
  const double* const costs = row(i);
  DoubleLanes first = DoubleLanes{} + infinity, second = first;
  IndexLanes where = first_index;
#pragma GCC unroll 8
  for (int k = 0; k < packs; ++k) {
    const DoubleLanes x = lanes_at(costs + k * lanes) - lanes_at(price_.data() + k * lanes);
    const auto lower = x < first;
    const DoubleLanes other = lower ? first : x;
    second = other < second ? other : second;
    first = lower ? x : first;
    where = lower ? first_index + k * lanes : where;
  }
  Lowest out{first[0], second[0], static_cast<std::int32_t>(where[0])};
#pragma GCC unroll 8
  for (int lane = 1; lane < lanes; ++lane) {
    const auto column = static_cast<std::int32_t>(where[lane]);
    const bool lower = first[lane] < out.first || (first[lane] == out.first && column < out.column);
    out.second = std::min(std::min(out.second, second[lane]), lower ? out.first : first[lane]);
    out.column = lower ? column : out.column;
    out.first = lower ? first[lane] : out.first;
  }
  return out;
}

// Finds a shortest path from a row without a column to a column without a row and shifts the assignments along it.
// False when there is none.
template <int fixed>
bool AugmentingPaths::augment(std::int32_t start) {
  constexpr bool small = fixed > 0;
  const int packs = small ? fixed : static_cast<int>(cost_.stride()) / lanes;
  DoubleLanes distance_registers[small ? fixed : 1], open_registers[small ? fixed : 1];
  IndexLanes before_registers[small ? fixed : 1];
  const auto distance = [&](int k) -> DoubleLanes& {
    return small ? distance_registers[k] : lanes_at(distance_.data() + k * lanes);
  };
  const auto open = [&](int k) -> DoubleLanes& {
    return small ? open_registers[k] : lanes_at(open_.data() + k * lanes);
  };
  const auto before = [&](int k) -> IndexLanes& {
    return small ? before_registers[k] : lanes_at(before_.data() + k * lanes);
  };
  if (small) {
    before_.assign(columns_, 0);
#pragma GCC unroll 8
    for (int k = 0; k < packs; ++k) {
      distance(k) = DoubleLanes{} + infinity;
      open(k) = DoubleLanes{};
      before(k) = IndexLanes{};
    }
  } else {
    distance_.assign(columns_, infinity);
    open_.assign(columns_, 0);
    before_.assign(columns_, 0);
  }
  passed_.clear();

  std::int32_t i = start, end = none;
  double length = 0, offset = 0;  // offset: what the reduced costs of row i are smaller by than distances over it
  for (;;) {
    const double* const costs = row(i);
    DoubleLanes lowest = DoubleLanes{} + infinity;
    IndexLanes where = first_index;
#pragma GCC unroll 8
    for (int k = 0; k < packs; ++k) {
      const DoubleLanes x = lanes_at(costs + k * lanes) - lanes_at(price_.data() + k * lanes) - offset + open(k);
      const auto better = x < distance(k);
      distance(k) = better ? x : distance(k);
      before(k) = better ? IndexLanes{} + i : before(k);
      const auto lower = distance(k) < lowest;
      lowest = lower ? distance(k) : lowest;
      where = lower ? first_index + k * lanes : where;
    }
    length = infinity;
#pragma GCC unroll 8
    for (int lane = 0; lane < lanes; ++lane) {
      end = lowest[lane] < length ? static_cast<std::int32_t>(where[lane]) : end;
      length = lowest[lane] < length ? lowest[lane] : length;
    }
    if (length == infinity) return false;
    if (row_of_[end] == none) break;
    passed_.push_back({end, length});
    i = row_of_[end];
    offset = reduced(i, end) - length;
    if constexpr (small) {
#pragma GCC unroll 8
      for (int k = 0; k < packs; ++k) {
        const auto passed = first_index + k * lanes == end;
        distance(k) = passed ? DoubleLanes{} + infinity : distance(k);
        open(k) = passed ? DoubleLanes{} + infinity : open(k);
      }
    } else {
      distance_[end] = open_[end] = infinity;
    }
  }
  if constexpr (small)
    for (int k = 0; k < packs; ++k) lanes_at(before_.data() + k * lanes) = before(k);

  for (const auto& [column, final_distance] : passed_) price_[column] += final_distance - length;
  do {
    i = static_cast<std::int32_t>(before_[end]);
    row_of_[end] = i;
    std::swap(column_of_[i], end);
  } while (i != start);
  return true;
}

}  // namespace assignment
}  // namespace COTAPE_PRECISION
}  // namespace cotape
