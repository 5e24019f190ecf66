#pragma once
#include <span>

#include <cotape/apps/graph_matching/patches.h>
#include <cotape/engine/base/tensor.h>

namespace cotape::app {

// Pairs of views, laid out for the net and for the solver. Every view has 2 E places for directed edges: those of its
// graph as they were given, at place e, and the other way, at place E + e; places that its graph does not fill belong
// to nothing.
struct PairBatch {
  std::vector<const View*> views;  // the left ones, then the right ones
  std::int64_t pairs = 0, points = 0, edges = 0;
  // [views · 2 E]: rows of the views' points laid one behind the other. Of places that belong to nothing: the first
  // row, but `hears` is one row behind all others.
  std::vector<std::int64_t> from, to, hears;
  Tensor offsets;  // [views · 2 E, 3]: from one end to the other, x, y and length, over the mean length of the view
  // [pairs, layout.size()], as GraphMatchingLayout says: the true matching, and 1 where there is something to match.
  Tensor wanted, real_entries;
  std::vector<MatchedGraphs> graphs;  // the solver's instance data

  std::int64_t rows() const { return 2 * pairs * points; }
};

PairBatch make_batch(const MatchingData& data, std::span<const ViewPair* const> pairs,
                     const GraphMatchingLayout& layout);

}  // namespace cotape::app
