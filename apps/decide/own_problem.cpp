#include <cotape/apps/decide/edge_tour.h>
#include <cotape/apps/decide/own_problem.h>
#include <cotape/data/formats/csv.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace cotape::app {
namespace {

constexpr std::int64_t max_nodes = 1 << 24;

struct Table {
  std::string file;
  Tensor values;

  std::int64_t rows() const { return values.shape()[0]; }
  std::int64_t columns() const { return values.shape()[1]; }
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail<FileError>(file, ": ", parts...);
  }
};

Table read(const std::filesystem::path& folder, const std::string& name, int max_axes = 2) {
  for (const char* ending : {".npy", ".csv", ".csv.gz"}) {
    const std::filesystem::path file = folder / (name + ending);
    if (!std::filesystem::exists(file)) continue;
    Table table{file.string(), read_table(file)};
    const Shape& shape = table.values.shape();
    if (shape.rank() < 2 || shape.rank() > max_axes || shape.size() == 0)
      table.refuse("a table of shape ", shape, "; rows and columns are wanted",
                   max_axes > 2 ? ", or [instances, costs, features]" : "");
    return table;
  }
  fail<FileError>(shown_path(folder / name), ": there is none of ", name, ".npy, ", name, ".csv and ", name, ".csv.gz");
}

// The side of a square of so many entries.
std::int64_t side_of(const Table& costs) {
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(costs.columns()))));
  if (side * side != costs.columns()) costs.refuse(costs.columns(), " costs are not those of a square of pairs");
  return side;
}

// How many cities have so many edges.
std::int64_t cities_of(const Table& costs) {
  const auto cities =
      static_cast<std::int64_t>(std::lround((1 + std::sqrt(1 + 8 * static_cast<double>(costs.columns()))) / 2));
  if (cities * (cities - 1) / 2 != costs.columns() || cities < 3)
    costs.refuse(costs.columns(), " costs are not those of all edges between some cities, 3 or more");
  return cities;
}

Solver knapsack(const std::filesystem::path& folder, const Table& costs) {
  const Table weights = read(folder, "weights"), capacities = read(folder, "capacities");
  if (weights.columns() != costs.columns())
    weights.refuse(weights.columns(), " weights in a row for ", costs.columns(), " items");
  if (capacities.values.size() != weights.rows())
    capacities.refuse(capacities.values.size(), " capacities for ", weights.rows(), " rows of weights");
  const auto doubles = [](const Tensor& x) { return std::vector<double>(x.data(), x.data() + x.size()); };
  return Knapsack{.n = costs.columns(), .fixed = KnapsackInstance(doubles(weights.values), doubles(capacities.values))};
}

Solver path(const std::filesystem::path& folder, const Table& costs) {
  const Table table = read(folder, "edges");
  if (table.columns() != 2 || table.rows() != costs.columns())
    table.refuse("a table of shape ", table.values.shape(), " for ", costs.columns(),
                 " edges; from and to of each are wanted");
  std::vector<Edge> edges;
  std::int64_t last = 0;
  for (std::int64_t i = 0; i < table.rows(); ++i) {
    const auto node = [&](std::int64_t which) {
      const auto number = static_cast<double>(table.values[2 * i + which]);
      if (!(number >= 0 && number < static_cast<double>(max_nodes)) || number != std::floor(number))
        table.refuse("edge ", i, " has the node ", number, ", not a whole number from 0 to ", max_nodes - 1);
      return static_cast<std::int64_t>(number);
    };
    edges.push_back({node(0), node(1)});
    last = std::max({last, edges.back().from, edges.back().to});
  }
  return ShortestPath(SparseGraph::directed(last + 1, edges), 0, last);
}

Solver solver_of(const OwnProblemSettings& settings, const Table& costs) {
  const std::string& name = settings.solver;
  if (name == "top-k") return TopK{.n = costs.columns(), .k = settings.k};
  if (name == "knapsack") return knapsack(settings.folder, costs);
  if (name == "path") return path(settings.folder, costs);
  if (name == "assignment") return Assignment{.rows = side_of(costs), .columns = side_of(costs)};
  if (name == "tour") return EdgeTour{Tsp{.n = cities_of(costs)}};
  fail<ValueError>("no solver is named ", name);
}

}  // namespace

const std::vector<OwnSolverKind>& own_solver_kinds() {
  static const std::vector<OwnSolverKind> kinds = {
      {"top-k", "the --k of them that are worth most"},
      {"knapsack", "as valuable as possible; files weights and capacities"},
      {"path", "cheapest path from node 0 to the last one; file edges"},
      {"assignment", "cheapest pairs of as many rows and columns, row by row"},
      {"tour", "shortest tour, edges {0,1}, {0,2}, …, {1,2}, …"}};
  return kinds;
}

OwnProblem read_own_problem(const OwnProblemSettings& settings) {
  const Table features = read(settings.folder, "features", 3), costs = read(settings.folder, "costs");
  const Shape& given = features.values.shape();
  if (given[0] != costs.rows()) features.refuse("features of ", given[0], " instances, and costs of ", costs.rows());
  if (given.rank() == 3 && given[1] != costs.columns())
    features.refuse("features of shape ", given, " for ", costs.columns(), " costs");
  Solver solver = solver_of(settings, costs);
  const Shape shape = solver.traits().shape.inserted(0, costs.rows());
  return {std::move(solver), features.values, costs.values.reshaped(shape)};
}

}  // namespace cotape::app
