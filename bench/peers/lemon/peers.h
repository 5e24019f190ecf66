#pragma once
#include <cotape/bench/peers/peer.h>

// LEMON 1.3.
namespace cotape::bench::lemon_peers {

// The cheapest paths of cells, eight neighbours, from corner to corner of a square grid.
Peers grid_paths(int size);
// Of a complete graph with the edges {0, 1}, {0, 2}, …, {1, 2}, …: the cheapest perfect matching, or the heaviest one.
Peers perfect_matchings(int nodes);
Peers heaviest_matchings(int nodes);
// As many rows as columns.
Peers assignments(int size);
Peers spanning_trees(const PeerGraph& graph);
Peers arborescences(const PeerGraph& graph, int root);
Peers cuts(const CutNetwork& network);
Peers flows(const FlowNetwork& network);

}  // namespace cotape::bench::lemon_peers
