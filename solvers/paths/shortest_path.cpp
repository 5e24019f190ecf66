#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/paths/tight_paths.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Costs whose sums overflow are multiplied by this: a path has fewer than 2³¹ edges, and what vanishes is far below
// rounding.
constexpr double scale_of_large = 0x1p-32;

using Incidences = std::span<const SparseGraph::Incidence>;

// The nodes that walks from `start` come to; edges_of(v) gives the edges by which a walk may leave v.
template <class EdgesOf>
std::vector<bool> reached_from(std::int64_t start, std::int64_t nodes, EdgesOf edges_of) {
  std::vector<bool> reached(static_cast<std::size_t>(nodes), false);
  std::vector<std::int64_t> waiting = {start};
  reached[static_cast<std::size_t>(start)] = true;
  while (!waiting.empty()) {
    const std::int64_t v = waiting.back();
    waiting.pop_back();
    for (const SparseGraph::Incidence& next : edges_of(v))
      if (!reached[next.node]) {
        reached[next.node] = true;
        waiting.push_back(next.node);
      }
  }
  return reached;
}

// The nodes that lie on some way from source to target.
std::vector<bool> useful_nodes(const SparseGraph& graph, std::int64_t source, std::int64_t target) {
  std::vector<bool> useful =
      reached_from(source, graph.node_count(), [&](std::int64_t v) { return graph.out_edges(v); });
  if (!useful[target]) fail<SolverError>("shortest_path: no path leads from node ", source, " to node ", target);
  const std::vector<bool> leads_on =
      reached_from(target, graph.node_count(), [&](std::int64_t v) { return graph.in_edges(v); });
  std::transform(useful.begin(), useful.end(), leads_on.begin(), useful.begin(), std::logical_and<>());
  return useful;
}

// The useful nodes, each behind all useful ones that lead to it (Kahn). Those on cycles, and behind them, are missing.
std::vector<std::int64_t> topological_order(const SparseGraph& graph, const std::vector<bool>& useful) {
  std::vector<std::int64_t> order, missing(useful.size());  // edges from nodes that are not in the order yet
  for (std::size_t v = 0; v < useful.size(); ++v) {
    if (!useful[v]) continue;
    for (const SparseGraph::Incidence& before : graph.in_edges(static_cast<std::int64_t>(v)))
      missing[v] += useful[before.node];
    if (missing[v] == 0) order.push_back(static_cast<std::int64_t>(v));
  }
  for (std::size_t next = 0; next < order.size(); ++next)
    for (const SparseGraph::Incidence& after : graph.out_edges(order[next]))
      if (useful[after.node] && --missing[after.node] == 0) order.push_back(after.node);
  return order;
}

}  // namespace

ShortestPath::Part ShortestPath::make_part(const SparseGraph& graph, const std::vector<bool>& useful, EdgeCosts costs) {
  Part part;
  std::vector<std::int64_t> order = topological_order(graph, useful);
  const auto nodes = std::count(useful.begin(), useful.end(), true);
  if (std::ssize(order) < nodes) {
    part.method = costs == EdgeCosts::any ? Method::bellman_ford : Method::dijkstra;
    order.clear();
    for (std::int64_t v = 0; v < graph.node_count(); ++v)
      if (useful[v]) order.push_back(v);
  }
  part.number.assign(useful.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) part.number[order[i]] = static_cast<std::int32_t>(i);
  std::vector<Edge> edges;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const Edge edge = graph.edge(e);
    if (!useful[edge.from] || !useful[edge.to]) continue;
    edges.push_back({part.number[edge.from], part.number[edge.to]});
    part.original_edges.push_back(static_cast<std::int32_t>(e));
  }
  part.graph = SparseGraph::directed(nodes, edges);
  for (std::int32_t v = 0; v < nodes; ++v)
    for (const auto [edge, next] : part.graph.out_edges(v)) part.links.push_back({v, next, part.original_edges[edge]});
  return part;
}

ShortestPath::ShortestPath(const SparseGraph& graph, EdgeCosts costs)
    : edges_(graph.edge_count()), drawing_(graph.drawing()) {
  if (!graph.is_directed())
    fail<ValueError>("shortest_path: the graph is undirected; give a directed one, with an edge for each direction");
  if (edges_ < 1) fail<ValueError>("shortest_path: the graph has no edges");
  whole_ = make_part(graph, std::vector<bool>(static_cast<std::size_t>(graph.node_count()), true), costs);
}

ShortestPath::ShortestPath(const SparseGraph& graph, std::int64_t source, std::int64_t target, EdgeCosts costs)
    : ShortestPath(graph, costs) {
  const auto check = [&](const char* what, std::int64_t v) {
    if (!is_node(v))
      fail<ValueError>("shortest_path: ", what, " node ", v, " is not one of the ", graph.node_count(), " nodes");
  };
  check("source", source);
  check("target", target);
  source_ = source;
  target_ = target;
  useful_ = make_part(graph, useful_nodes(graph, source, target), costs);
  // Costs are then not bounded, and other ends may meet cycles.
  if (useful_.method != Method::dijkstra && whole_.method == Method::dijkstra) whole_.method = Method::bellman_ford;
}

struct ShortestPath::Workspace {
  std::vector<double> distance;                        // from the source
  std::vector<std::pair<double, std::int32_t>> heap;   // Dijkstra's: distances of nodes when they were put there
  std::vector<std::int32_t> step, queue, place, path;  // for tight_paths.h
  std::vector<real> cost;                              // of an instance with data: infinite where no path may go
};

// One instance: the distances of all nodes from the source, and the path.
class ShortestPath::Search {
 public:
  Search(const ShortestPath& solver, std::span<const real> cost, const Instance& instance, Workspace& work)
      : work_(work), cost_(cost) {
    instance.edges.check("shortest_path", solver.edges_);
    const std::int64_t source = end_of(solver, "source", instance.source, solver.source_);
    const std::int64_t target = end_of(solver, "target", instance.target, solver.target_);
    const bool own_ends = source == solver.source_ && target == solver.target_;
    part_ = own_ends ? &solver.useful_ : &solver.whole_;
    source_ = part_->number[source];
    target_ = part_->number[target];
    const auto nodes = static_cast<std::size_t>(part_->graph.node_count());
    work_.queue.resize(nodes);
    if (!own_ends || !instance.edges.allowed.empty()) {
      close_edges(instance.edges);
      if (work_.step[source_] < 0)
        fail<SolverError>("no path leads from node ", source, " to node ", target, " over the edges that may be used");
    }
    find_distances();
    if (overflowed()) {
      scale_ = scale_of_large;
      find_distances();
      if (overflowed()) fail_negative();
    }
    work_.step.assign(nodes, -1);
    if (!find_tight_path(*this, source_, target_, std::span(work_.step), std::span(work_.queue))) fail_negative();
  }

  void write(std::span<real> solution) const {
    std::fill(solution.begin(), solution.end(), real(0));
    for (std::int32_t v = source_; v != target_; v = head(work_.step[v]))
      solution[part_->original_edges[work_.step[v]]] = 1;
  }
  bool has_other() {
    const auto nodes = static_cast<std::size_t>(part_->graph.node_count());
    work_.place.assign(nodes, -1);
    work_.path.resize(nodes);
    return has_other_tight_path(*this, source_, target_, std::span<const std::int32_t>(work_.step),
                                std::span(work_.place), std::span(work_.path), std::span(work_.queue));
  }

  std::int32_t head(std::int32_t edge) const { return static_cast<std::int32_t>(part_->graph.edge(edge).to); }
  template <class F>
  bool any_tight_into(std::int32_t v, F f) const {
    for (const auto [edge, u] : part_->graph.in_edges(v))
      if (work_.distance[u] + cost_of(edge) == work_.distance[v] && f(u, edge)) return true;
    return false;
  }

 private:
  [[noreturn]] static void fail_negative() {
    fail<SolverError>("a cycle of negative cost lies on a way from source to target");
  }
  static std::int64_t end_of(const ShortestPath& solver, const char* what, std::int64_t given, std::int64_t own) {
    const std::int64_t end = given == -1 ? own : given;
    if (end == -1) fail<SolverError>("there is no ", what, ": give it with the instance, or to the solver");
    if (!solver.is_node(end))
      fail<SolverError>(what, " node ", end, " is not one of the ", solver.whole_.number.size(), " nodes");
    return end;
  }
  double cost_of(std::int32_t edge) const { return scale_ * static_cast<double>(cost_[part_->original_edges[edge]]); }

  // Gives an infinite cost to edges that may not be used, or from whose end no way leads on to the target. `step` is
  // then 0 for nodes that lead on to the target, and −1 for others.
  void close_edges(const AllowedEdges& edges) {
    const SparseGraph& graph = part_->graph;
    const auto& original = part_->original_edges;
    work_.step.assign(work_.queue.size(), -1);
    std::size_t taken = 0, waiting = 0;
    work_.queue[waiting++] = target_;
    work_.step[target_] = 0;
    while (taken < waiting)
      for (const auto [edge, u] : graph.in_edges(work_.queue[taken++]))
        if (edges[original[edge]] && work_.step[u] < 0) {
          work_.step[u] = 0;
          work_.queue[waiting++] = u;
        }
    work_.cost.assign(cost_.begin(), cost_.end());
    for (std::size_t e = 0; e < original.size(); ++e)
      if (!edges[original[e]] || work_.step[head(static_cast<std::int32_t>(e))] < 0)
        work_.cost[original[e]] = std::numeric_limits<real>::infinity();
    cost_ = work_.cost;
  }

  void find_distances() {
    work_.distance.assign(static_cast<std::size_t>(part_->graph.node_count()), infinity);
    work_.distance[source_] = 0;
    switch (part_->method) {
      case Method::topological:
        relax_all();
        break;
      case Method::dijkstra:
        dijkstra();
        break;
      case Method::bellman_ford:
        for (std::int64_t round = 0; relax_all(); ++round)
          if (round == part_->graph.node_count()) fail_negative();
        break;
    }
  }

  // Whether a sum of costs that matters did. Dijkstra's method leaves nodes behind the target out.
  bool overflowed() const {
    const auto finite = [](double x) { return std::isfinite(x); };
    const std::vector<double>& distance = work_.distance;
    if (part_->method == Method::dijkstra) return !finite(distance[target_]);
    if (std::all_of(distance.begin(), distance.end(), finite)) return false;
    // Nodes that no way leads to are infinitely far as well.
    return std::any_of(part_->links.begin(), part_->links.end(), [&](const Link& link) {
      return finite(distance[link.from]) && std::isfinite(cost_[link.original]) && !finite(distance[link.to]);
    });
  }

  // Every edge once, in the order of the nodes; whether any made a node nearer.
  bool relax_all() {
    double* const distance = work_.distance.data();
    const double scale = scale_;
    bool nearer = false;
    for (const auto [from, to, original] : part_->links) {
      const double reached = distance[from] + scale * static_cast<double>(cost_[original]);
      if (!(reached < distance[to])) continue;
      distance[to] = reached;
      nearer = true;
    }
    return nearer;
  }

  // Goes on until the target's distance is passed, not only met: nodes beside it may be just as near.
  void dijkstra() {
    auto& heap = work_.heap;
    double* const nearest = work_.distance.data();
    heap.clear();
    heap.push_back({0, source_});
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), std::greater<>());
      const auto [distance, v] = heap.back();
      heap.pop_back();
      if (distance > nearest[target_]) return;
      if (distance > nearest[v]) continue;
      for (const auto [edge, next] : part_->graph.out_edges(v)) {
        const double reached = distance + cost_of(edge);
        if (!(reached < nearest[next])) continue;
        nearest[next] = reached;
        heap.push_back({reached, next});
        std::push_heap(heap.begin(), heap.end(), std::greater<>());
      }
    }
  }

  Workspace& work_;
  std::span<const real> cost_;
  const Part* part_ = nullptr;
  std::int32_t source_ = 0, target_ = 0;  // in this part
  double scale_ = 1;
};

SolverTraits ShortestPath::traits() const {
  const Method method = source_ < 0 ? whole_.method : useful_.method;
  return {.name = "shortest_path",
          .sense = Sense::minimise,
          .shape = {edges_},
          .domain = method == Method::dijkstra ? Domain{.lower = 0} : Domain{},
          .ties = "a path with the fewest edges is taken; of several, the first that a search from the target meets",
          .drawing = drawing({})};
}

void ShortestPath::solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {}, solution); }

void ShortestPath::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  Search(*this, cost, instance, *work).write(solution);
}

std::optional<bool> ShortestPath::tied(std::span<const real> cost, std::span<const real> solution) const {
  return tied(cost, {}, solution);
}

std::optional<bool> ShortestPath::tied(std::span<const real> cost, const Instance& instance,
                                       std::span<const real>) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  return Search(*this, cost, instance, *work).has_other();
}

void ShortestPath::normals(std::span<const real> solution, const Instance& instance, Normals& to) const {
  instance.edges.check("shortest_path", edges_);
  const auto add_edges = [&](std::int64_t v, std::span<const SparseGraph::Incidence> edges, double factor) {
    for (const SparseGraph::Incidence& next : edges) {
      const std::int64_t edge = whole_.original_edges[next.edge];
      if (instance.edges[edge] && next.node != v) to.add(edge, factor);  // a loop flows out and in
    }
  };
  for (std::int64_t v = 0; v < whole_.graph.node_count(); ++v) {
    to.begin_equation();
    add_edges(v, whole_.graph.out_edges(v), 1);
    add_edges(v, whole_.graph.in_edges(v), -1);
  }
  for (std::int64_t edge = 0; edge < edges_; ++edge)
    if (instance.edges[edge]) to.add_bounds(edge, static_cast<double>(solution[edge]), 1);
}

// Calls f(detour) for each until it returns true.
template <class F>
void ShortestPath::for_detours(std::span<const real> solution, const Instance& instance, F f) const {
  instance.edges.check("shortest_path", edges_);
  const SparseGraph& graph = whole_.graph;
  const auto number = [&](std::int64_t edge) { return std::int64_t{whole_.original_edges[edge]}; };
  // The edges of the path by the nodes that they leave; −1: none, −2: none, but the path ends there.
  std::vector<std::int64_t> step(static_cast<std::size_t>(graph.node_count()), -1);
  for (std::int64_t edge = 0; edge < graph.edge_count(); ++edge)
    if (solution[number(edge)] != 0) {
      step[graph.edge(edge).from] = edge;
      std::int64_t& end = step[graph.edge(edge).to];
      end = end == -1 ? -2 : end;
    }
  for (std::int64_t u = 0; u < graph.node_count(); ++u) {
    if (step[u] < 0) continue;
    const std::int64_t v = graph.edge(step[u]).to;
    if (step[v] < 0) continue;
    const std::int64_t w = graph.edge(step[v]).to;
    for (const auto [first, over] : graph.out_edges(u)) {
      if (over != v && step[over] != -1) continue;
      for (const auto [second, end] : graph.out_edges(over)) {
        if (end != w || (first == step[u] && second == step[v])) continue;
        if (!instance.edges[number(first)] || !instance.edges[number(second)]) continue;
        if (f(Detour{{number(step[u]), number(step[v])}, {number(first), number(second)}})) return;
      }
    }
  }
}

std::int64_t ShortestPath::neighbour_count(std::span<const real> solution, const Instance& instance) const {
  std::int64_t count = 0;
  for_detours(solution, instance, [&](const Detour&) {
    ++count;
    return false;
  });
  return count;
}

void ShortestPath::neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                             std::span<real> other) const {
  std::copy(solution.begin(), solution.end(), other.begin());
  for_detours(solution, instance, [&](const Detour& detour) {
    if (which-- > 0) return false;
    for (const std::int64_t edge : detour.left) other[edge] = 0;
    for (const std::int64_t edge : detour.taken) other[edge] = 1;
    return true;
  });
}

void ShortestPath::mask(const Instance& instance, std::span<real> mask) const {
  instance.edges.check("shortest_path", edges_);
  instance.edges.mask(mask);
}

Drawing ShortestPath::drawing(const Instance& instance) const {
  Drawing drawing = drawing_;
  drawing.source = instance.source < 0 ? source_ : instance.source;
  drawing.target = instance.target < 0 ? target_ : instance.target;
  return drawing;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
