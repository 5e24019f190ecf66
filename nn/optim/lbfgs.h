#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct LbfgsOptions {
  double lr = 1;                      // the length that each line search tries first
  std::int64_t max_iterations = 20;   // of one step()
  std::int64_t max_evaluations = 25;  // of the loss in one step(), after which no further line search begins
  std::int64_t history = 100;         // pairs of changes that the Hessian is estimated from
  double gradient_tolerance = 1e-7;   // done when no element of the gradient is larger
  double change_tolerance = 1e-9;     // done when neither a parameter nor the loss changes by more
};

// Minimises a loss of few parameters that is the same at every call, over all data (Liu and Nocedal, "On the limited
// memory BFGS method for large scale optimization", 1989). Each iteration searches along the direction for a length
// that satisfies the strong Wolfe conditions (Nocedal and Wright, "Numerical optimization", algorithms 3.5 and 3.6),
// with c₁ = 1e-4 and c₂ = 0.9, as PyTorch's LBFGS does.
//
//   Lbfgs lbfgs(net.parameters());
//   for (int i = 0; i < 10; ++i) lbfgs.step([&](Tape& tape) { return mean(square(net(tape.view(x)) - tape.view(y)));
//   });
class Lbfgs {
 public:
  // Records the loss, a scalar, on an empty tape.
  using Loss = std::function<Var(Tape&)>;

  // Throws ValueError for no parameters, null or repeated ones, or an option out of range.
  explicit Lbfgs(std::vector<Parameter*> parameters, const LbfgsOptions& options = {});
  Lbfgs(const Lbfgs&) = delete;
  Lbfgs& operator=(const Lbfgs&) = delete;

  // Up to max_iterations iterations; returns the loss at the parameters that it leaves. Frozen parameters stay as they
  // are; gradients are forgotten. A trial point where the loss or its gradient is not finite counts as infinitely bad;
  // throws ValueError when the first one is such, and ShapeError when a parameter no longer has its size. Whatever is
  // thrown, by the loss too: the parameters are those of the last complete iteration.
  double step(const Loss& loss);

  // How often step() has computed the loss, and iterations, since the object was made or loaded.
  std::int64_t evaluations() const { return evaluations_; }
  std::int64_t iterations() const { return iterations_; }

  // The history and what the next iteration needs of the last, as PREFIX + "lbfgs.…".
  void save(Checkpoint& checkpoint, const std::string& prefix = "optimizer.") const;
  // Throws FileError, before anything is changed, for state that is missing or of another size.
  void load(const Checkpoint& checkpoint, const std::string& prefix = "optimizer.");

 private:
  // A change of the parameters and that of the gradient that came with it.
  struct Pair {
    Tensor step;
    Tensor gradient_change;
    double inverse_product = 0;  // 1 / ⟨step, gradient_change⟩
  };
  struct Point {
    double length = 0;  // along the direction
    double loss = 0;
    double slope = 0;  // along the direction
    Tensor gradient = {};
  };

  // At the parameters as they are: the loss and, in `gradient`, its gradient. An infinite loss where either is not
  // finite.
  double evaluate(const Loss& loss, Tensor& gradient);
  // At start + length · direction.
  Point evaluate(const Loss& loss, const Tensor& start, double length);
  void move_to(const Tensor& start, double length);
  Tensor values() const;
  // Takes the change since the last iteration into the history.
  void remember(const Tensor& gradient);
  // −(the estimated inverse Hessian) · gradient.
  Tensor descent(const Tensor& gradient) const;
  Point search(const Loss& loss, const Tensor& start, const Point& here, double length);
  Point zoom(const Loss& loss, const Tensor& start, const Point& here, Point low, Point high, int trials);

  std::vector<Parameter*> parameters_;
  LbfgsOptions options_;
  std::int64_t size_ = 0;
  Tape tape_;
  std::deque<Pair> history_;
  Tensor direction_;          // of the last iteration
  Tensor previous_gradient_;  // at its start
  double length_ = 0;         // that it moved along the direction
  std::int64_t iterations_ = 0;
  std::int64_t evaluations_ = 0;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
