#include <cotape/engine/base/error.h>
#include <cotape/solvers/select/ranking.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_counted = 128;

// positions[i] = how many scores come before score i when all are sorted by sign·score, equal ones by index. Compares
// all pairs, without a branch that depends on a score and without memory: fastest for few scores.
void positions_by_counting(const real* scores, real* positions, std::int64_t n, real sign) {
  for (std::int64_t i = 0; i < n; ++i) {
    const real own = sign * scores[i];
    int before = 0;
    for (std::int64_t j = 0; j < i; ++j) before += sign * scores[j] <= own;
    for (std::int64_t j = i + 1; j < n; ++j) before += sign * scores[j] < own;
    positions[i] = static_cast<real>(before);
  }
}

using Bits = std::conditional_t<sizeof(real) == 4, std::uint32_t, std::uint64_t>;

struct Keyed {
  Bits key;  // a whole number that grows with the score
  std::size_t index;
};

// The bits of a positive number grow with it, those of a negative one with its size.
Bits key_of(real number) {
  constexpr Bits top = ~(~Bits{0} >> 1);
  const auto bits = std::bit_cast<Bits>(number + real(0));  // −0 is 0
  return bits & top ? ~bits : bits | top;
}

// The same by sorting, byte by byte from the lowest one on, equal ones staying in their order: in n steps for each
// byte.
void positions_by_sorting(const real* scores, real* positions, std::int64_t n, real sign, std::vector<Keyed>& sorted,
                          std::vector<Keyed>& next) {
  sorted.resize(static_cast<std::size_t>(n));
  next.resize(static_cast<std::size_t>(n));
  const auto byte_of = [](Bits key, std::size_t byte) { return static_cast<std::size_t>(key >> (8 * byte) & 0xFF); };
  std::array<std::array<std::size_t, 256>, sizeof(Bits)>
      places{};  // how many have a byte; then where the next one goes
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sorted[i] = {key_of(sign * scores[i]), i};
    for (std::size_t byte = 0; byte < sizeof(Bits); ++byte) ++places[byte][byte_of(sorted[i].key, byte)];
  }
  for (std::size_t byte = 0; byte < sizeof(Bits); ++byte) {
    auto& place = places[byte];
    if (place[byte_of(sorted[0].key, byte)] == sorted.size()) continue;  // all have the same
    std::exclusive_scan(place.begin(), place.end(), place.begin(), std::size_t{0});
    for (const Keyed& one : sorted) next[place[byte_of(one.key, byte)]++] = one;
    std::swap(sorted, next);
  }
  for (std::size_t p = 0; p < sorted.size(); ++p) positions[sorted[p].index] = static_cast<real>(p);
}

}  // namespace

struct Ranking::Workspace {
  std::vector<Keyed> sorted, next;
  std::vector<std::int64_t> order;
  std::vector<std::pair<real, real>> pairs;
};

SolverTraits Ranking::traits() const {
  if (n < 1) fail<ValueError>("ranking: n = ", n, " is not positive");
  if (!values.empty() && static_cast<std::int64_t>(values.size()) != n)
    fail<ValueError>("ranking: ", values.size(), " values for n = ", n);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]) || (i > 0 && values[i] < values[i - 1]))
      fail<ValueError>("ranking: value ", i, ", ", values[i], ", is not finite or smaller than the one before");
  return {.name = "ranking",
          .sense = sense,
          .shape = {n},
          .ties = "of equal scores the one with the lower index gets the smaller rank",
          .constant_sum = true};
}

void Ranking::solve(std::span<const real> scores, std::span<real> ranks) const {
  const real sign = sense == Sense::maximise ? real(1) : real(-1);
  if (n <= max_counted) {
    positions_by_counting(scores.data(), ranks.data(), n, sign);
  } else {
    const WorkspacePool<Workspace>::Lease work(workspaces);
    positions_by_sorting(scores.data(), ranks.data(), n, sign, work->sorted, work->next);
  }
  for (real& rank : ranks) rank = values.empty() ? rank + 1 : values[static_cast<std::size_t>(rank)];
}

void Ranking::normals(std::span<const real> ranks, Normals& to) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  std::vector<std::int64_t>& order = work->order;
  order.resize(ranks.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return ranks[a] > ranks[b]; });
  to.begin_equation();
  for (std::int64_t i = 0; i < n; ++i) to.add(i, 1);
  for (std::int64_t m = 1; m < n; ++m) {
    if (ranks[order[m - 1]] == ranks[order[m]])
      fail<SolverError>("of equal values, here ", ranks[order[m]], ", any subset binds: they are too many");
    to.begin_inequality();
    for (std::int64_t i = 0; i < m; ++i) to.add(order[i], 1);
  }
}

std::int64_t Ranking::neighbour_count(std::span<const real> ranks) const {
  std::int64_t pairs = n * (n - 1) / 2;
  if (values.empty()) return pairs;
  for (std::int64_t i = 0; i < n; ++i) pairs -= std::count(ranks.begin() + i + 1, ranks.end(), ranks[i]);
  return pairs;
}

void Ranking::neighbour(std::span<const real> ranks, std::int64_t which, std::span<real> other) const {
  std::copy(ranks.begin(), ranks.end(), other.begin());
  for (std::int64_t i = 0;; ++i) {
    const std::int64_t later = n - 1 - i;
    const std::int64_t pairs =
        values.empty() ? later : later - std::count(ranks.begin() + i + 1, ranks.end(), ranks[i]);
    if (which >= pairs) {
      which -= pairs;
      continue;
    }
    std::int64_t j = i + 1;
    while (ranks[j] == ranks[i] || which-- > 0) ++j;
    return std::swap(other[i], other[j]);
  }
}

std::optional<bool> Ranking::tied(std::span<const real> scores, std::span<const real> ranks) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  auto& pairs = work->pairs;
  pairs.clear();
  for (std::size_t i = 0; i < scores.size(); ++i) pairs.emplace_back(scores[i], ranks[i]);
  std::sort(pairs.begin(), pairs.end());
  for (std::size_t i = 1; i < pairs.size(); ++i)
    if (pairs[i].first == pairs[i - 1].first && pairs[i].second != pairs[i - 1].second) return true;
  return false;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
