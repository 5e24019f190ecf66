#pragma once
#include <span>

#include <cotape/apps/common/report/scene.h>
#include <cotape/solvers/kit/graph.h>

namespace cotape::app {

// The Delaunay graph of points in the plane: two of them are joined when there is a circle through both that holds no
// other point, neither inside nor on it (Delaunay 1934, "Sur la sphère vide"). Of four points or more on one empty
// circle that leaves out the diagonals, of which a triangulation would have to choose some: the graph depends on the
// points alone. Points on a line are joined in their order; a point at the place of an earlier one is joined with that
// alone. Connected, undirected, edges in ascending order, at most 3n − 6 between different places.
//
// Exact for coordinates rounded to 1/64. O(n³). Throws ValueError for a coordinate that is not within ±16,384.
SparseGraph delaunay_graph(std::span<const Point> points);

}  // namespace cotape::app
