#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Layers over all ordered pairs of a graph's nodes, as interaction networks have them (Battaglia et al. 2016; Kipf et
// al. 2018, "Neural relational inference for interacting systems"). The pairs of n nodes are numbered by their receiver
// and then by their sender: (0, 1), (0, 2), …, (1, 0), (1, 2), …, n (n − 1) of them. What is linear in the features of
// both nodes is computed for each node by itself: parts [..., n, 2 h] has h numbers of a node as sender, then h of it
// as receiver.

// One row for each pair: the sender's part plus the receiver's, [..., n (n − 1), h]. Throws ShapeError unless parts has
// such axes, n > 1.
Var pair_sum(Var parts);

// What every node receives: Σ over senders j of coefficient_ij · relu(weight · relu(part_j + part_i) + bias), [graphs,
// n, out]. parts [graphs, n, 2 h], weight [out, h], bias [out]; coefficients [sets, n (n − 1)/2] has a number for each
// undirected edge {0, 1}, {0, 2}, …, {1, 2}, …, for both its directions, and each set serves graphs/sets graphs that
// follow one another. A message whose coefficient is 0 costs nothing backward, and without gradients nothing forward.
// Throws ShapeError when shapes do not fit, n > 1 and h > 0 included.
Var pair_messages(Var parts, Var weight, Var bias, Var coefficients);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
