#include <cotape/engine/base/error.h>
#include <cotape/nn/train/classification.h>
#include <doctest/doctest.h>

#include <limits>
#include <sstream>

using namespace cotape;

namespace {

using Labels = std::vector<std::int64_t>;

const Tensor scores({4, 3}, {1, 5, 2,   //
                             3, 3, 1,   // two equals: class 0 is first
                             0, -1, 9,  //
                             7, 8, 6});

}  // namespace

TEST_CASE("classification: accuracy and top-k accuracy") {
  CHECK(predicted_classes(scores) == Labels{1, 0, 2, 1});
  CHECK(accuracy(scores, Labels{1, 0, 2, 1}) == 1);
  CHECK(accuracy(scores, Labels{1, 1, 2, 0}) == 0.5);
  CHECK(top_k_accuracy(scores, Labels{1, 1, 2, 0}, 1) == 0.5);
  CHECK(top_k_accuracy(scores, Labels{1, 1, 2, 0}, 2) == 1);
  CHECK(top_k_accuracy(scores, Labels{0, 2, 1, 2}, 2) == 0);
  CHECK(top_k_accuracy(scores, Labels{0, 2, 1, 2}, 3) == 1);
  CHECK(top_k_accuracy(Tensor({1, 3}, 2), Labels{1}, 1) == 0);  // of three equals the first
  CHECK(accuracy(Tensor({0, 3}), Labels{}) == 0);
  CHECK(accuracy(Tensor({1, 2}, {-std::numeric_limits<real>::infinity(), 0}), Labels{1}) == 1);
}

TEST_CASE("classification: what does not fit is refused") {
  CHECK_THROWS_WITH_AS(accuracy(scores, Labels{1}), "accuracy: scores [4,3] are not [examples, classes] of 1 labels",
                       ShapeError);
  CHECK_THROWS_AS(accuracy(Tensor({4}), Labels{1, 1, 1, 1}), ShapeError);
  CHECK_THROWS_WITH_AS(accuracy(scores, Labels{1, 0, 3, 1}), "accuracy: 3 is not a class from 0 to 2", ValueError);
  CHECK_THROWS_AS(accuracy(scores, Labels{1, 0, -1, 1}), ValueError);
  Tensor broken = scores;
  broken[7] = std::numeric_limits<real>::quiet_NaN();
  CHECK_THROWS_WITH_AS(top_k_accuracy(broken, Labels{1, 0, 2, 1}, 2), "top_k_accuracy: a score of example 2 is NaN",
                       ValueError);
  CHECK_THROWS_AS(predicted_classes(broken), ValueError);
  CHECK_THROWS_AS(predicted_classes(Tensor({2, 0})), ShapeError);
  CHECK_THROWS_WITH_AS(top_k_accuracy(scores, Labels{1, 0, 2, 1}, 4),
                       "top_k_accuracy: k 4 is not from 1 to 3, the classes", ValueError);
  CHECK_THROWS_AS(top_k_accuracy(scores, Labels{1, 0, 2, 1}, 0), ValueError);
}

TEST_CASE("confusion matrix: counts, precision, recall, F1 and accuracy") {
  ConfusionMatrix matrix(3);
  CHECK(matrix.accuracy() == 0);
  matrix.add(scores, Labels{1, 1, 2, 0});  // taken for 1, 0, 2, 1
  matrix.add(1, 1);
  CHECK(matrix.count(1, 1) == 2);
  CHECK(matrix.count(1, 0) == 1);
  CHECK(matrix.count(0, 1) == 1);
  CHECK(matrix.total() == 5);
  CHECK(matrix.accuracy() == 0.6);
  CHECK(matrix.precision(1) == doctest::Approx(2.0 / 3));
  CHECK(matrix.recall(1) == doctest::Approx(2.0 / 3));
  CHECK(matrix.precision(0) == 0);
  CHECK(matrix.f1(0) == 0);
  CHECK(matrix.f1(1) == doctest::Approx(2.0 / 3));
  CHECK(matrix.f1(2) == 1);
  CHECK(ConfusionMatrix(2).recall(0) == 0);

  ConfusionMatrix twice = matrix;
  twice.add(matrix);
  CHECK(twice.count(1, 1) == 4);
  CHECK(twice != matrix);

  CHECK_THROWS_WITH_AS(matrix.add(3, 0), "confusion matrix: 3 is not a class from 0 to 2", ValueError);
  CHECK_THROWS_AS(matrix.add(0, -1), ValueError);
  CHECK_THROWS_AS(ConfusionMatrix(0), ValueError);
  CHECK_THROWS_AS(matrix.add(ConfusionMatrix(2)), ShapeError);
  CHECK_THROWS_AS(ConfusionMatrix(4).add(scores, Labels{1, 1, 2, 0}), ShapeError);
  CHECK_THROWS_AS(matrix.add(scores, Labels{1, 1, 2, 7}), ValueError);
  CHECK(matrix.total() == 5);
}

TEST_CASE("confusion matrix: the printed table") {
  ConfusionMatrix matrix(2);
  for (int i = 0; i < 12; ++i) matrix.add(0, 0);
  matrix.add(0, 1);
  matrix.add(1, 1);
  std::ostringstream out;
  matrix.write(out, std::vector<std::string>{"cat", "élan"});
  CHECK(out.str() ==
        "actual  cat  élan  precision  recall  f1\n"
        "cat     12   1     1.000      0.923   0.960\n"
        "élan    0    1     0.500      1.000   0.667\n"
        "accuracy 0.929 of 14\n");
  std::ostringstream numbered;
  matrix.write(numbered);
  CHECK(numbered.str().starts_with("actual  0   1  precision"));
  CHECK_THROWS_WITH_AS(matrix.write(out, std::vector<std::string>{"cat"}), "confusion matrix: 1 names for 2 classes",
                       ValueError);
}
