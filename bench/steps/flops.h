#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape::bench {

// Floating point operations of matrix products and convolutions, two for each multiply-add of the direct algorithm,
// whatever algorithm runs (Winograd's has fewer). Bias, activation and all other ops count nothing.
struct Flops {
  double forward = 0;
  double backward = 0;  // both products, but none for an input that needs no gradient: the first layer's

  double total() const { return forward + backward; }
};

// Of one node, by its id.
Flops flops_of(const Graph& graph, std::uint32_t node);
// Of all nodes on a tape.
Flops flops_of(Tape& tape);

}  // namespace cotape::bench
