#pragma once
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/oracle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// While it lives, whoever watches the tape sees the oracle's calls as made by this node. Nothing where nobody watches.
class ShownCalls {
 public:
  ShownCalls(Oracle& oracle, Graph& graph, std::uint32_t node);
  // By the node that is being recorded from x.
  ShownCalls(Oracle& oracle, Var x);
  ~ShownCalls();
  ShownCalls(const ShownCalls&) = delete;
  ShownCalls& operator=(const ShownCalls&) = delete;

 private:
  Oracle* oracle_ = nullptr;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
