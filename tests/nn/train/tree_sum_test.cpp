#include <cotape/engine/base/random.h>
#include <cotape/nn/train/tree_sum.h>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace cotape;

namespace {

// The tree over shards [begin, end), a power of two of them.
std::string tree(int begin, int end) {
  if (end - begin == 1) return std::to_string(begin);
  const int middle = (begin + end) / 2;
  return "(" + tree(begin, middle) + "+" + tree(middle, end) + ")";
}

const auto written = [](std::string& left, const std::string& right) { left = "(" + left + "+" + right + ")"; };

std::string folded(int begin, int end, ShardOrder order) {
  TreeFold<std::string> fold;
  fold.start(order);
  for (int i = begin; i < end; ++i)
    fold.add(std::to_string(order == ShardOrder::rising ? i : begin + end - 1 - i), written);
  return fold.finish(written);
}

}  // namespace

TEST_CASE("tree sum: the order of additions is one binary tree, whether shards come rising or falling") {
  CHECK(folded(0, 4, ShardOrder::rising) == "((0+1)+(2+3))");
  CHECK(folded(0, 3, ShardOrder::rising) == "((0+1)+2)");
  CHECK(folded(0, 7, ShardOrder::rising) == "(((0+1)+(2+3))+((4+5)+6))");
  CHECK(folded(0, 0, ShardOrder::rising).empty());
  for (const int n : {1, 2, 4, 8, 16, 32})
    for (const ShardOrder order : {ShardOrder::rising, ShardOrder::falling}) CHECK(folded(0, n, order) == tree(0, n));
}

TEST_CASE("tree sum: what a process adds up is a branch of the tree over all") {
  for (const int processes : {1, 2, 4, 8, 16}) {
    const int own = 16 / processes;
    TreeFold<std::string> over;
    over.start(ShardOrder::rising);
    for (int rank = 0; rank < processes; ++rank)
      over.add(folded(rank * own, (rank + 1) * own, ShardOrder::falling), written);
    CHECK(over.finish(written) == tree(0, 16));
  }
}

TEST_CASE("tree sum: arrays of numbers, the same bits as by hand; memory is used again") {
  constexpr std::size_t size = 40'000;  // more than one parallel block
  std::vector<Tensor> arrays;
  Rng rng(1);
  for (int i = 0; i < 4; ++i) rng.normal(arrays.emplace_back(Shape{size}));
  TreeSum<real> sum;
  const real* memory = nullptr;
  for (const ShardOrder order : {ShardOrder::rising, ShardOrder::falling}) {
    sum.start(size, order);
    CHECK(sum.finish().empty());
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      const Tensor& array = arrays[order == ShardOrder::rising ? i : 3 - i];
      const std::span<real> to = sum.next();
      if (i == 0 && order == ShardOrder::falling) CHECK(to.data() == memory);
      std::copy(array.values().begin(), array.values().end(), to.begin());
      sum.add();
    }
    CHECK(sum.count() == 4);
    const std::span<const real> all = sum.finish();
    bool same = all.size() == size;
    for (std::size_t i = 0; same && i < size; ++i) {
      const auto at = static_cast<std::int64_t>(i);
      same = all[i] == (arrays[0][at] + arrays[1][at]) + (arrays[2][at] + arrays[3][at]);
    }
    CHECK(same);
    CHECK(sum.finish().data() == all.data());
    memory = all.data();
  }
}
