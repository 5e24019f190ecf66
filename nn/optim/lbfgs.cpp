#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/nn/optim/lbfgs.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double sufficient_decrease = 1e-4, curvature = 0.9;  // c₁ and c₂ of the Wolfe conditions
constexpr int max_trials = 25;                                 // of one line search
constexpr double least_product = 1e-10;  // ⟨step, change of gradient⟩ of a pair that is kept: it must be curved upwards

double dot(const Tensor& a, const Tensor& b) { return sum_of_products(a.data(), b.data(), a.size()); }

double largest(const Tensor& x) {
  real top = 0;
  for (const real element : x.values()) top = std::max(top, std::abs(element));
  return static_cast<double>(top);
}

// target += factor · x
void add_scaled(Tensor& target, double factor, const Tensor& x) {
  for (std::int64_t i = 0; i < x.size(); ++i) target[i] += static_cast<real>(factor) * x[i];
}

void scale(Tensor& target, double factor) {
  for (real& element : target.values()) element *= static_cast<real>(factor);
}

struct Bounds {
  double low, high;
};

// Where between the bounds the cubic has its minimum that has these values and slopes at two lengths; the middle where
// it has none.
template <class Point>
double cubic_minimum(const Point& a, const Point& b, const Bounds& bounds) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length);
  const double square = d1 * d1 - a.slope * b.slope;
  if (square >= 0) {
    const double d2 = std::sqrt(square);
    const Point &left = a.length <= b.length ? a : b, &right = a.length <= b.length ? b : a;
    const double at =
        right.length - (right.length - left.length) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
    if (std::isfinite(at)) return std::clamp(at, bounds.low, bounds.high);
  }
  return (bounds.low + bounds.high) / 2;
}

}  // namespace

Lbfgs::Lbfgs(std::vector<Parameter*> parameters, const LbfgsOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  if (parameters_.empty()) fail<ValueError>("lbfgs: no parameters");
  std::set<const Parameter*> seen;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    if (!parameters_[p]) fail<ValueError>("lbfgs: parameter ", p, " is null");
    if (!seen.insert(parameters_[p]).second)
      fail<ValueError>("lbfgs: parameter ", parameters_[p]->name(), " is there twice");
    size_ += parameters_[p]->value().size();
  }
  const auto check_count = [](const char* option, std::int64_t count) {
    if (count < 1) fail<ValueError>("lbfgs: ", option, ' ', count, " is not positive");
  };
  check_count("max_iterations", options.max_iterations);
  check_count("max_evaluations", options.max_evaluations);
  check_count("history", options.history);
  if (!(options.lr > 0) || !std::isfinite(options.lr))
    fail<ValueError>("lbfgs: learning rate ", options.lr, " is not a finite number > 0");
  for (const double tolerance : {options.gradient_tolerance, options.change_tolerance})
    if (!(tolerance >= 0)) fail<ValueError>("lbfgs: tolerance ", tolerance, " is not ≥ 0");
}

double Lbfgs::step(const Loss& loss) {
  const std::int64_t evaluations_before = evaluations_;
  Point here{.gradient = Tensor(Shape{size_})};
  here.loss = evaluate(loss, here.gradient);
  if (!std::isfinite(here.loss)) fail<ValueError>("lbfgs: the loss or its gradient is not finite at the start");
  for (std::int64_t i = 1; largest(here.gradient) > options_.gradient_tolerance && i <= options_.max_iterations; ++i) {
    if (iterations_ > 0) remember(here.gradient);
    direction_ = descent(here.gradient);
    const bool first = iterations_++ == 0;
    double length = options_.lr;
    if (first) {
      double sum = 0;
      for (const real g : here.gradient.values()) sum += std::abs(static_cast<double>(g));
      length *= std::min(1.0, 1 / sum);
    }
    previous_gradient_ = here.gradient;
    length_ = 0;
    here.length = 0;
    here.slope = dot(here.gradient, direction_);
    if (here.slope > -options_.change_tolerance) break;
    const Tensor start = values();
    const double before = here.loss;
    try {
      here = search(loss, start, here, length);
    } catch (...) {
      move_to(start, 0);
      throw;
    }
    length_ = here.length;
    move_to(start, length_);
    if (evaluations_ - evaluations_before >= options_.max_evaluations) break;
    if (largest(direction_) * length_ <= options_.change_tolerance) break;
    if (std::abs(here.loss - before) < options_.change_tolerance) break;
  }
  return here.loss;
}

double Lbfgs::evaluate(const Loss& loss, Tensor& gradient) {
  for (Parameter* parameter : parameters_) parameter->clear_gradient();
  tape_.clear();
  ++evaluations_;
  const Var y = loss(tape_);
  tape_.backward(y);
  std::int64_t at = 0;
  for (Parameter* parameter : parameters_) {
    const std::int64_t size = parameter->value().size();
    if (at + size > size_) fail<ShapeError>("lbfgs: parameter ", parameter->name(), " has another size than before");
    if (parameter->has_gradient() && !parameter->frozen())
      std::copy_n(parameter->gradient().data(), size, gradient.data() + at);
    else
      std::fill_n(gradient.data() + at, size, real(0));
    parameter->clear_gradient();
    at += size;
  }
  if (at != size_) fail<ShapeError>("lbfgs: the parameters had ", size_, " elements and now ", at);
  const auto value = static_cast<double>(y.value().item());
  return std::isfinite(value) && gradient.finite() ? value : std::numeric_limits<double>::infinity();
}

Lbfgs::Point Lbfgs::evaluate(const Loss& loss, const Tensor& start, double length) {
  move_to(start, length);
  Point point{.length = length, .gradient = Tensor(Shape{size_})};
  point.loss = evaluate(loss, point.gradient);
  point.slope = dot(point.gradient, direction_);
  return point;
}

void Lbfgs::move_to(const Tensor& start, double length) {
  std::int64_t at = 0;
  for (Parameter* parameter : parameters_) {
    const std::int64_t size = parameter->value().size();
    if (!parameter->frozen()) {
      Tensor& value = parameter->mutable_value();
      for (std::int64_t i = 0; i < size; ++i) value[i] = start[at + i] + static_cast<real>(length) * direction_[at + i];
    }
    at += size;
  }
}

Tensor Lbfgs::values() const {
  Tensor all(Shape{size_});
  real* out = all.data();
  for (const Parameter* parameter : parameters_)
    out = std::copy(parameter->value().values().begin(), parameter->value().values().end(), out);
  return all;
}

void Lbfgs::remember(const Tensor& gradient) {
  Pair pair{direction_, gradient, 0};
  scale(pair.step, length_);
  add_scaled(pair.gradient_change, -1, previous_gradient_);
  const double product = dot(pair.step, pair.gradient_change);
  if (!(product > least_product)) return;
  pair.inverse_product = 1 / product;
  if (std::ssize(history_) == options_.history) history_.pop_front();
  history_.push_back(std::move(pair));
}

Tensor Lbfgs::descent(const Tensor& gradient) const {
  Tensor d = gradient;
  scale(d, -1);
  std::vector<double> along(history_.size());
  for (std::size_t i = history_.size(); i-- > 0;) {
    along[i] = dot(history_[i].step, d) * history_[i].inverse_product;
    add_scaled(d, -along[i], history_[i].gradient_change);
  }
  if (!history_.empty()) {
    const Pair& last = history_.back();
    scale(d, 1 / last.inverse_product / dot(last.gradient_change, last.gradient_change));
  }
  for (std::size_t i = 0; i < history_.size(); ++i)
    add_scaled(d, along[i] - dot(history_[i].gradient_change, d) * history_[i].inverse_product, history_[i].step);
  return d;
}

// Lengthens the step until the conditions hold, or until two lengths have one that satisfies them between them.
Lbfgs::Point Lbfgs::search(const Loss& loss, const Tensor& start, const Point& here, double length) {
  Point before = here, now = evaluate(loss, start, length);
  for (int trial = 0; trial < max_trials; ++trial) {
    const bool too_high = !(now.loss <= here.loss + sufficient_decrease * now.length * here.slope);
    if (too_high || (trial > 1 && now.loss >= before.loss))
      return zoom(loss, start, here, std::move(before), std::move(now), trial);
    if (std::abs(now.slope) <= -curvature * here.slope) return now;
    if (now.slope >= 0) return zoom(loss, start, here, std::move(before), std::move(now), trial);
    const Bounds bounds{now.length + 0.01 * (now.length - before.length), now.length * 10};
    const double next = cubic_minimum(before, now, bounds);
    before = std::move(now);
    now = evaluate(loss, start, next);
  }
  return now.loss < here.loss ? now : here;
}

// Narrows the interval between two lengths, of which `low` has the lower loss, to one that satisfies the conditions.
Lbfgs::Point Lbfgs::zoom(const Loss& loss, const Tensor& start, const Point& here, Point low, Point high, int trials) {
  if (!(low.loss <= high.loss)) std::swap(low, high);
  const double top = largest(direction_);
  bool was_near_end = false;
  for (; trials < max_trials && std::abs(high.length - low.length) * top >= options_.change_tolerance; ++trials) {
    const Bounds ends{std::min(low.length, high.length), std::max(low.length, high.length)};
    double length = cubic_minimum(low, high, ends);
    // Twice in a row near an end is too little progress.
    const double margin = 0.1 * (ends.high - ends.low);
    const bool near_end = std::min(ends.high - length, length - ends.low) < margin;
    const bool held_off = near_end && (was_near_end || length >= ends.high || length <= ends.low);
    if (held_off) length = ends.high - length < length - ends.low ? ends.high - margin : ends.low + margin;
    was_near_end = near_end && !held_off;
    Point now = evaluate(loss, start, length);
    if (!(now.loss <= here.loss + sufficient_decrease * length * here.slope) || now.loss >= low.loss) {
      high = std::move(now);
      continue;
    }
    if (std::abs(now.slope) <= -curvature * here.slope) return now;
    if (now.slope * (high.length - low.length) >= 0) high = std::move(low);
    low = std::move(now);
  }
  return low;
}

void Lbfgs::save(Checkpoint& checkpoint, const std::string& prefix) const {
  const std::string key = prefix + "lbfgs.";
  const std::int64_t pairs = std::ssize(history_);
  Tensor steps(Shape{pairs, size_}), changes(Shape{pairs, size_});
  for (std::int64_t i = 0; i < pairs; ++i) {
    const Pair& pair = history_[static_cast<std::size_t>(i)];
    std::copy_n(pair.step.data(), size_, steps.data() + i * size_);
    std::copy_n(pair.gradient_change.data(), size_, changes.data() + i * size_);
  }
  checkpoint.put(key + "steps", steps);
  checkpoint.put(key + "gradient_changes", changes);
  checkpoint.put(key + "direction", iterations_ > 0 ? direction_ : Tensor(Shape{size_}));
  checkpoint.put(key + "previous_gradient", iterations_ > 0 ? previous_gradient_ : Tensor(Shape{size_}));
  checkpoint.put_number(key + "length", length_);
  checkpoint.put_integer(key + "iterations", iterations_);
}

void Lbfgs::load(const Checkpoint& checkpoint, const std::string& prefix) {
  const std::string key = prefix + "lbfgs.";
  const Tensor steps = checkpoint.tensor(key + "steps");
  const std::int64_t pairs = steps.shape().rank() == 2 ? steps.shape()[0] : 0;
  if (pairs > options_.history)
    fail<FileError>(checkpoint.source(), ": ", key, "steps has ", pairs, " pairs, more than the history of ",
                    options_.history);
  const TensorShapes shapes = {{"steps", {pairs, size_}},
                               {"gradient_changes", {pairs, size_}},
                               {"direction", {size_}},
                               {"previous_gradient", {size_}},
                               {"length", {}},
                               {"iterations", {}}};
  checkpoint.require(key, shapes);
  const Tensor changes = checkpoint.tensor(key + "gradient_changes");
  std::deque<Pair> history;
  for (std::int64_t i = 0; i < pairs; ++i) {
    const auto row = [&](const Tensor& x) {
      return Tensor(Shape{size_},
                    x.values().subspan(static_cast<std::size_t>(i * size_), static_cast<std::size_t>(size_)));
    };
    Pair pair{row(steps), row(changes), 0};
    const double product = dot(pair.step, pair.gradient_change);
    if (!(product > 0)) fail<FileError>(checkpoint.source(), ": ", key, "steps: pair ", i, " is not curved upwards");
    pair.inverse_product = 1 / product;
    history.push_back(std::move(pair));
  }
  Tensor direction = checkpoint.tensor(key + "direction"), gradient = checkpoint.tensor(key + "previous_gradient");
  const double length = checkpoint.number(key + "length");
  iterations_ = checkpoint.count(key + "iterations");
  history_ = std::move(history);
  direction_ = std::move(direction);
  previous_gradient_ = std::move(gradient);
  length_ = length;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
