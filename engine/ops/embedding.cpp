#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/embedding.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <memory>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

Shape shape_of_rows(const Shape& places, const Shape& table) {
  Shape shape = places;
  for (int axis = 1; axis < table.rank(); ++axis) shape = shape.inserted(shape.rank(), table[axis]);
  return shape;
}

}  // namespace

Var embedding(Var table, std::span<const std::int64_t> indices, const EmbeddingSettings& settings) {
  const Op op{.name = "embedding", .vjp = "dtable[i] = Σ dy of the rows that read i", .adds_rows = true};
  const auto kept = std::make_shared<const std::vector<std::int64_t>>(indices.begin(), indices.end());
  return with_var_vjps(
      record(
          op, {table},
          [&](Forward& f) {
            const Tensor& rows = f.in(0);
            if (rows.shape().rank() == 0) fail<ShapeError>("the table is a scalar");
            const Shape places = settings.shape.value_or(Shape{std::ssize(indices)});
            if (places.size() != std::ssize(indices))
              fail<ShapeError>(indices.size(), " indices for a shape ", places, " of ", places.size());
            const std::int64_t count = rows.shape()[0];
            for (std::size_t r = 0; r < indices.size(); ++r)
              if (indices[r] < 0 || indices[r] >= count)
                fail<ValueError>("index ", indices[r], " at place ", r, " is outside the table ", rows.shape());
            Tensor& y = f.out(shape_of_rows(places, rows.shape()));
            const std::int64_t size = view_around(rows.shape(), 0).inner;
            for (std::size_t r = 0; r < indices.size(); ++r)
              std::copy_n(rows.data() + indices[r] * size, size, y.data() + static_cast<std::int64_t>(r) * size);
          },
          [kept, padding = settings.padding](Vjp& v) {
            const std::vector<std::int64_t>& rows = *kept;
            const std::int64_t size = view_around(v.dx.shape(), 0).inner;
            for (std::size_t r = 0; r < rows.size(); ++r) {
              if (rows[r] == padding) continue;
              const real* from = v.dy.data() + static_cast<std::int64_t>(r) * size;
              real* to = v.row(rows[r]);
              for (std::int64_t i = 0; i < size; ++i) to[i] += from[i];
            }
          }),
      [kept, padding = settings.padding](const VarVjp& v) {
        std::vector<std::int64_t> places, rows;  // what is no padding
        for (std::size_t r = 0; r < kept->size(); ++r)
          if ((*kept)[r] != padding) places.push_back(static_cast<std::int64_t>(r)), rows.push_back((*kept)[r]);
        const Shape& shape = v.input(0).shape();
        const Var dy = reshape(v.dy, shape.with(0, std::ssize(*kept)));
        return segment_sum(index_select(dy, 0, places), rows, shape[0]);
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
