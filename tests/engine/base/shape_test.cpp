#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/shape.h>

#include <vector>

using namespace cotape;

TEST_CASE("shape: sizes, rank and number of elements") {
  const Shape scalar, vector{5}, matrix{3, 4}, none{3, 0, 2};
  CHECK(scalar.rank() == 0);
  CHECK(scalar.size() == 1);
  CHECK(vector.size() == 5);
  CHECK(matrix.size() == 12);
  CHECK(none.size() == 0);
  CHECK(matrix[0] == 3);
  CHECK(matrix[-1] == 4);
  CHECK(matrix[-2] == 3);
  CHECK(matrix.axis_index(-1) == 1);
  CHECK(std::vector<std::int64_t>(matrix.begin(), matrix.end()) == std::vector<std::int64_t>{3, 4});
  const std::vector<std::int64_t> sizes = {2, 3, 4};
  CHECK(Shape(sizes) == Shape{2, 3, 4});
  CHECK(to_string(matrix) == "[3,4]");
  CHECK(to_string(scalar) == "[]");
}

TEST_CASE("shape: equality") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{3, 2});
  CHECK(Shape{2} != Shape{2, 1});
  CHECK(Shape{} != Shape{0});
  CHECK(Shape{} != Shape{1});
  CHECK(Shape{2, 3, 4}.without(1) == Shape{2, 4});  // nothing is left behind where an axis was
}

TEST_CASE("shape: refused sizes and axes") {
  CHECK_THROWS_WITH_AS(Shape({2, -1}), "shape: negative size -1", ShapeError);
  CHECK_THROWS_WITH_AS(Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}), "shape: 9 axes, at most 8 are possible", ShapeError);
  CHECK_NOTHROW(Shape({1, 1, 1, 1, 1, 1, 1, 1}));
  const Shape shape{2, 3};
  CHECK_THROWS_WITH_AS(shape[2], "shape [2,3] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(shape[-3], "shape [2,3] has no axis -3", ShapeError);
  CHECK_THROWS_AS(Shape{}[0], ShapeError);
  CHECK_THROWS_AS(shape.with(2, 1), ShapeError);
  CHECK_THROWS_AS(shape.without(2), ShapeError);
  CHECK_THROWS_WITH_AS(shape.with(0, -5), "shape: negative size -5", ShapeError);
  CHECK_THROWS_AS(shape.inserted(0, -5), ShapeError);
  CHECK_THROWS_WITH_AS(shape.inserted(3, 1), "shape [2,3]: no axis can be put in before 3", ShapeError);
  CHECK_THROWS_AS(Shape({1, 1, 1, 1, 1, 1, 1, 1}).inserted(0, 1), ShapeError);
}

TEST_CASE("shape: products of sizes that cannot be counted are refused where the shape is made") {
  const std::int64_t half = std::int64_t{1} << 32;
  CHECK_THROWS_WITH_AS(Shape({half, half}), "shape [4294967296,4294967296]: more than 1152921504606846975 elements",
                       ShapeError);
  CHECK_THROWS_AS(Shape({Shape::max_size + 1}), ShapeError);
  CHECK_THROWS_AS(Shape({std::int64_t{3'037'000'500}, 3'037'000'500}), ShapeError);  // just above 2⁶³
  CHECK_THROWS_AS(Shape({0, half, half}), ShapeError);  // its axes without the first could not be counted
  CHECK_THROWS_AS(Shape({half, half, 0}), ShapeError);
  CHECK_THROWS_AS(Shape({2, half}).with(0, half), ShapeError);
  CHECK_THROWS_AS(Shape({half}).inserted(0, half), ShapeError);
  CHECK_THROWS_AS(broadcast({half, 1}, {1, half}), ShapeError);
  CHECK(Shape({Shape::max_size}).size() == Shape::max_size);
  CHECK(Shape({0, Shape::max_size}).size() == 0);
}

TEST_CASE("shape: an axis changed, removed, put in") {
  const Shape shape{2, 3, 4};
  CHECK(shape.with(1, 7) == Shape{2, 7, 4});
  CHECK(shape.with(-1, 7) == Shape{2, 3, 7});
  CHECK(shape.without(0) == Shape{3, 4});
  CHECK(shape.without(-1) == Shape{2, 3});
  CHECK(Shape{5}.without(0) == Shape{});
  CHECK(shape.inserted(0, 9) == Shape{9, 2, 3, 4});
  CHECK(shape.inserted(2, 9) == Shape{2, 3, 9, 4});
  CHECK(shape.inserted(3, 9) == Shape{2, 3, 4, 9});
  CHECK(shape.inserted(-1, 9) == Shape{2, 3, 4, 9});  // −1 is the last place of the result
  CHECK(shape.inserted(-4, 9) == Shape{9, 2, 3, 4});
  CHECK(Shape{}.inserted(0, 9) == Shape{9});
}

TEST_CASE("broadcasting follows NumPy") {
  struct Row {
    Shape a, b, result;
  };
  const std::vector<Row> rows = {
      {{}, {}, {}},          {{}, {3}, {3}},  {{3}, {2, 3}, {2, 3}},          {{2, 1}, {1, 3}, {2, 3}},
      {{2, 1}, {3}, {2, 3}}, {{1}, {0}, {0}}, {{2, 1, 3}, {4, 1}, {2, 4, 3}}, {{0, 3}, {1, 3}, {0, 3}}};
  for (const Row& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(broadcast(row.a, row.b) == row.result);
    CHECK(broadcast(row.b, row.a) == row.result);
    CHECK(broadcasts_to(row.a, row.result));
    CHECK(broadcasts_to(row.b, row.result));
  }
  CHECK_THROWS_WITH_AS(broadcast({2, 3}, {2, 4}), "shapes do not broadcast: a [2,3] b [2,4] (3 != 4 at axis -1)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(broadcast({2, 3}, {3, 1}), "shapes do not broadcast: a [2,3] b [3,1] (2 != 3 at axis -2)",
                       ShapeError);
  CHECK_THROWS_AS(broadcast({0}, {2}), ShapeError);
  CHECK_FALSE(broadcasts_to({2, 3}, {3}));
  CHECK_FALSE(broadcasts_to({3}, {1}));
  CHECK_FALSE(broadcasts_to({2}, {2, 3}));
}

TEST_CASE("a shape seen around one axis") {
  const AxisView view = view_around({2, 3, 4, 5}, -2);
  CHECK(view.outer == 6);
  CHECK(view.size == 4);
  CHECK(view.inner == 5);
  CHECK_THROWS_AS(view_around({}, 0), ShapeError);
}
