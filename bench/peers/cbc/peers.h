#pragma once
#include <cotape/bench/peers/peer.h>

// CBC, of COIN-OR.
namespace cotape::bench::cbc_peers {

// Each item at most once.
Peers knapsacks(const std::vector<double>& weights, double capacity);

}  // namespace cotape::bench::cbc_peers
