#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <cotape/solvers/flow/arcs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {

// The minimum cut by pushing and relabelling (A. Goldberg, R. Tarjan, "A new approach to the maximum-flow problem",
// 1988), in time nodes² · √edges at most: a preflow, which may bring more to a node than leaves it, is pushed from node
// to node, the one with the highest label first. A label is never more than a node's distance from the goal, and a node
// pushes to the label below its own. When no node has a certain label any more, those above it are cut off from the
// goal (the gap heuristic). Only the first phase is run, which finds the cut and no flow.
//
// The preflow goes backwards, from the target to the source. What the source still reaches afterwards is the smallest
// source side, and is found without a look at the rest.
class PushRelabel {
 public:
  // All arcs without capacity.
  void clear(const Arcs& arcs);
  // The capacity of the arc whose reverse this is. Sums of capacities must not overflow.
  void set_capacity(std::int32_t reverse, double capacity) { residual_[static_cast<std::size_t>(reverse)] = capacity; }
  // Afterwards source_side() is the smallest source side of a minimum cut.
  void run(const Arcs& arcs, std::int32_t source, std::int32_t target);

  const std::vector<std::int32_t>& source_side() const { return source_side_; }
  bool on_source_side(std::int32_t v) const { return on_source_side_[static_cast<std::size_t>(v)] != 0; }

 private:
  // First labels: the distances from the source, up to that of the target. False: the source does not reach it.
  bool label(const Arcs& arcs, std::int32_t source, std::int32_t target);
  // Pushes from the target what the source can still take. False: there is nothing left to push.
  bool flood(const Arcs& arcs, std::int32_t source, std::int32_t target);
  void push(const Arcs& arcs, std::int32_t arc, std::int32_t to, double amount);
  // Pushes a node's excess on. Its label rises meanwhile as far as that takes.
  void discharge(const Arcs& arcs, std::int32_t v);
  // All nodes with this label or a higher one are.
  void cut_off(std::int32_t label);
  void find_source_side(const Arcs& arcs, std::int32_t source);

  std::int32_t nodes_ = 0;
  std::int32_t highest_ = 0;                 // no node that is not cut off has an excess and a higher label
  std::vector<double> residual_;             // [arcs]: what can still be pushed
  std::vector<double> excess_;               // [nodes]; infinite for the source
  std::vector<std::int32_t> label_;          // [nodes]; their number: cut off
  std::vector<std::int32_t> current_;        // [nodes]: none of a node's arcs before this one can be pushed along
  std::vector<std::int32_t> active_, next_;  // [nodes]: for each label the nodes with an excess, as lists
  std::vector<std::int32_t> at_label_;       // [nodes + 1]: how many nodes have a label, from 1 on
  std::vector<std::int32_t> queue_, source_side_, on_source_side_;  // [nodes]
};

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
