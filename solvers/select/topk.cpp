#include <cotape/engine/base/error.h>
#include <cotape/solvers/select/subsets.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Count = std::conditional_t<sizeof(real) == 4, std::int32_t, std::int64_t>;  // as wide as a score

constexpr std::int64_t counting_limit = 64;

// For at most `width` scores: counts for each score how many are greater, with no branch that depends on a score, and
// chooses those where it is fewer than k. When the k-th score has equals, these are chosen together, and may be too
// many; the last of them are then dropped.
template <std::int64_t width>
void solve_by_ranks(const real* scores, real* solution, std::int64_t n, std::int64_t k) {
  real padded[width] = {};
  std::copy_n(scores, n, padded);
  Count greater[width] = {};
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < width; ++i) greater[i] += scores[j] > padded[i];

  Count chosen = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    chosen += greater[i] < k;
    solution[i] = greater[i] < k ? real(1) : real(0);
  }
  if (chosen == k) return;
  Count last_rank = 0;
  for (std::int64_t i = 0; i < n; ++i)
    if (greater[i] < k) last_rank = std::max(last_rank, greater[i]);
  for (std::int64_t i = n - 1; chosen > k; --i)
    if (greater[i] == last_rank) {
      solution[i] = 0;
      --chosen;
    }
}

// k = 1, with no branch that depends on a score either.
void solve_largest(const real* scores, real* solution, std::int64_t n) {
  real largest = scores[0];
  std::int64_t place = 0;
  for (std::int64_t i = 1; i < n; ++i) {
    place = scores[i] > largest ? i : place;
    largest = std::max(largest, scores[i]);
  }
  std::fill_n(solution, n, real(0));
  solution[place] = 1;
}

// For at most counting_limit scores.
void solve_few(const real* scores, real* solution, std::int64_t n, std::int64_t k) {
  if (k == 1) return solve_largest(scores, solution, n);
  if (n <= 8) return solve_by_ranks<8>(scores, solution, n, k);
  if (n <= 16) return solve_by_ranks<16>(scores, solution, n, k);
  if (n <= 32) return solve_by_ranks<32>(scores, solution, n, k);
  solve_by_ranks<counting_limit>(scores, solution, n, k);
}

// A whole number that orders as the score does; −0 counts as 0.
Count key_of(real score) {
  const Count bits = std::bit_cast<Count>(score + real(0));
  return bits ^ ((bits >> (8 * sizeof(Count) - 1)) & std::numeric_limits<Count>::max());
}

constexpr Count forbidden = std::numeric_limits<Count>::min();  // below the key of every score

// For any n: finds by bisection the largest key that at least k scores reach; key(i) is that of score i. Each step
// counts the scores that reach a key, in a loop that the compiler can vectorise.
template <class Key>
void solve_by_bisection(Key key, real* solution, std::int64_t n, std::int64_t k) {
  Count low = std::numeric_limits<Count>::min(), high = std::numeric_limits<Count>::max();
  std::int64_t reach = n;  // how many scores have keys ≥ low
  while (reach > k && low < high) {
    const Count middle = (low | high) - ((low ^ high) >> 1);  // the mean, rounded up, without overflow
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < n; ++i) count += key(i) >= middle;
    if (count >= k) {
      low = middle;
      reach = count;
    } else {
      high = middle - 1;
    }
  }
  for (std::int64_t i = 0; i < n; ++i) solution[i] = key(i) >= low ? real(1) : real(0);
  for (std::int64_t i = n - 1; reach > k; --i)
    if (key(i) == low) {
      solution[i] = 0;
      --reach;
    }
}

// Returns how many may be chosen.
std::int64_t check(const TopKInstance& instance, std::int64_t n) {
  const std::vector<std::uint8_t>& allowed = instance.allowed;
  if (!allowed.empty() && std::ssize(allowed) != n) fail<SolverError>(allowed.size(), " marks for ", n, " scores");
  const std::int64_t choices = allowed.empty() ? n : n - std::count(allowed.begin(), allowed.end(), 0);
  if (instance.k < 0 || instance.k > choices)
    fail<SolverError>("k = ", instance.k, " is outside 0 … ", choices, " scores that may be chosen");
  return choices;
}

}  // namespace

// The scores that may be chosen, without gaps.
struct TopK::Workspace {
  void take(std::span<const real> scores, const TopKInstance& instance) {
    const std::int64_t size = std::ssize(scores), choices = check(instance, size);
    places.clear();
    for (std::int64_t i = 0; i < size; ++i)
      if (instance.allowed.empty() || instance.allowed[i] != 0) places.push_back(i);
    const std::span<double> kept = subsets.scores(choices);
    for (std::int64_t c = 0; c < choices; ++c) kept[c] = static_cast<double>(scores[places[c]]);
    subsets.choose(instance.k);
    result.resize(places.size());
  }
  void put(std::span<real> out) const {
    for (std::size_t c = 0; c < places.size(); ++c) out[places[c]] = static_cast<real>(result[c]);
  }

  std::vector<std::int64_t> places;
  Subsets subsets;
  std::vector<double> direction, result;
};

SolverTraits TopK::traits() const {
  if (n < 1) fail<ValueError>("top_k: n = ", n, " is not positive");
  if (k < 1 || k > n) fail<ValueError>("top_k: k = ", k, " is outside 1 … n = ", n);
  return {.name = "top_k",
          .sense = Sense::maximise,
          .shape = {n},
          .ties = "of equal scores the one with the lower index is chosen",
          .constant_sum = true,
          .one_hot = k == 1};
}

void TopK::solve(std::span<const real> scores, std::span<real> solution) const {
  if (n <= counting_limit) return solve_few(scores.data(), solution.data(), n, k);
  solve_by_bisection([s = scores.data()](std::int64_t i) { return key_of(s[i]); }, solution.data(), n, k);
}

void TopK::solve(std::span<const real> scores, const Instance& instance, std::span<real> solution) const {
  check(instance, n);
  const std::vector<std::uint8_t>& allowed = instance.allowed;
  const auto may = [&](std::int64_t i) { return allowed.empty() || allowed[i] != 0; };
  if (n <= counting_limit) {
    real kept[counting_limit];
    for (std::int64_t i = 0; i < n; ++i) kept[i] = may(i) ? scores[i] : -std::numeric_limits<real>::infinity();
    return solve_few(kept, solution.data(), n, instance.k);
  }
  solve_by_bisection([&](std::int64_t i) { return may(i) ? key_of(scores[i]) : forbidden; }, solution.data(), n,
                     instance.k);
}

void TopK::marginals(std::span<const real> scores, std::span<real> mean) const { marginals(scores, {k, {}}, mean); }

void TopK::marginals(std::span<const real> scores, const Instance& instance, std::span<real> mean) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->take(scores, instance);
  work->subsets.marginals(work->result);
  work->put(mean);
}

void TopK::draw(std::span<const real> scores, std::span<const real> uniform, std::span<real> solution) const {
  draw(scores, {k, {}}, uniform, solution);
}

void TopK::draw(std::span<const real> scores, const Instance& instance, std::span<const real> uniform,
                std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->take(scores, instance);
  const std::vector<std::int64_t>& places = work->places;
  work->subsets.draw([&](std::int64_t c) { return static_cast<double>(uniform[places[c]]); },
                     [&](std::int64_t c) { solution[places[c]] = 1; });
}

void TopK::covariance(std::span<const real> scores, std::span<const real> direction, std::span<real> product) const {
  covariance(scores, {k, {}}, direction, product);
}

void TopK::covariance(std::span<const real> scores, const Instance& instance, std::span<const real> direction,
                      std::span<real> product) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->take(scores, instance);
  work->direction.clear();
  for (const std::int64_t i : work->places) work->direction.push_back(static_cast<double>(direction[i]));
  work->subsets.covariance(work->direction, work->result);
  work->put(product);
}

void TopK::normals(std::span<const real> solution, const Instance& instance, Normals& to) const {
  check(instance, n);
  const auto may = [&](std::int64_t i) { return instance.allowed.empty() || instance.allowed[i] != 0; };
  to.begin_equation();
  for (std::int64_t i = 0; i < n; ++i)
    if (may(i)) to.add(i, 1);
  for (std::int64_t i = 0; i < n; ++i)
    if (may(i)) to.add_bounds(i, static_cast<double>(solution[i]), 1);
}

std::int64_t TopK::neighbour_count(std::span<const real>, const Instance& instance) const {
  return instance.k * (check(instance, n) - instance.k);
}

void TopK::neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                     std::span<real> other) const {
  const std::int64_t others = check(instance, n) - instance.k;
  std::int64_t leaves = which / others, comes = which % others;  // among the chosen ones, among the others
  std::copy(solution.begin(), solution.end(), other.begin());
  for (std::int64_t i = 0; i < n; ++i) {
    if (!instance.allowed.empty() && instance.allowed[i] == 0) continue;
    std::int64_t& left = solution[i] != 0 ? leaves : comes;
    if (left-- == 0) other[i] = 1 - solution[i];
  }
}

void TopK::mask(const Instance& instance, std::span<real> mask) const {
  for (std::size_t i = 0; i < mask.size(); ++i)
    mask[i] = i < instance.allowed.size() ? instance.allowed[i] != 0 : instance.allowed.empty();
}

std::optional<bool> TopK::tied(std::span<const real> scores, const Instance& instance,
                               std::span<const real> solution) const {
  real lowest_in = std::numeric_limits<real>::infinity(), highest_out = -lowest_in;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!instance.allowed.empty() && instance.allowed[i] == 0) continue;
    real& edge = solution[i] != 0 ? lowest_in : highest_out;
    edge = solution[i] != 0 ? std::min(edge, scores[i]) : std::max(edge, scores[i]);
  }
  return lowest_in == highest_out;
}

std::optional<bool> TopK::tied(std::span<const real> scores, std::span<const real> solution) const {
  real lowest_in = std::numeric_limits<real>::infinity(), highest_out = -lowest_in;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    lowest_in = solution[i] != 0 ? std::min(lowest_in, scores[i]) : lowest_in;
    highest_out = solution[i] != 0 ? highest_out : std::max(highest_out, scores[i]);
  }
  return lowest_in == highest_out;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
