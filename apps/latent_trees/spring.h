#pragma once
#include <cstdint>
#include <span>

namespace cotape::app {

// One iteration of the Fruchterman–Reingold layout of an undirected graph in the plane: every two nodes repel, edges
// attract, and each node moves by a tenth of the layout's extent; then the layout is centred at 0 and scaled so that
// the largest coordinate is 1. The same as NetworkX's spring_layout(G, pos=positions, iterations=1), version 2.8.
//   `edges` has a number for each pair {0, 1}, {0, 2}, …, {1, 2}, …, not 0 where there is an edge; `positions` are
// [nodes, 2], in place.
void spring_step(std::span<const std::uint8_t> edges, std::span<double> positions);

}  // namespace cotape::app
