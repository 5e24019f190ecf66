#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/losses/cave.h>
#include <cotape/solvers/losses/nonnegative_least_squares.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Makes x of length 1 and returns how long it was; leaves a vector of zeros.
double make_unit(std::span<double> x) {
  double largest = 0, squares = 0;
  for (const double entry : x) largest = std::max(largest, std::abs(entry));
  if (largest == 0) return 0;
  for (const double entry : x) squares += (entry / largest) * (entry / largest);
  const double root = std::sqrt(squares);
  for (double& entry : x) entry = entry / largest / root;
  return largest * root;
}

// Adds factor times the mean of the normals made of length 1.
void add_mean_normal(const Normals& normals, double factor, std::span<double> to) {
  std::int64_t count = 0;
  for (std::int64_t j = 0; j < normals.count(); ++j) count += normals.is_equation(j) ? 2 : 1;
  for (std::int64_t j = 0; j < normals.count(); ++j) {
    if (normals.is_equation(j)) continue;
    const double length = normals.length(j);
    for (const Normals::Term& term : normals.terms(j))
      if (length > 0)
        to[static_cast<std::size_t>(term.entry)] += factor / static_cast<double>(count) * (term.factor / length);
  }
}

// One instance at a time: its loss and gradient. Made once and used again, it takes no memory for instances of a size
// it has seen.
class Alignment {
 public:
  // The loss of scores, made for this solution; gradient: of it, with respect to the scores.
  double align(std::span<const real> scores, std::span<const real> solution, const InstanceSolver& solver, double inner,
               bool projects, std::span<real> gradient) {
    solver.normals(solution, normals_);
    unit_.assign(scores.begin(), scores.end());
    std::fill(gradient.begin(), gradient.end(), real(0));
    const double length = make_unit(unit_);
    if (length == 0) return 1;
    if (projects && project()) return 0;
    if (!projects) target_ = unit_;
    if (inner > 0) {
      for (double& entry : target_) entry *= 1 - inner;
      add_mean_normal(normals_, inner, target_);
      make_unit(target_);
    }
    const double cosine = dot(unit_, target_);
    for (std::size_t i = 0; i < unit_.size(); ++i)
      gradient[i] = static_cast<real>((cosine * unit_[i] - target_[i]) / length);
    return 1 - cosine;
  }

 private:
  // Makes the projection on the cone the target; whether it is the vector itself, up to rounding.
  bool project() {
    constexpr double rounding = 1e-6;
    projection_.solve(unit_, normals_);
    target_.assign(projection_.fit().begin(), projection_.fit().end());
    double squares = 0;
    for (std::size_t i = 0; i < unit_.size(); ++i) squares += (unit_[i] - target_[i]) * (unit_[i] - target_[i]);
    make_unit(target_);
    return squares < rounding * rounding;
  }

  Normals normals_;
  NonNegativeLeastSquares projection_;
  std::vector<double> unit_, target_;
};

void check_ratio(const char* name, real ratio) {
  if (!(ratio >= 0 && ratio <= 1)) fail<ValueError>(name, " = ", ratio, " is outside 0 … 1");
}

}  // namespace

Var cave(const BatchOracle& oracle, Var predicted, Var decisions, const CaveOptions& options, Rng& rng) {
  return record(
      {"cave", "dx = ±dy (cos(θ, p) θ̂ − p̂) / ‖θ‖ / batch"}, {without_padding(predicted, oracle), decisions},
      [&](Forward& c) {
        const Tensor& in = c.in(0);
        if (in.shape() != c.in(1).shape())
          fail<ShapeError>("shapes differ: predicted ", in.shape(), " decisions ", c.in(1).shape());
        if (in.size() == 0) fail<ShapeError>("shape ", in.shape(), " has no elements");
        check_ratio("inner_ratio", options.inner_ratio);
        check_ratio("solve_ratio", options.solve_ratio);
        oracle.oracle()->solver().require(Ability::normals, "cave");
        oracle.oracle()->solver().require_linear("cave");
        oracle.check(in.shape());

        const std::int64_t n = oracle.traits().shape.size();
        const double examples = static_cast<double>(sample_layout(in.shape(), 1, oracle).outer);
        const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
        const bool projects = options.solve_ratio >= 1 || rng.uniform() < options.solve_ratio;
        Tensor theta = c.scratch(in.shape()), losses = c.scratch(Shape{in.size() / n});
        map(
            theta, [sign](real a) { return sign * a; }, in);
        Tensor& gradient = c.save(in.shape());
        const auto inner = static_cast<double>(options.inner_ratio);
        const WorkspacePool<Alignment> alignments;
        oracle.for_each(theta, Phase::forward, [&](std::int64_t row, InstanceSolver& solver) {
          const WorkspacePool<Alignment>::Lease one(alignments);
          losses[row] =
              static_cast<real>(one->align(theta.values().subspan(row * n, n), c.in(1).values().subspan(row * n, n),
                                           solver, inner, projects, gradient.values().subspan(row * n, n)));
        });
        map(
            gradient, [factor = sign / static_cast<real>(examples)](real g) { return factor * g; }, gradient);
        c.out(Shape{})[0] = static_cast<real>(sum_of(losses.data(), losses.size()) / examples);
      },
      [oracle](Vjp& v) {
        map(
            v.dx, [dy = v.dy.item()](real g) { return dy * g; }, v.saved(0));
        oracle.count_gradient(v.dx);
      },
      no_gradient);
}

Var cave(const BatchOracle& oracle, Var predicted, Var decisions) {
  Rng none(0);  // nothing is drawn
  return cave(oracle, predicted, decisions, {}, none);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
