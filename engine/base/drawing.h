#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What the numbers of a combinatorial problem belong to, so that inspection can draw them. A solver says it in its
// traits; where it depends on an instance's data, in a member function  Drawing drawing(instance) const.
struct Drawing {
  enum class Kind {
    by_shape,  // a matrix as a picture, all else as bars
    pairs,     // [rows, columns]: pairs of one of the rows and one of the columns
    graph,     // [nodes + edges] with `numbers_of_nodes`, else [edges]
    cut,       // the same; the chosen edges part source and target
    items,     // [items] to pack
    tour,      // [cities, cities]: two cities one after the other
    trellis,   // [steps + labels, labels]: a step's label; below, one label that follows another
    labels     // [planes, height, width]: a cell's label; then, that it differs from the cell's neighbour on the right,
               // below, and on the diagonals below, right and left
  };
  Kind kind = Kind::by_shape;
  // Of a graph; none where it has too many to be drawn.
  std::int64_t nodes = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> edges = {};  // from and to
  bool directed = false;
  bool numbers_of_nodes = false;
  std::int64_t source = -1, target = -1;  // nodes; −1: there is none
  std::vector<double> sizes = {};         // [capacities, items]: shares of what fits

  bool operator==(const Drawing&) const = default;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
