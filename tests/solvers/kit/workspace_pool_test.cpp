#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/select/ranking.h>

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <vector>

#include "../../nn/allocations.h"

using namespace cotape;

namespace {

// A workspace that counts how many there are, and notices when two use it at the same time.
struct Counted {
  static inline std::atomic<int> alive = 0;
  std::atomic<bool> in_use = false;
  int number = 0;

  Counted() { ++alive; }
  ~Counted() { --alive; }
};

using Pool = WorkspacePool<Counted>;

// The same costs are solved twice; whether the second time needs no new memory.
template <class S>
bool solves_without_memory(const S& solver, std::size_t size) {
  std::vector<real> cost(size), solution(size);
  for (std::size_t i = 0; i < size; ++i) cost[i] = static_cast<real>((i * 37) % 101);
  solver.solve(cost, solution);
  solver.tied(cost, solution);
  const std::int64_t before = heap_allocations();
  solver.solve(cost, solution);
  solver.tied(cost, solution);
  return heap_allocations() == before;
}

}  // namespace

TEST_CASE("workspace_pool: a workspace comes back as it was left, and leases at the same time have different ones") {
  const Pool pool;
  {
    const Pool::Lease first(pool);
    first->number = 1;
    const Pool::Lease second(pool);
    CHECK(&*first != &*second);
    CHECK(second->number == 0);
    CHECK(Counted::alive == 2);
  }
  const Pool::Lease again(pool), also(pool);
  CHECK(again->number + also->number == 1);
  CHECK(Counted::alive == 2);
}

TEST_CASE("workspace_pool: copies share the workspaces, which are freed with the last copy") {
  std::optional<Pool> pool = Pool();
  {
    const Pool::Lease lease(*pool);
    lease->number = 5;
  }
  std::optional<Pool> copy = pool;
  CHECK(Pool::Lease(*copy)->number == 5);
  pool.reset();
  CHECK(Counted::alive == 1);
  copy.reset();
  CHECK(Counted::alive == 0);
}

TEST_CASE("workspace_pool: an exception gives the workspace back") {
  const Pool pool;
  const auto broken = [&] {
    const Pool::Lease lease(pool);
    lease->number = 3;
    throw std::runtime_error("broken");
  };
  CHECK_THROWS_AS(broken(), std::runtime_error);
  CHECK(Pool::Lease(pool)->number == 3);
  CHECK(Counted::alive == 1);
}

TEST_CASE("workspace_pool: no two threads have the same workspace, and no more are made than are leased at a time") {
  const Pool pool;
  std::atomic<int> shared = 0;
  const ThreadLimit limit(4);
  parallel_for(10'000, 1, [&](std::int64_t, std::int64_t) {
    const Pool::Lease lease(pool);
    shared += lease->in_use.exchange(true);
    lease->in_use = false;
  });
  CHECK(shared == 0);
  CHECK(Counted::alive <= 4);
}

TEST_CASE("workspace_pool: solvers take no memory once they have solved as large an instance") {
  CHECK(solves_without_memory(GridPath{.height = 100, .width = 90}, 9000));
  CHECK(solves_without_memory(Ranking{.n = 1000}, 1000));
  std::vector<Edge> edges;
  for (std::int64_t v = 0; v < 2000; ++v)
    for (const std::int64_t step : {1, 7, 1999}) edges.push_back({v, (v + step) % 2000});
  const SparseGraph graph = SparseGraph::directed(2000, edges);
  CHECK(solves_without_memory(ShortestPath(graph, 0, 1000), edges.size()));
  CHECK(solves_without_memory(ShortestPath(graph, 0, 1000, EdgeCosts::any), edges.size()));
}
