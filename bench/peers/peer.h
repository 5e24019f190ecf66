#pragma once
#include <memory>
#include <utility>
#include <vector>

// In C++17, because LEMON's headers need it.
namespace cotape::bench {

// Another library's way to solve the instances of one problem. All that does not depend on the costs is made once;
// buffers are used again.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual const char* name() const = 0;  // the library, and its method where it has several
  // Costs and solution as the solver of cotape that it stands beside has them; all of the solution is written.
  virtual void solve(const float* costs, float* solution) = 0;
};

// A library's methods for one problem.
using Peers = std::vector<std::unique_ptr<Peer>>;

// Edges by their ends, in the order of their costs.
struct PeerGraph {
  int nodes = 0;
  std::vector<std::pair<int, int>> edges = {};
};

// What a minimum cut of a graph separates. Each pair of arcs of opposite direction belongs to one cost c: its capacity
// is max(0, forward · c) from the first node to the second and max(0, back · c) the other way. The solution is 1 at
// the costs of pairs that are cut, but for those without `counts`.
struct CutNetwork {
  struct Pair {
    int from, to, cost;
    float forward, back;
    bool counts;
  };
  int nodes = 0, source = 0, sink = 0, costs = 0;
  std::vector<Pair> pairs = {};

  // For `on_source_side(node)` of a minimum cut.
  template <class Side>
  void write_solution(Side on_source_side, float* solution) const {
    for (int i = 0; i < costs; ++i) solution[i] = 0;
    for (const Pair& pair : pairs) {
      if (!pair.counts) continue;
      const bool from = on_source_side(pair.from), to = on_source_side(pair.to);
      solution[pair.cost] = from != to && (from ? pair.forward : pair.back) > 0 ? 1.0F : 0.0F;
    }
  }
};

// A network whose edges' costs, whole numbers, are those of a unit of flow.
struct FlowNetwork {
  PeerGraph graph = {};
  std::vector<int> supplies = {};    // [nodes]
  std::vector<int> capacities = {};  // [edges]; `unlimited` for none

  static constexpr int unlimited = -1;
};

}  // namespace cotape::bench
