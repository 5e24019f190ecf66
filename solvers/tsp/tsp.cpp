#include <cotape/engine/base/error.h>
#include <cotape/solvers/tsp/tours.h>
#include <cotape/solvers/tsp/tsp.h>
#include <cotape/solvers/tsp/workspace.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using tsp::Clock, tsp::DynamicProgramming, tsp::Tour, tsp::Workspace;

// Numbers of cities.
constexpr std::int64_t max_exact = 2000;         // that Tsp accepts
constexpr std::int64_t max_approximate = 20000;  // that TspLocalSearch accepts
constexpr std::int64_t max_dynamic = 12;         // more are solved faster by branch and bound, on random points
constexpr std::int64_t max_small = 24;           // that need few kicks
constexpr std::int64_t max_started = 64;         // that need few from a tour that was given

// Kicks of the local search before branch and bound: so many that its tour is nearly always the shortest, which makes
// the search short; few for small instances, where the search itself soon finds better tours, and behind a tour to
// start with, which has mostly been the shortest for costs that were a little different.
std::int64_t kicks_before_search(std::int64_t n, bool started) {
  if (started && n <= max_started) return n / 4;
  return n <= max_small ? n / 2 : std::min(100 * n, n * n * n / 100);
}

void check_limits(const TspLimits& limits) {
  if (limits.nodes < 1) fail<ValueError>("tsp: a limit of ", limits.nodes, " nodes is not positive");
  if (!(limits.seconds > 0)) fail<ValueError>("tsp: a limit of ", limits.seconds, " s is not positive");
}

void check_cities(std::int64_t n, std::int64_t max_n, const char* name) {
  if (n < 3 || n > max_n) fail<ValueError>(name, ": n = ", n, " cities are outside 3 … ", max_n);
}

tsp::Limits started(const TspLimits& limits) {
  constexpr double for_ever = 1e9;  // seconds
  tsp::Limits out{.nodes = limits.nodes};
  if (limits.seconds < for_ever)
    out.deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits.seconds));
  return out;
}

// Solves work.costs; work.tour is a tour to start with, or empty. False when a limit was reached.
bool find_shortest(Workspace& work, const TspLimits& limits) {
  const tsp::Limits running = started(limits);
  const int n = work.costs.n();
  if (n <= max_dynamic) {
    work.dynamic_programming.solve(work.costs, work.tour);
    return true;
  }
  work.local_search.prepare(work.costs);
  const bool started = !work.tour.empty();
  if (!started) work.local_search.construct(work.tour);
  work.local_search.improve(work.tour, kicks_before_search(n, started), running);
  return work.branch_and_bound.solve(work.costs, running, work.tour);
}

void approximate(Workspace& work, std::int64_t kicks) {
  work.local_search.prepare(work.costs);
  work.local_search.construct(work.tour);
  work.local_search.improve(work.tour, kicks);
}

void write_adjacency(const Tour& tour, std::span<real> solution) {
  std::fill(solution.begin(), solution.end(), real(0));
  const std::size_t n = tour.size();
  for (std::size_t k = 0; k < n; ++k) {
    const auto a = static_cast<std::size_t>(tour[k]), b = static_cast<std::size_t>(tour[k + 1 < n ? k + 1 : 0]);
    solution[a * n + b] = solution[b * n + a] = 1;
  }
}

// The same among n cities, of which the tour visits the k-th of `cities` where it says k.
void write_adjacency(const Tour& tour, const std::vector<std::int64_t>& cities, std::int64_t n,
                     std::span<real> solution) {
  std::fill(solution.begin(), solution.end(), real(0));
  const auto city = [&](int k) { return cities[static_cast<std::size_t>(k)]; };
  int last = tour.back();
  for (const int next : tour) {
    solution[city(last) * n + city(next)] = solution[city(next) * n + city(last)] = 1;
    last = next;
  }
}

// The other way about: which of `cities` the tour visits one after the other. Empty when the solution is no tour.
void read_adjacency(std::span<const real> solution, const std::vector<std::int64_t>& cities, std::int64_t n,
                    Tour& tour) {
  const int count = static_cast<int>(cities.size());
  tour.assign(1, 0);
  for (int before = -1; std::ssize(tour) < count;) {
    const int here = tour.back();
    int next = 0;
    while (next < count && (next == before || next == here || solution[cities[here] * n + cities[next]] == 0)) ++next;
    if (next == count || next == tour.front()) return tour.clear();
    before = here;
    tour.push_back(next);
  }
}

bool takes_part(const TspInstance& instance, std::int64_t city) {
  return instance.cities.empty() || (city < std::ssize(instance.cities) && instance.cities[city] != 0);
}

std::vector<std::int64_t> cities_of(const TspInstance& instance, std::int64_t n) {
  std::vector<std::int64_t> cities;
  for (std::int64_t i = 0; i < n; ++i)
    if (takes_part(instance, i)) cities.push_back(i);
  if (cities.size() < 3) fail<SolverError>("a tour takes 3 cities at least, ", cities.size(), " take part");
  return cities;
}

// The cities that take part to work.cities, the costs between them to work.costs.
void assign_costs_between(Workspace& work, std::span<const real> cost, const TspInstance& instance, std::int64_t n) {
  if (std::ssize(instance.cities) > n) fail<SolverError>(instance.cities.size(), " marks for ", n, " cities");
  work.cities.clear();
  for (std::int64_t i = 0; i < n; ++i)
    if (takes_part(instance, i)) work.cities.push_back(i);
  if (work.cities.size() < 3) fail<SolverError>("a tour takes 3 cities at least, ", work.cities.size(), " take part");
  work.costs_between.clear();
  for (const std::int64_t i : work.cities)
    for (const std::int64_t j : work.cities) work.costs_between.push_back(cost[i * n + j]);
  work.costs.assign(std::span<const real>(work.costs_between), static_cast<int>(work.cities.size()));
}

void mark_between(const TspInstance& instance, std::int64_t n, std::span<real> mask) {
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) mask[i * n + j] = takes_part(instance, i) && takes_part(instance, j);
}

[[noreturn]] void fail_at_limit(const Workspace& work) {
  fail<SolverError>("stopped at its limit after ", work.branch_and_bound.nodes(), " nodes: no tour of the ",
                    work.costs.n(), " cities costs less than ",
                    work.costs.unscaled(work.branch_and_bound.lower_bound()), ", the best one found costs ",
                    work.costs.value(work.tour));
}

// Starts at city 0 and goes the way that comes to the lower of its two neighbours first.
std::vector<std::int64_t> normalized(const Tour& tour) {
  std::vector<std::int64_t> out(tour.begin(), tour.end());
  std::rotate(out.begin(), std::find(out.begin(), out.end(), 0), out.end());
  if (out[1] > out.back()) std::reverse(out.begin() + 1, out.end());
  return out;
}

TspResult report(const Workspace& work, Clock::time_point start) {
  TspResult result;
  result.tour = normalized(work.tour);
  result.length = work.costs.unscaled(work.costs.length(work.tour) / 2);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

void check_matrix(std::span<const double> cost, std::int64_t n, const char* name) {
  if (cost.size() != static_cast<std::size_t>(n * n))
    fail<ShapeError>(name, ": ", cost.size(), " costs for ", n, " cities, ", n * n, " are needed");
}

Tour checked_start(std::span<const std::int64_t> start, std::int64_t n) {
  Tour tour(start.begin(), start.end());
  Tour sorted = tour;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (start.size() != static_cast<std::size_t>(n) || sorted[i] != static_cast<int>(i))
      fail<ShapeError>("solve_tsp: the tour to start with is no permutation of ", n, " cities");
  return tour;
}

}  // namespace

SolverTraits Tsp::traits() const {
  check_cities(n, max_exact, "tsp");
  check_limits(limits);
  return {.name = "tsp",
          .sense = Sense::minimise,
          .shape = {n, n},
          .ties = "one of the shortest tours, always the same for the same costs",
          .constant_sum = true,
          .drawing = {.kind = Drawing::Kind::tour}};
}

void Tsp::solve(std::span<const real> cost, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->costs.assign(cost, static_cast<int>(n));
  work->tour.clear();
  if (!find_shortest(*work, limits)) fail_at_limit(*work);
  write_adjacency(work->tour, solution);
}

void Tsp::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  assign_costs_between(*work, cost, instance, n);
  work->tour.clear();
  if (!find_shortest(*work, limits)) fail_at_limit(*work);
  write_adjacency(work->tour, work->cities, n, solution);
}

void Tsp::solve(std::span<const real> cost, std::span<const real> start, std::span<real> solution) const {
  solve(cost, Instance{}, start, solution);
}

void Tsp::solve(std::span<const real> cost, const Instance& instance, std::span<const real> start,
                std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  assign_costs_between(*work, cost, instance, n);
  read_adjacency(start, work->cities, n, work->tour);
  if (!find_shortest(*work, limits)) fail_at_limit(*work);
  write_adjacency(work->tour, work->cities, n, solution);
}

void Tsp::normals(std::span<const real> solution, const Instance& instance, Normals& to) const {
  const std::vector<std::int64_t> cities = cities_of(instance, n);
  tsp::add_tour_normals(
      cities, solution, [&](std::int64_t i, std::int64_t j) { return i * n + j; }, to);
  for (const std::int64_t i : cities)
    for (const std::int64_t j : cities) {
      if (j > i) continue;
      to.begin_equation();
      to.add(i * n + j, 1);
      if (j < i) to.add(j * n + i, -1);
    }
}

std::int64_t Tsp::neighbour_count(std::span<const real>, const Instance& instance) const {
  return tsp::two_opt_moves(std::ssize(cities_of(instance, n)));
}

void Tsp::neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                    std::span<real> other) const {
  const auto tour =
      tsp::tour_of(cities_of(instance, n), solution, [&](std::int64_t i, std::int64_t j) { return i * n + j; });
  std::copy(solution.begin(), solution.end(), other.begin());
  const auto set = [&](std::int64_t i, std::int64_t j, real y) { other[i * n + j] = other[j * n + i] = y; };
  const tsp::EdgeExchange move = tsp::two_opt_move(tour, which);
  set(move.a, move.b, 0), set(move.c, move.d, 0);
  set(move.a, move.c, 1), set(move.b, move.d, 1);
}

void Tsp::mask(const Instance& instance, std::span<real> mask) const { mark_between(instance, n, mask); }

SolverTraits TspLocalSearch::traits() const {
  check_cities(n, max_approximate, "tsp_local_search");
  if (kicks < 0) fail<ValueError>("tsp_local_search: kicks = ", kicks, " is negative");
  return {.name = "tsp_local_search",
          .sense = Sense::minimise,
          .shape = {n, n},
          .exact = false,
          .ties = "the tour that the search ends at, always the same for the same costs",
          .constant_sum = true,
          .drawing = {.kind = Drawing::Kind::tour}};
}

void TspLocalSearch::solve(std::span<const real> cost, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  work->costs.assign(cost, static_cast<int>(n));
  approximate(*work, kicks);
  write_adjacency(work->tour, solution);
}

void TspLocalSearch::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  assign_costs_between(*work, cost, instance, n);
  approximate(*work, kicks);
  write_adjacency(work->tour, work->cities, n, solution);
}

void TspLocalSearch::mask(const Instance& instance, std::span<real> mask) const { mark_between(instance, n, mask); }

TspResult solve_tsp(std::span<const double> cost, std::int64_t n, const TspLimits& limits,
                    std::span<const std::int64_t> start) {
  const Clock::time_point begin = Clock::now();
  check_cities(n, max_exact, "solve_tsp");
  check_limits(limits);
  check_matrix(cost, n, "solve_tsp");
  Workspace work;
  work.tour = checked_start(start, n);
  work.costs.assign(cost, static_cast<int>(n));
  const bool optimal = find_shortest(work, limits);
  TspResult result = report(work, begin);
  result.optimal = optimal;
  result.nodes = n <= max_dynamic ? 0 : work.branch_and_bound.nodes();
  result.lower_bound = optimal ? result.length : work.costs.unscaled(work.branch_and_bound.lower_bound() / 2);
  return result;
}

TspResult approximate_tsp(std::span<const double> cost, std::int64_t n, std::int64_t kicks) {
  const Clock::time_point begin = Clock::now();
  check_cities(n, max_approximate, "approximate_tsp");
  if (kicks < 0) fail<ValueError>("approximate_tsp: kicks = ", kicks, " is negative");
  check_matrix(cost, n, "approximate_tsp");
  Workspace work;
  work.costs.assign(cost, static_cast<int>(n));
  approximate(work, kicks);
  TspResult result = report(work, begin);
  result.lower_bound = -tsp::infinity;
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
