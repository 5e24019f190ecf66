#pragma once
#include <optional>
#include <span>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct EmbeddingSettings {
  std::optional<Shape> shape = {};           // of the indices; none: [indices]
  std::optional<std::int64_t> padding = {};  // the row of this index gets no gradient
};

// Rows table[i] of a table [n, ...] for indices of any shape, result [shape..., ...]. A row that is used more than once
// gets the sum of its gradients, in the order of the indices. Unlike gather_rows it never touches the other rows of a
// parameter's gradient, see Parameter::gradient_rows. Keeps a copy of the indices. Throws ShapeError when the number of
// indices is not that of the shape or the table has no axis, ValueError for an index outside the table.
Var embedding(Var table, std::span<const std::int64_t> indices, const EmbeddingSettings& settings = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
