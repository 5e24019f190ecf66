#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/network_simplex.h>
#include <cotape/solvers/flow/transportation.h>

#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_pairs = 100'000'000;
constexpr std::int64_t max_amount = std::int64_t{1} << 53;  // of all supplies together

// Adds the amounts to `supplies`, with this sign, and returns their sum.
std::int64_t add_amounts(const char* what, const std::vector<std::int64_t>& amounts, std::int64_t wanted,
                         std::int64_t sign, std::vector<std::int64_t>& supplies) {
  if (std::ssize(amounts) != wanted) fail<SolverError>(amounts.size(), " ", what, " where ", wanted, " are wanted");
  std::int64_t sum = 0;
  for (const std::int64_t amount : amounts) {
    if (amount < 0 || amount > max_amount - sum)
      fail<SolverError>(amount, " among the ", what, " is negative, or their sum is more than ", max_amount);
    sum += amount;
    supplies.push_back(sign * amount);
  }
  return sum;
}

}  // namespace

struct Transportation::Workspace {
  flow::NetworkSimplex simplex;
  std::vector<std::int64_t> supplies;
};

Transportation::Transportation(std::int64_t sources, std::int64_t sinks) : sources_(sources), sinks_(sinks) {
  if (sources < 1 || sinks < 1 || sources > max_pairs / sinks)
    fail<ValueError>("transportation: ", sources, " sources and ", sinks, " sinks make no pairs, or more than ",
                     max_pairs);
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < sources; ++i)
    for (std::int64_t j = 0; j < sinks; ++j) edges.push_back({i, sources + j});
  graph_ = SparseGraph::directed(sources + sinks, edges);
}

Transportation::Transportation(TransportationProblem problem)
    : Transportation(std::ssize(problem.supplies), std::ssize(problem.demands)) {
  problem_ = std::move(problem);
}

SolverTraits Transportation::traits() const {
  return {.name = "transportation",
          .sense = Sense::minimise,
          .shape = {sources_, sinks_},
          .ties = "the flow at which the network simplex method ends",
          .constant_sum = true,
          .drawing = {.kind = Drawing::Kind::pairs}};
}

void Transportation::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  work->supplies.clear();
  const std::int64_t supply = add_amounts("supplies", instance.supplies, sources_, 1, work->supplies);
  const std::int64_t demand = add_amounts("demands", instance.demands, sinks_, -1, work->supplies);
  if (supply != demand) fail<SolverError>("the supplies are ", supply, " together, the demands ", demand);
  work->simplex.solve(graph_, cost, work->supplies, {}, solution);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
