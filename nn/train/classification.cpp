#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/classification.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <numeric>
#include <ostream>
#include <sstream>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void check_class(const char* op, std::int64_t number, std::int64_t classes) {
  if (number < 0 || number >= classes) fail<ValueError>(op, ": ", number, " is not a class from 0 to ", classes - 1);
}

void check(const char* op, const Tensor& scores, std::span<const std::int64_t> labels) {
  const Shape& shape = scores.shape();
  if (shape.rank() != 2 || shape[0] != std::ssize(labels))
    fail<ShapeError>(op, ": scores ", shape, " are not [examples, classes] of ", labels.size(), " labels");
  for (const std::int64_t label : labels) check_class(op, label, shape[1]);
  for (std::int64_t i = 0; i < scores.size(); ++i)
    if (std::isnan(scores[i])) fail<ValueError>(op, ": a score of example ", i / shape[1], " is NaN");
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

std::vector<std::int64_t> predicted_classes(const Tensor& scores) {
  const Shape& shape = scores.shape();
  if (shape.rank() != 2 || shape[1] < 1)
    fail<ShapeError>("predicted_classes: scores ", shape, " are not [examples, classes]");
  std::vector<std::int64_t> predicted;
  for (std::int64_t row = 0; row < shape[0]; ++row) {
    const real* first = scores.data() + row * shape[1];
    if (std::any_of(first, first + shape[1], [](real score) { return std::isnan(score); }))
      fail<ValueError>("predicted_classes: a score of example ", row, " is NaN");
    predicted.push_back(std::max_element(first, first + shape[1]) - first);
  }
  return predicted;
}

double accuracy(const Tensor& scores, std::span<const std::int64_t> labels) {
  check("accuracy", scores, labels);
  if (labels.empty()) return 0;
  return top_k_accuracy(scores, labels, 1);
}

double top_k_accuracy(const Tensor& scores, std::span<const std::int64_t> labels, std::int64_t k) {
  check("top_k_accuracy", scores, labels);
  const std::int64_t classes = scores.shape()[1];
  if (k < 1 || k > classes) fail<ValueError>("top_k_accuracy: k ", k, " is not from 1 to ", classes, ", the classes");
  std::int64_t right = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const real* score = scores.data() + static_cast<std::int64_t>(row) * classes;
    const std::int64_t label = labels[row];
    std::int64_t before = 0;  // classes that count as larger
    for (std::int64_t c = 0; c < classes; ++c)
      before += score[c] > score[label] || (score[c] == score[label] && c < label);
    right += before < k;
  }
  return share(right, std::ssize(labels));
}

ConfusionMatrix::ConfusionMatrix(std::int64_t classes) : classes_(classes) {
  if (classes < 1) fail<ValueError>("confusion matrix: ", classes, " classes");
  counts_.assign(static_cast<std::size_t>(classes * classes), 0);
}

void ConfusionMatrix::add(std::int64_t actual, std::int64_t predicted) { ++counts_[place(actual, predicted)]; }

void ConfusionMatrix::add(const Tensor& scores, std::span<const std::int64_t> labels) {
  check("confusion matrix", scores, labels);
  if (scores.shape()[1] != classes_)
    fail<ShapeError>("confusion matrix: scores ", scores.shape(), " for ", classes_, " classes");
  const std::vector<std::int64_t> predicted = predicted_classes(scores);
  for (std::size_t i = 0; i < labels.size(); ++i) add(labels[i], predicted[i]);
}

void ConfusionMatrix::add(const ConfusionMatrix& other) {
  if (other.classes_ != classes_)
    fail<ShapeError>("confusion matrix: ", other.classes_, " classes added to ", classes_);
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::int64_t ConfusionMatrix::count(std::int64_t actual, std::int64_t predicted) const {
  return counts_[place(actual, predicted)];
}

std::int64_t ConfusionMatrix::total() const { return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0}); }

double ConfusionMatrix::accuracy() const {
  std::int64_t right = 0;
  for (std::int64_t c = 0; c < classes_; ++c) right += count(c, c);
  return share(right, total());
}

double ConfusionMatrix::precision(std::int64_t of_class) const {
  std::int64_t taken = 0;
  for (std::int64_t c = 0; c < classes_; ++c) taken += count(c, of_class);
  return share(count(of_class, of_class), taken);
}

double ConfusionMatrix::recall(std::int64_t of_class) const {
  std::int64_t all = 0;
  for (std::int64_t c = 0; c < classes_; ++c) all += count(of_class, c);
  return share(count(of_class, of_class), all);
}

double ConfusionMatrix::f1(std::int64_t of_class) const {
  const double p = precision(of_class), r = recall(of_class);
  return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

void ConfusionMatrix::write(std::ostream& out, std::span<const std::string> names) const {
  if (!names.empty() && std::ssize(names) != classes_)
    fail<ValueError>("confusion matrix: ", names.size(), " names for ", classes_, " classes");
  std::vector<std::vector<std::string>> table(1, {"actual"});
  const auto name = [&](std::int64_t c) {
    return names.empty() ? std::to_string(c) : names[static_cast<std::size_t>(c)];
  };
  const auto rounded = [](double value) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << value;
    return text.str();
  };
  for (std::int64_t c = 0; c < classes_; ++c) table[0].push_back(name(c));
  table[0].insert(table[0].end(), {"precision", "recall", "f1"});
  for (std::int64_t actual = 0; actual < classes_; ++actual) {
    std::vector<std::string> row = {name(actual)};
    for (std::int64_t c = 0; c < classes_; ++c) row.push_back(std::to_string(count(actual, c)));
    row.insert(row.end(), {rounded(precision(actual)), rounded(recall(actual)), rounded(f1(actual))});
    table.push_back(std::move(row));
  }
  write_table(out, table);
  out << "accuracy " << rounded(accuracy()) << " of " << total() << '\n';
}

std::size_t ConfusionMatrix::place(std::int64_t actual, std::int64_t predicted) const {
  check_class("confusion matrix", actual, classes_);
  check_class("confusion matrix", predicted, classes_);
  return static_cast<std::size_t>(actual * classes_ + predicted);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
