#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

constexpr real minus_infinity = -std::numeric_limits<real>::infinity();
const Tensor padding(Shape{2, 5}, {0, 0, 0, 1, 1, 1, 1, 1, 1, 1});  // the second example sees nothing
const Tensor added(Shape{4, 5}, {0,  1,
                                 2,  3,
                                 4,  minus_infinity,
                                 0,  minus_infinity,
                                 0,  0,  //
                                 0,  0,
                                 0,  0,
                                 0,  1,
                                 -1, 1,
                                 -1, 1});

}  // namespace

TEST_CASE("gradients of attention: heads, masks, values of another width") {
  const std::vector<AttentionMask> masks = {
      {}, {.causal = true}, {.padding = &padding}, {.added = &added}, {true, &padding, &added}};
  for (const std::int64_t heads : {1, 2})
    for (const AttentionMask& mask : masks)
      check_gradients(
          "attention",
          [&](Tape&, std::span<const Var> x) { return scaled_dot_product_attention(x[0], x[1], x[2], heads, mask); },
          {normal_tensor({2, 4, 6}, 1), normal_tensor({2, 5, 6}, 2), normal_tensor({2, 5, 4}, 3)});
}

TEST_CASE("gradients of attention on q, k and v in one tensor, of one sequence and of several blocks of queries") {
  for (const bool causal : {false, true})
    check_gradients("packed", [&](Tape&, std::span<const Var> x) { return packed_attention(x[0], 2, {causal}); },
                    {normal_tensor({2, 5, 12}, 1)});
  check_gradients("blocks", [&](Tape&, std::span<const Var> x) { return packed_attention(x[0], 1, {true}); },
                  {normal_tensor({1, 67, 3}, 1)});
}
