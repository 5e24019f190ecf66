#include <cotape/apps/retrieval/memory.h>
#include <cotape/apps/retrieval/relatives.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <doctest/doctest.h>

#include <vector>

#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t batch = 5, features = 3;

// The product of two rows, the second of the batch's with the remembered ones behind them.
real product(const Tensor& own, const Tensor& remembered, std::int64_t q, std::int64_t row) {
  const real* const other = row < batch ? own.data() + row * features : remembered.data() + (row - batch) * features;
  real sum = 0;
  for (std::int64_t k = 0; k < features; ++k) sum += own[q * features + k] * other[k];
  return sum;
}

}  // namespace

TEST_CASE("retrieval: each query's candidates are the others and what is remembered") {
  const Tensor own = normal_tensor({batch, features}, 1);
  for (const std::int64_t count : {0, 1, 4}) {
    const Tensor remembered = normal_tensor({count, features}, 2);
    Tape tape;
    const Tensor& s = candidate_similarities(tape.variable(own), remembered).value();
    REQUIRE(s.shape() == Shape{batch, batch - 1 + count});
    for (std::int64_t q = 0; q < batch; ++q)
      for (std::int64_t j = 0; j < s.shape()[1]; ++j) {
        CHECK(row_of_candidate(q, j) != q);
        CHECK(s[q * s.shape()[1] + j] == doctest::Approx(product(own, remembered, q, row_of_candidate(q, j))));
      }
  }
}

TEST_CASE("retrieval: relatives are of the query's class, each query weighs the same") {
  Relatives relatives;
  const std::vector<std::int64_t> own = {0, 1, 0, 2, 0}, remembered = {1, EmbeddingMemory::no_class, 0};
  relatives.find(own, remembered);
  // Of query 0: pictures 2 and 4 and the last that is remembered; query 3 has none.
  const std::vector<real> expected = {0, 1, 0, 1, 0, 0, 1,  //
                                      0, 0, 0, 0, 1, 0, 0,  //
                                      1, 0, 0, 1, 0, 0, 1,  //
                                      0, 0, 0, 0, 0, 0, 0,  //
                                      1, 0, 1, 0, 0, 0, 1};
  const auto found = relatives.relevant().values();
  CHECK(std::vector<real>(found.begin(), found.end()) == expected);
  CHECK(relatives.count() == 10);
  for (std::int64_t i = 0; i < 35; ++i) {
    const std::int64_t of_query = i / 7 == 1 ? 1 : 3;
    CHECK(relatives.weights()[i] ==
          doctest::Approx(expected[static_cast<std::size_t>(i)] / static_cast<real>(5 * of_query)));
  }
  relatives.find(own, {});
  CHECK(relatives.relevant().shape() == Shape{5, 4});
}

TEST_CASE("retrieval: places among relatives, of equal ranks the first") {
  const Tensor ranks(Shape{1, 2, 5}, {3, 1, 2, 5, 4, 2, 2, 1, 1, 2}), relevant(Shape{1, 5}, {1, 0, 1, 1, 1});
  Tensor places(ranks.shape(), 7);
  places_among_relatives(ranks, relevant, places);
  const auto found = places.values();
  CHECK(std::vector<real>(found.begin(), found.end()) == std::vector<real>{2, 0, 1, 4, 3, 3, 0, 1, 2, 4});
}

TEST_CASE("retrieval: the memory's oldest batch gives way, and a checkpoint has it all") {
  EmbeddingMemory memory(2, 2, 3);
  const auto classes = [&] { return std::vector<std::int64_t>(memory.classes().begin(), memory.classes().end()); };
  CHECK(classes() == std::vector<std::int64_t>{-1, -1, -1, -1});
  for (std::int64_t b = 0; b < 3; ++b) {
    const std::vector<std::int64_t> own = {2 * b, 2 * b + 1};
    memory.push(Tensor(Shape{2, 3}, static_cast<real>(b)), own);
  }
  CHECK(classes() == std::vector<std::int64_t>{4, 5, 2, 3});
  CHECK(memory.embeddings()[0] == 2);
  CHECK(memory.embeddings()[6] == 1);

  Checkpoint checkpoint;
  memory.save(checkpoint);
  EmbeddingMemory other(2, 2, 3);
  other.load(checkpoint);
  const std::vector<std::int64_t> next = {8, 9};
  for (EmbeddingMemory* one : {&memory, &other}) one->push(Tensor(Shape{2, 3}, 5), next);
  CHECK(other.embeddings() == memory.embeddings());
  CHECK(std::vector<std::int64_t>(other.classes().begin(), other.classes().end()) == classes());
  CHECK(classes() == std::vector<std::int64_t>{4, 5, 8, 9});

  CHECK_THROWS_WITH_AS(memory.push(Tensor(Shape{3, 3}), next),
                       "EmbeddingMemory: embeddings [3,3] of 2 classes, not [2,3]", ShapeError);
  CHECK_THROWS_AS(EmbeddingMemory(3, 2, 3).load(checkpoint), FileError);
  Checkpoint broken = checkpoint;
  broken.put("memory.classes", Tensor(Shape{4}, real(0.5)));
  CHECK_THROWS_AS(other.load(broken), FileError);
  broken = checkpoint;
  broken.put_integer("memory_oldest", 2);
  CHECK_THROWS_AS(other.load(broken), FileError);
  CHECK(std::vector<std::int64_t>(other.classes().begin(), other.classes().end()) == classes());

  EmbeddingMemory none(0, 2, 3);
  none.push(Tensor(Shape{2, 3}, 1), next);
  CHECK(none.embeddings().size() == 0);
  Checkpoint empty;
  none.save(empty);
  EmbeddingMemory(0, 2, 3).load(empty);
}
