#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

TEST_CASE("gradients of embedding: rows used once, twice and never, any shape of indices") {
  const std::vector<std::int64_t> indices = {3, 0, 3, 1, 1, 1};
  for (const Shape& table : {Shape{5, 2}, Shape{5}, Shape{5, 2, 3}})
    check_gradients("embedding", [&](Tape&, std::span<const Var> x) { return embedding(x[0], indices); },
                    {normal_tensor(table)});
  check_gradients(
      "embedding of [2,3]",
      [&](Tape&, std::span<const Var> x) {
        return embedding(x[0], indices, {.shape = Shape{2, 3}}) * embedding(x[0], indices, {.shape = Shape{2, 3}});
      },
      {normal_tensor({5, 2})});
}
