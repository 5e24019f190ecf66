#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

TEST_CASE("gradient check: sums over pairs") {
  const auto f = [](Tape&, std::span<const Var> x) { return pair_sum(x[0]); };
  check_gradients("pair_sum", f, {normal_tensor({2, 4, 6})});
  check_gradients("pair_sum, one graph of two nodes", f, {normal_tensor({2, 2})});
  check_gradients("pair_sum, more axes", f, {normal_tensor({2, 1, 3, 4})});
}

TEST_CASE("gradient check: messages between all pairs") {
  const auto f = [](Tape&, std::span<const Var> x) { return pair_messages(x[0], x[1], x[2], x[3]); };
  const auto check = [&](const std::string& what, std::int64_t graphs, std::int64_t sets, std::int64_t n,
                         std::int64_t half, std::int64_t out) {
    check_gradients(what, f,
                    {normal_tensor({graphs, n, 2 * half}, 1), normal_tensor({out, half}, 2), normal_tensor({out}, 3),
                     normal_tensor({sets, n * (n - 1) / 2}, 4)});
  };
  check("pair_messages", 4, 2, 3, 2, 3);
  check("pair_messages, wide", 2, 2, 4, 9, 17);
  check("pair_messages, many graphs", 40, 20, 3, 2, 2);  // more sets than parts that gradients are summed in
}
