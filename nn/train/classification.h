#pragma once
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

// How well scores [examples, classes] (logits or probabilities) tell the classes apart; labels are one class each, from
// 0. All throw ShapeError unless scores are a matrix with as many rows as there are labels, ValueError for a label that
// is no class or a score that is NaN.
namespace cotape {
inline namespace COTAPE_PRECISION {

// The class with the largest score of each example, the first of equals. Throws ShapeError unless scores are a matrix
// with columns.
std::vector<std::int64_t> predicted_classes(const Tensor& scores);

// The share of examples whose label has the largest score, the first of equals; 0 of no examples.
double accuracy(const Tensor& scores, std::span<const std::int64_t> labels);
// The share of examples whose label is among the k largest scores; of equals the first count as larger. Throws
// ValueError unless 1 ≤ k ≤ classes.
double top_k_accuracy(const Tensor& scores, std::span<const std::int64_t> labels, std::int64_t k);

// How often examples of each class were taken for each class. A regular value.
class ConfusionMatrix {
 public:
  // Throws ValueError for classes < 1.
  explicit ConfusionMatrix(std::int64_t classes);

  // An example of class `actual` that was taken for `predicted`. Throws ValueError for a number that is no class.
  void add(std::int64_t actual, std::int64_t predicted);
  // A batch, each example taken for the class with its largest score; throws before any is counted.
  void add(const Tensor& scores, std::span<const std::int64_t> labels);
  // The counts of another matrix. Throws ShapeError when it has another number of classes.
  void add(const ConfusionMatrix& other);

  std::int64_t classes() const { return classes_; }
  std::int64_t count(std::int64_t actual, std::int64_t predicted) const;
  std::int64_t total() const;
  // The share of all examples that were taken for what they are; 0 of none.
  double accuracy() const;
  // Of those taken for the class, the share that is of it; 0 where none was.
  double precision(std::int64_t of_class) const;
  // Of those of the class, the share that was taken for it; 0 where there are none.
  double recall(std::int64_t of_class) const;
  // 2 · precision · recall / (precision + recall); 0 where both are.
  double f1(std::int64_t of_class) const;

  // A table: a row for each actual class with its counts, precision, recall and F1. Without names classes are numbers.
  // Throws ValueError when there are names, but not one for each class.
  void write(std::ostream& out, std::span<const std::string> names = {}) const;

  friend bool operator==(const ConfusionMatrix&, const ConfusionMatrix&) = default;

 private:
  std::size_t place(std::int64_t actual, std::int64_t predicted) const;

  std::int64_t classes_;
  std::vector<std::int64_t> counts_;  // [actual, predicted]
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
