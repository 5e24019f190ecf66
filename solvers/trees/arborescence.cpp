#include <cotape/engine/base/error.h>
#include <cotape/solvers/kit/disjoint_sets.h>
#include <cotape/solvers/kit/scale.h>
#include <cotape/solvers/trees/arborescence.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t none = -1;

// An edge into a part, in the list of the part.
struct Entering {
  double cost;  // less what the parts inside pay already
  std::int32_t from;
  std::int32_t edge;
  std::int32_t next;  // in the list; none at its end
};

// A node, or a circle of parts that has become one.
struct Part {
  std::int32_t first;   // of its list
  std::int32_t parent;  // the part it has become a piece of, or none
  // The best edge into it, and the node that this leads to; the edge is none where the arborescence begins.
  std::int32_t edge, entered;
  double paid;  // the cost of that edge, as in the list
  // If it has no edge: the node within where to begin, and what that costs more than other nodes.
  std::int32_t begin;
  double begin_cost;
};

enum class Mark : std::uint8_t { untouched, on_path, reached };

}  // namespace

struct Arborescence::Workspace {
  std::vector<Entering> entering;
  std::vector<Part> parts;              // the nodes, and then those made of others
  DisjointSets sets;                    // nodes of one part
  std::vector<std::int32_t> part_of;    // of the node that stands for a set
  std::vector<Mark> marks;              // of a part
  std::vector<std::int32_t> path;       // parts, each entered from the next
  std::vector<std::int32_t> seen_from;  // of a part: the entry of a list being made that comes from there
  std::vector<std::uint8_t> resolved;   // of a part: the edges of its pieces are known
};

// One instance.
class Arborescence::Search {
 public:
  Search(const Arborescence& solver, std::span<const real> cost, const Instance* instance, Workspace& work)
      : graph_(solver.graph_), cost_(cost), allowed_(nullptr), root_(solver.options_.root), work_(work) {
    sign_ = solver.options_.sense == Sense::minimise ? scale_of(cost) : -scale_of(cost);
    if (!instance) return;
    instance->edges.check("arborescence", graph_.edge_count());
    if (instance->root < -1 || instance->root >= graph_.node_count())
      fail<ValueError>("arborescence: root ", instance->root, " is not one of ", graph_.node_count(), " nodes");
    if (!instance->edges.allowed.empty()) allowed_ = &instance->edges;
    if (instance->root >= 0) root_ = instance->root;
  }

  // Calls take(edge) for every edge of the arborescence.
  template <class F>
  void solve(F take) {
    start();
    for (std::int32_t node = 0; node < graph_.node_count(); ++node) grow(part_with(node));
    resolve();
    for (std::int32_t node = 0; node < graph_.node_count(); ++node)
      if (work_.parts[node].edge != none) take(work_.parts[node].edge);
  }

 private:
  std::int32_t part_with(std::int32_t node) { return work_.part_of[work_.sets.find(node)]; }

  void start() {
    const auto nodes = static_cast<std::int32_t>(graph_.node_count());
    const auto most = 2 * static_cast<std::size_t>(nodes);  // each circle makes one part of at least two
    work_.sets.assign(nodes);
    work_.parts.clear();
    work_.parts.reserve(most);
    work_.marks.assign(most, Mark::untouched);
    work_.seen_from.assign(most, none);
    work_.part_of.resize(static_cast<std::size_t>(nodes));
    work_.path.clear();
    work_.path.reserve(static_cast<std::size_t>(nodes));
    work_.entering.clear();
    work_.entering.reserve(static_cast<std::size_t>(graph_.edge_count()));
    for (std::int32_t node = 0; node < nodes; ++node) {
      work_.part_of[node] = node;
      Part part{none, none, none, node, 0, node, 0};
      double best = infinity;
      for (const auto [edge, from] : graph_.in_edges(node)) {
        if (from == node || (allowed_ && !(*allowed_)[edge])) continue;
        const double cost = sign_ * static_cast<double>(cost_[static_cast<std::size_t>(edge)]);
        work_.entering.push_back({cost, from, edge, part.first});
        part.first = static_cast<std::int32_t>(work_.entering.size()) - 1;
        if (cost < best) {
          best = part.paid = cost;
          part.edge = edge;
        }
      }
      work_.parts.push_back(part);
    }
    if (root_ < 0) return;
    work_.parts[root_].edge = none;
    work_.marks[root_] = Mark::reached;
  }

  // Goes back along best edges until it is where an arborescence is already, or begins one; a circle on the way
  // becomes a part.
  void grow(std::int32_t part) {
    if (work_.marks[part] == Mark::reached) return;
    for (;;) {
      work_.marks[part] = Mark::on_path;
      work_.path.push_back(part);
      Part& last = work_.parts[part];
      if (last.edge == none) {
        if (root_ >= 0)
          fail<SolverError>("arborescence: over the edges that may be used, root ", root_, " does not reach node ",
                            last.begin);
        if (begun_ != none)
          fail<SolverError>("arborescence: over the edges that may be used, no node reaches both ", begun_, " and ",
                            last.begin);
        begun_ = last.entered = last.begin;
        break;
      }
      std::int32_t before = part_with(static_cast<std::int32_t>(graph_.edge(last.edge).from));
      last.entered = static_cast<std::int32_t>(graph_.edge(last.edge).to);
      if (work_.marks[before] == Mark::reached) break;
      if (work_.marks[before] == Mark::on_path) before = contract(before);
      part = before;
    }
    for (const std::int32_t on_path : work_.path) work_.marks[on_path] = Mark::reached;
    work_.path.clear();
  }

  // Makes one part of the last ones of the path, from `first` on, and takes them from there. Its list has the cheapest
  // edge from each other part.
  std::int32_t contract(std::int32_t first) {
    const auto made = static_cast<std::int32_t>(work_.parts.size());
    const auto begin = std::find(work_.path.begin(), work_.path.end(), first);
    for (auto piece = begin + 1; piece != work_.path.end(); ++piece)
      work_.sets.join(work_.parts[first].begin, work_.parts[*piece].begin);
    work_.part_of[work_.sets.find(work_.parts[first].begin)] = made;

    Part whole{none, none, none, none, 0, none, infinity};
    double best = infinity;
    for (auto piece = begin; piece != work_.path.end(); ++piece) {
      Part& part = work_.parts[*piece];
      part.parent = made;
      if (part.begin_cost - part.paid < whole.begin_cost) {
        whole.begin = part.begin;
        whole.begin_cost = part.begin_cost - part.paid;
      }
      for (std::int32_t e = part.first, next; e != none; e = next) {
        Entering& entry = work_.entering[e];
        next = entry.next;
        const std::int32_t from = part_with(entry.from);
        if (from == made) continue;
        entry.cost -= part.paid;
        if (entry.cost < best) {
          best = whole.paid = entry.cost;
          whole.edge = entry.edge;
        }
        if (std::int32_t& seen = work_.seen_from[from]; seen == none) {
          seen = e;
          entry.next = whole.first;
          whole.first = e;
        } else if (entry.cost < work_.entering[seen].cost) {
          Entering& kept = work_.entering[seen];
          kept.cost = entry.cost;
          kept.from = entry.from;
          kept.edge = entry.edge;
        }
      }
    }
    for (std::int32_t e = whole.first; e != none; e = work_.entering[e].next)
      work_.seen_from[part_with(work_.entering[e].from)] = none;
    work_.path.erase(begin, work_.path.end());
    work_.parts.push_back(whole);
    return made;
  }

  // From the last part made to the first: the edge into a part is that of each piece around the node that it leads to.
  void resolve() {
    work_.resolved.assign(work_.parts.size(), 0);
    for (std::int64_t p = std::ssize(work_.parts) - 1; p >= graph_.node_count(); --p) {
      if (work_.resolved[p] != 0) continue;
      const Part& whole = work_.parts[p];
      for (std::int32_t piece = whole.entered; piece != p; piece = work_.parts[piece].parent) {
        work_.resolved[piece] = 1;
        work_.parts[piece].edge = whole.edge;
      }
    }
  }

  const SparseGraph& graph_;
  std::span<const real> cost_;
  const AllowedEdges* allowed_;  // nullptr: all
  std::int64_t root_;
  double sign_;                // what costs are multiplied by
  std::int32_t begun_ = none;  // where it begins, if no root was given
  Workspace& work_;
};

Arborescence::Arborescence(const SparseGraph& graph, ArborescenceOptions options) : graph_(graph), options_(options) {
  if (!graph.is_directed()) fail<ValueError>("arborescence: the graph is undirected; give a directed one");
  if (graph.edge_count() < 1) fail<ValueError>("arborescence: the graph has no edges");
  if (options.root < -1 || options.root >= graph.node_count())
    fail<ValueError>("arborescence: root ", options.root, " is not one of ", graph.node_count(), " nodes");
  const std::vector<real> zeros(static_cast<std::size_t>(graph.edge_count()));
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  Search(*this, zeros, nullptr, *work).solve([](std::int32_t) {});
}

SolverTraits Arborescence::traits() const {
  return {.name = "arborescence",
          .sense = options_.sense,
          .shape = {graph_.edge_count()},
          .ties = "which of several best arborescences is taken follows from the costs alone",
          .constant_sum = true,
          .drawing = graph_.drawing()};
}

void Arborescence::solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {}, solution); }

void Arborescence::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  std::fill(solution.begin(), solution.end(), real(0));
  Search(*this, cost, &instance, *work).solve([&](std::int32_t edge) { solution[static_cast<std::size_t>(edge)] = 1; });
}

void Arborescence::mask(const Instance& instance, std::span<real> mask) const {
  instance.edges.check("arborescence", graph_.edge_count());
  instance.edges.mask(mask);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
