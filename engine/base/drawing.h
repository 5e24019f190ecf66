#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What the numbers of a combinatorial problem belong to, so that inspection can draw them.
struct Drawing {
  enum class Kind {
    by_shape,  // a matrix as a picture, a tour among its cities, all else as bars
    pairs,     // [rows, columns]: pairs of one of the rows and one of the columns
    graph,     // [nodes + edges] with `numbers_of_nodes`, else [edges]
    items      // [items] to pack
  };
  Kind kind = Kind::by_shape;
  // Of a graph; none where it has too many to be drawn.
  std::int64_t nodes = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> edges = {};  // from and to
  bool directed = false;
  bool numbers_of_nodes = false;
  std::vector<double> sizes = {};  // of items, as shares of what fits

  bool operator==(const Drawing&) const = default;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
