#pragma once
#include <cotape/bench/peers/peer.h>

// The Boost Graph Library.
namespace cotape::bench::boost_peers {

// The cheapest paths of cells, eight neighbours, from corner to corner of a square grid.
Peers grid_paths(int size);
Peers spanning_trees(const PeerGraph& graph);
Peers cuts(const CutNetwork& network);

}  // namespace cotape::bench::boost_peers
