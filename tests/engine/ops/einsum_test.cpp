#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

const std::map<char, std::int64_t> letter_sizes = {{'a', 2}, {'b', 3}, {'i', 4}, {'j', 5},
                                                   {'k', 2}, {'l', 1}, {'z', 0}};

Shape shape_of(const std::string& letters) {
  Shape shape;
  for (const char letter : letters) shape = shape.inserted(shape.rank(), letter_sizes.at(letter));
  return shape;
}

// The definition: one loop for each letter.
Tensor summed_by_hand(const std::vector<std::string>& operands, const std::string& result,
                      const std::vector<Tensor>& values) {
  std::string letters;
  for (const std::string& operand : operands)
    for (const char c : operand)
      if (letters.find(c) == std::string::npos) letters += c;
  const Shape loops = shape_of(letters);
  std::map<char, std::int64_t> index;
  const auto place = [&](const std::string& axes) {
    std::int64_t at = 0;
    for (const char c : axes) at = at * letter_sizes.at(c) + index.at(c);
    return at;
  };
  Tensor y(shape_of(result));
  for (std::int64_t step = 0; step < loops.size(); ++step) {
    std::int64_t rest = step;
    for (std::size_t i = letters.size(); i-- > 0;) {
      index[letters[i]] = rest % letter_sizes.at(letters[i]);
      rest /= letter_sizes.at(letters[i]);
    }
    real product = 1;
    for (std::size_t i = 0; i < operands.size(); ++i) product *= values[i][place(operands[i])];
    y[place(result)] += product;
  }
  return y;
}

}  // namespace

TEST_CASE("einsum, against loops by hand") {
  const std::vector<std::string> equations = {"ij->ij",
                                              "ij->ji",
                                              "ij->i",
                                              "ij->j",
                                              "ij->",
                                              "i->i",
                                              "->",
                                              "abij->jbia",  // one operand
                                              "ii->i",
                                              "ii->",
                                              "iaia->ia",
                                              "iij->j",
                                              "iii->i",
                                              "iji->j",
                                              "aaa->",
                                              "iajaib->bj",  // its diagonals
                                              "ij,jk->ik",
                                              "ij,kj->ik",
                                              "ji,jk->ik",
                                              "ji,kj->ki",
                                              "ij,jk->ki",  // products of matrices
                                              "aij,ajk->aik",
                                              "abij,abjk->abik",
                                              "aibj,kajb->abik",
                                              "aij,jk->aik",
                                              "jk,aij->iak",  // of batches
                                              "ij,j->i",
                                              "j,ij->i",
                                              "i,j->ij",
                                              "i,j->ji",
                                              "i,i->",
                                              "i,i->i",
                                              ",i->i",
                                              ",->",  // of vectors and scalars
                                              "ij,ij->ij",
                                              "ij,ji->ij",
                                              "ij,i->ij",
                                              "i,ij->ji",
                                              "aij,j->aij",
                                              "ij,ij->",
                                              "ij,ij->i",  // number by number
                                              "ij,k->i",
                                              "ij,a->",
                                              "iij,jkk->ik",
                                              "aij,aji->a",
                                              "abij,ab->ij",
                                              "al,lb->ab",  // with sums of one side
                                              "ij,jk,kb->ib",
                                              "i,j,k->ijk",
                                              "ai,bi,ij->abj",
                                              "ij,ij,ij->i",
                                              "a,ab,b->",
                                              "ij,jk,ki->",  // more than two
                                              "az,zb->ab",
                                              "z,z->",
                                              "iz->i",
                                              "zi,zi->zi"};  // without elements
  for (const std::string& equation : equations) {
    CAPTURE(equation);
    const std::size_t arrow = equation.find("->");
    std::vector<std::string> operands(1);
    for (const char c : equation.substr(0, arrow))
      if (c == ',')
        operands.emplace_back();
      else
        operands.back() += c;
    Tape tape;
    std::vector<Tensor> values;
    std::vector<Var> on_tape;
    for (const std::string& operand : operands) {
      values.push_back(normal_tensor(shape_of(operand), values.size() + 1));
      on_tape.push_back(tape.constant(values.back()));
    }
    const Tensor y = einsum(equation, on_tape).value();
    const Tensor expected = summed_by_hand(operands, equation.substr(arrow + 2), values);
    REQUIRE(y.shape() == expected.shape());
    CHECK(relative_distance(y, expected) < 1e-5);
  }
}

TEST_CASE(
    "einsum: without an arrow the letters that stand once remain, in the order of the alphabet; blanks count not") {
  Tape tape;
  const Var a = tape.constant(normal_tensor({4, 5}, 1)), b = tape.constant(normal_tensor({5, 2}, 2));
  CHECK(einsum("ij,jk", {a, b}).value() == einsum("ij,jk->ik", {a, b}).value());
  CHECK(einsum(" j i , i B ", {a, b}).value() == einsum("ji,iB->Bj", {a, b}).value());
  CHECK(einsum("ba", {a}).value() == transpose(a).value());
  CHECK(einsum("ii", {tape.constant(Tensor({2, 2}, {1, 2, 3, 4}))}).value().item() == 5);
}

TEST_CASE("einsum: matrix products are matmul itself, and an axis that is not summed stays in its place") {
  Tape tape;
  const Var a = tape.constant(normal_tensor({3, 4, 5}, 1)), b = tape.constant(normal_tensor({3, 5, 2}, 2));
  const std::size_t before = tape.size();
  CHECK(einsum("bij,bjk->bik", {a, b}).value() == matmul(a, b).value());
  CHECK(tape.size() == before + 2);  // one matmul each, nothing copied
  CHECK(einsum("bij,bkj->bik", {a, a}).value() == matmul(a, a, {.a = false, .b = true}).value());
  CHECK(tape.size() == before + 4);
}

TEST_CASE("einsum: errors name the equation or the operand") {
  Tape tape;
  const Var a = tape.constant(Tensor({4, 5})), b = tape.constant(Tensor({5, 2}));
  CHECK_THROWS_WITH_AS(einsum("i...,j->ij", {a, b}),
                       "einsum: \"i...,j->ij\": \"...\" is not supported, name every axis", ValueError);
  CHECK_THROWS_WITH_AS(einsum("i1,jk", {a, b}), "einsum: \"i1,jk\": '1' is no letter", ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij,jk->i,k", {a, b}), "einsum: \"ij,jk->i,k\": ',' is no letter", ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij,jk->il", {a, b}), "einsum: \"ij,jk->il\": the result's 'l' is in no operand",
                       ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij,jk->ii", {a, b}), "einsum: \"ij,jk->ii\": the result has 'i' twice", ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij", {a, b}), "einsum: 2 operands for an equation of 1", ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij,ijk", {a, b}), "einsum: operand 1 [5,2] for \"ijk\": 2 axes, 3 letters", ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij,ik->jk", {a, b}),
                       "einsum: 'i' stands for 4 and, in operand 1 [5,2] for \"ik\", for 5", ShapeError);
  const Var wide = tape.constant(Tensor({1, 1, 1, 1, 1}));
  CHECK_THROWS_WITH_AS(einsum("abcde,fghij->abcdefghij", {wide, wide}),
                       "einsum: a product on the way has the axes \"abcdefghij\": at most 8 are possible", ShapeError);
  CHECK(einsum("abcde,fghij->bj", {wide, wide}).shape() == Shape{1, 1});  // summed before, it has few enough
}

TEST_CASE("dot and outer") {
  Tape tape;
  const Var a = tape.constant(Tensor({3}, {1, 2, 3})), b = tape.constant(Tensor({3}, {4, 5, 6}));
  CHECK(dot(a, b).value().item() == 32);
  CHECK(outer(a, slice(b, 0, 0, 2)).value() == Tensor({3, 2}, {4, 5, 8, 10, 12, 15}));
  const Var none = tape.constant(Tensor({0}));
  CHECK(dot(none, none).value().item() == 0);
  CHECK(outer(none, a).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(dot(a, none), "dot: a [3] and b [0] are not two vectors of one size", ShapeError);
  CHECK_THROWS_WITH_AS(dot(outer(a, a), outer(a, a)), "dot: a [3,3] and b [3,3] are not two vectors of one size",
                       ShapeError);
  CHECK_THROWS_WITH_AS(outer(a, tape.constant(Tensor::scalar(1))), "outer: a [3] and b [] are not two vectors",
                       ShapeError);
}

TEST_CASE(
    "batches of matrix products are the same bits for any number of threads, and as one product after the other") {
  for (const std::int64_t size : {4, 40, 150}) {
    const Tensor a = normal_tensor({3, 2, size, size}, 1), b = normal_tensor({2, size, size}, 2);
    std::vector<Tensor> results[3];
    for (const int threads : {1, 2, 3}) {
      const ThreadLimit limit(threads);
      Tape tape;
      const Var x = tape.variable(a), z = tape.variable(b);
      const Var y = matmul(x, z);
      tape.backward(sum(square(y)));
      results[threads - 1] = {y.value(), x.gradient(), z.gradient()};
      for (std::int64_t i = 0; i < 6; ++i)
        CHECK(select(select(y, 0, i / 2), 0, i % 2).value() ==
              matmul(select(select(x, 0, i / 2), 0, i % 2), select(z, 0, i % 2)).value());
    }
    CHECK(results[1] == results[0]);
    CHECK(results[2] == results[0]);
  }
}
