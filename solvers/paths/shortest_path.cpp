#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/paths/tight_paths.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory_resource>
#include <numeric>
#include <string>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t most_elements = std::int64_t{1} << 30;
constexpr std::size_t stack_bytes = std::size_t{1} << 14;

// Memory of one call: on the stack, from the heap only what is beyond.
struct Workspace {
  std::array<std::byte, stack_bytes> bytes;
  std::pmr::monotonic_buffer_resource memory{bytes.data(), bytes.size()};
};

}  // namespace

ShortestPath::Links::Links(std::vector<Link> any_order, std::int32_t Link::*end, std::int64_t vertices)
    : links(std::move(any_order)), first(static_cast<std::size_t>(vertices + 1), 0) {
  std::stable_sort(links.begin(), links.end(), [=](const Link& a, const Link& b) { return a.*end < b.*end; });
  for (const Link& link : links) ++first[link.*end + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
}

// The vertices at the ends of walks along the links from `start`.
std::vector<bool> ShortestPath::reach(const Links& links, std::int32_t Link::*end, std::int32_t start) {
  std::vector<bool> reached(links.first.size() - 1, false);
  std::vector<std::int32_t> waiting = {start};
  reached[start] = true;
  while (!waiting.empty()) {
    const std::int32_t v = waiting.back();
    waiting.pop_back();
    for (const Link& link : links.of(v))
      if (!reached[link.*end]) {
        reached[link.*end] = true;
        waiting.push_back(link.*end);
      }
  }
  return reached;
}

// Every useful vertex behind all that lead to it (Kahn). Those on cycles, and behind them, are missing.
std::vector<std::int32_t> ShortestPath::topological_order(const Links& out, const Links& in,
                                                          const std::vector<bool>& useful) {
  std::vector<std::int32_t> order, missing(useful.size());
  for (std::size_t v = 0; v < useful.size(); ++v) {
    missing[v] = static_cast<std::int32_t>(in.of(static_cast<std::int32_t>(v)).size());
    if (useful[v] && missing[v] == 0) order.push_back(static_cast<std::int32_t>(v));
  }
  for (std::size_t next = 0; next < order.size(); ++next)
    for (const Link& link : out.of(order[next]))
      if (--missing[link.to] == 0) order.push_back(link.to);
  return order;
}

ShortestPath::ShortestPath(const DirectedGraph& graph, std::int64_t source, std::int64_t target, EdgeCosts costs)
    : edges_(std::ssize(graph.edges)) {
  const auto checked = [&](std::int64_t v, const std::string& what) {
    if (v < 0 || v >= graph.vertices)
      fail<ValueError>("shortest_path: ", what, " vertex ", v, " is not one of the ", graph.vertices, " vertices");
    return static_cast<std::int32_t>(v);
  };
  if (edges_ < 1 || edges_ > most_elements || graph.vertices > most_elements)
    fail<ValueError>("shortest_path: ", graph.vertices, " vertices and ", edges_,
                     " edges; there must be edges, and at most ", most_elements, " of each");
  const std::int32_t from = checked(source, "source"), to = checked(target, "target");
  std::vector<Link> links;
  for (std::int32_t e = 0; e < edges_; ++e) {
    const std::string name = "edge " + std::to_string(e);
    links.push_back({checked(graph.edges[e].from, name), checked(graph.edges[e].to, name), e});
  }

  const Links all_out(links, &Link::from, graph.vertices), all_in(links, &Link::to, graph.vertices);
  std::vector<bool> useful = reach(all_out, &Link::to, from);
  if (!useful[to]) fail<SolverError>("shortest_path: no path leads from vertex ", source, " to vertex ", target);
  const std::vector<bool> leads_on = reach(all_in, &Link::from, to);
  std::transform(useful.begin(), useful.end(), leads_on.begin(), useful.begin(), std::logical_and<>());
  std::erase_if(links, [&](const Link& link) { return !useful[link.from] || !useful[link.to]; });

  std::vector<std::int32_t> order =
      topological_order(Links(links, &Link::from, graph.vertices), Links(links, &Link::to, graph.vertices), useful);
  vertices_ = static_cast<std::int32_t>(std::count(useful.begin(), useful.end(), true));
  if (std::ssize(order) < vertices_) {
    method_ = costs == EdgeCosts::any ? Method::bellman_ford : Method::dijkstra;
    order.clear();
    for (std::int32_t v = 0; v < graph.vertices; ++v)
      if (useful[v]) order.push_back(v);
  }
  std::vector<std::int32_t> number(useful.size(), -1);
  for (std::int32_t i = 0; i < vertices_; ++i) number[order[i]] = i;
  for (Link& link : links) link = {number[link.from], number[link.to], link.edge};
  source_ = number[from];
  target_ = number[to];
  out_ = Links(links, &Link::from, vertices_);
  in_ = Links(links, &Link::to, vertices_);
}

// One instance: the distances of all vertices from the source, and the path.
class ShortestPath::Search {
 public:
  Search(const ShortestPath& graph, std::span<const real> cost, std::pmr::memory_resource* memory)
      : graph_(graph),
        cost_(cost),
        memory_(memory),
        distance_(graph.vertices_, infinity, memory),
        step_(graph.vertices_, -1, memory),
        queue_(graph.vertices_, memory) {
    distance_[graph.source_] = 0;
    switch (graph.method_) {
      case Method::topological:
        relax_all();
        break;
      case Method::dijkstra:
        dijkstra();
        break;
      case Method::bellman_ford:
        for (std::int32_t round = 0; relax_all(); ++round)
          if (round == graph.vertices_) fail_negative();
        break;
    }
    if (!std::isfinite(distance_[graph.target_])) fail<SolverError>("shortest_path: a sum of costs overflows");
    if (!find_tight_path(*this, graph.source_, graph.target_, std::span(step_), std::span(queue_))) fail_negative();
  }

  void write(std::span<real> solution) const {
    std::fill(solution.begin(), solution.end(), real(0));
    for (std::int32_t v = graph_.source_; v != graph_.target_; v = head(step_[v]))
      solution[graph_.in_.links[step_[v]].edge] = 1;
  }
  bool has_other() {
    std::pmr::vector<std::int32_t> place(graph_.vertices_, -1, memory_), path(graph_.vertices_, memory_);
    return has_other_tight_path(*this, graph_.source_, graph_.target_, std::span<const std::int32_t>(step_),
                                std::span(place), std::span(path), std::span(queue_));
  }

  // An edge is named by its place in in_.
  std::int32_t head(std::int32_t edge) const { return graph_.in_.links[edge].to; }
  template <class F>
  bool any_tight_into(std::int32_t v, F f) const {
    for (std::int32_t i = graph_.in_.first[v]; i < graph_.in_.first[v + 1]; ++i) {
      const Link& link = graph_.in_.links[i];
      if (distance_[link.from] + cost_of(link) == distance_[v] && f(link.from, i)) return true;
    }
    return false;
  }

 private:
  [[noreturn]] static void fail_negative() {
    fail<SolverError>("shortest_path: a cycle of negative cost lies on a way from source to target");
  }
  double cost_of(const Link& link) const { return static_cast<double>(cost_[link.edge]); }

  // Every link once, in the order of the vertices; whether any made a vertex nearer.
  bool relax_all() {
    bool nearer = false;
    for (const Link& link : graph_.out_.links) {
      const double reached = distance_[link.from] + cost_of(link);
      if (!(reached < distance_[link.to])) continue;
      distance_[link.to] = reached;
      nearer = true;
    }
    return nearer;
  }

  // Goes on until the target's distance is passed, not only met: vertices beside it may be just as near.
  void dijkstra() {
    using Reached = std::pair<double, std::int32_t>;
    std::pmr::vector<Reached> heap(memory_);
    heap.push_back({0, graph_.source_});
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), std::greater<>());
      const auto [distance, v] = heap.back();
      heap.pop_back();
      if (distance > distance_[graph_.target_]) return;
      if (distance > distance_[v]) continue;
      for (const Link& link : graph_.out_.of(v)) {
        const double reached = distance + cost_of(link);
        if (!(reached < distance_[link.to])) continue;
        distance_[link.to] = reached;
        heap.push_back({reached, link.to});
        std::push_heap(heap.begin(), heap.end(), std::greater<>());
      }
    }
  }

  const ShortestPath& graph_;
  std::span<const real> cost_;
  std::pmr::memory_resource* memory_;
  std::pmr::vector<double> distance_;
  std::pmr::vector<std::int32_t> step_, queue_;
};

SolverTraits ShortestPath::traits() const {
  return {.name = "shortest_path",
          .sense = Sense::minimise,
          .shape = {edges_},
          .domain = method_ == Method::dijkstra ? Domain{.lower = 0} : Domain{},
          .ties = "a path with the fewest edges is taken; of several, the first that a search from the target meets"};
}

void ShortestPath::solve(std::span<const real> cost, std::span<real> solution) const {
  Workspace workspace;
  Search(*this, cost, &workspace.memory).write(solution);
}

std::optional<bool> ShortestPath::tied(std::span<const real> cost, std::span<const real>) const {
  Workspace workspace;
  return Search(*this, cost, &workspace.memory).has_other();
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
