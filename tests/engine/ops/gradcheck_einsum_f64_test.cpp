#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

TEST_CASE("gradients of einsum") {
  struct Row {
    const char* equation;
    std::vector<Shape> shapes;
  };
  const std::vector<Row> rows = {
      {"ij->ji", {{2, 3}}},
      {"iij->j", {{3, 3, 2}}},
      {"ij->", {{2, 3}}},
      {"ij,jk->ik", {{2, 3}, {3, 4}}},
      {"ji,kj->ki", {{3, 2}, {4, 3}}},
      {"bij,bkj->bik", {{2, 3, 2}, {2, 4, 2}}},
      {"bqhd,bkhd->bhqk", {{2, 3, 2, 2}, {2, 4, 2, 2}}},
      {"bij,jk->bik", {{2, 3, 2}, {2, 3}}},
      {"i,j->ij", {{2}, {3}}},
      {"ij,i->ij", {{2, 3}, {2}}},
      {"i,i->", {{4}, {4}}},
      {"ai,bi,ij->abj", {{2, 3}, {2, 3}, {3, 2}}},
  };
  for (const Row& row : rows) {
    std::vector<Tensor> x;
    for (const Shape& shape : row.shapes) x.push_back(normal_tensor(shape, x.size() + 1));
    check_gradients(
        row.equation, [&](Tape&, std::span<const Var> v) { return einsum(row.equation, v); }, x);
  }
  check_gradients("an operand twice",
                  [](Tape&, std::span<const Var> v) {
                    return einsum("ij,kj->ik", {v[0], v[0]});
                  },
                  {normal_tensor({3, 2})});
}

TEST_CASE("gradients of dot and outer") {
  check_gradients("dot", [](Tape&, std::span<const Var> v) { return dot(v[0], v[1]); },
                  {normal_tensor({5}, 1), normal_tensor({5}, 2)});
  check_gradients("dot of a vector with itself", [](Tape&, std::span<const Var> v) { return dot(v[0], v[0]); },
                  {normal_tensor({5})});
  check_gradients("outer", [](Tape&, std::span<const Var> v) { return outer(v[0], v[1]); },
                  {normal_tensor({2}, 1), normal_tensor({3}, 2)});
}

TEST_CASE("gradients of cosine_similarity along every axis") {
  for (int axis = -3; axis < 3; ++axis)
    check_gradients("cosine_similarity along " + std::to_string(axis),
                    [=](Tape&, std::span<const Var> v) { return cosine_similarity(v[0], v[1], axis); },
                    {normal_tensor({2, 3, 4}, 1), normal_tensor({2, 3, 4}, 2)});
  check_gradients("cosine_similarity of vectors shorter than ε",
                  [](Tape&, std::span<const Var> v) { return cosine_similarity(v[0], v[1], -1, 20); },
                  {normal_tensor({3, 4}, 1), normal_tensor({3, 4}, 2)});
  check_gradients("cosine_similarity, one side shorter than ε",
                  [](Tape&, std::span<const Var> v) { return cosine_similarity(v[0], v[1] * 100, -1, 20); },
                  {normal_tensor({3, 4}, 1), normal_tensor({3, 4}, 2)});
}
