#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/first_failure.h>
#include <cotape/solvers/linear/linear_program.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The programs of a batch and their solutions, which a node keeps.
struct Programs {
  explicit Programs(const LinearProgramOptions& given) : options(given) {}

  void solve(const Tensor& costs, const Tensor& factors, const Tensor& bounds);

  LinearProgramOptions options;
  std::int64_t batch = 0, n = 0;
  std::array<std::int64_t, 3> sizes = {};  // of one instance's costs, factors and bounds
  std::vector<IlpInstance> instances;
  std::vector<std::vector<double>> costs;
  std::vector<IlpResult> best;
  std::vector<std::vector<LpgdPoint>> points;  // of the backward pass

 private:
  void check(const Tensor& c, const Tensor& a, const Tensor& b) const;
  IlpInstance instance(std::span<const real> factors, std::span<const real> bounds) const;
};

void for_instances(std::int64_t batch, FunctionRef<void(std::size_t)> body) {
  FirstFailure failure(batch);
  parallel_for(batch, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      try {
        body(static_cast<std::size_t>(i));
      } catch (...) {
        return failure.keep(i);
      }
    }
  });
  failure.rethrow();
}

void Programs::check(const Tensor& c, const Tensor& a, const Tensor& b) const {
  const int axes = c.shape().rank() - 1;  // of the batch
  const auto fits = [&](const Shape& shape, int own) {
    return shape.rank() == own || (axes == 1 && shape.rank() == own + 1 && shape[0] == c.shape()[0]);
  };
  const auto last = [](const Shape& shape, int i) { return shape[shape.rank() - i]; };
  if (axes < 0 || axes > 1 || c.size() == 0 || !fits(a.shape(), 2) || !fits(b.shape(), 1) ||
      last(a.shape(), 1) != last(c.shape(), 1) || last(a.shape(), 2) != last(b.shape(), 1))
    fail<ShapeError>("costs ", c.shape(), ", factors ", a.shape(), " and bounds ", b.shape(),
                     " are not [n], [rows, n] and [rows], or batches of them");
  const std::int64_t rows = last(b.shape(), 1);
  if (options.equations < 0 || options.equations > rows)
    fail<ValueError>(options.equations, " equations among ", rows, " rows");
  if (!(options.lower <= options.upper))
    fail<ValueError>("no number lies within the bounds ", options.lower, " … ", options.upper);
  const auto check_finite = [](const char* name, const Tensor& x) {
    for (std::int64_t i = 0; i < x.size(); ++i)
      if (!std::isfinite(x[i])) fail<ValueError>(name, " ", x[i], " at index ", i, " is not finite");
  };
  check_finite("cost", c);
  check_finite("factor", a);
  check_finite("bound", b);
}

IlpInstance Programs::instance(std::span<const real> factors, std::span<const real> bounds) const {
  const std::vector<IlpVariable> variables(static_cast<std::size_t>(n), {options.lower, options.upper, false});
  std::vector<IlpRow> rows(bounds.size());
  for (std::int64_t r = 0; r < std::ssize(rows); ++r) {
    for (std::int64_t j = 0; j < n; ++j) rows[r].terms.push_back({j, static_cast<double>(factors[r * n + j])});
    rows[r].upper = static_cast<double>(bounds[r]);
    if (r < options.equations) rows[r].lower = rows[r].upper;
  }
  return {variables, rows};
}

void Programs::solve(const Tensor& c, const Tensor& a, const Tensor& b) {
  check(c, a, b);
  batch = c.shape().rank() == 2 ? c.shape()[0] : 1;
  n = c.size() / batch;
  sizes = {n, a.shape().rank() == 3 ? a.size() / batch : a.size(), b.shape().rank() == 2 ? b.size() / batch : b.size()};
  const auto part = [&](const Tensor& x, std::size_t which, std::int64_t i) {
    const std::int64_t first = x.size() == sizes[which] ? 0 : i * sizes[which];
    return x.values().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(sizes[which]));
  };
  for (std::int64_t i = 0; i < batch; ++i) {
    instances.push_back(instance(part(a, 1, i), part(b, 2, i)));
    const auto own = part(c, 0, i);
    costs.emplace_back(own.begin(), own.end());
  }
  best.resize(instances.size());
  for_instances(batch, [&](std::size_t i) { best[i] = solve_ilp(instances[i], costs[i], options.sense); });
}

// v.dx = Σ factor·∇L(point) over the points of each instance: those of costs, factors or bounds.
void add_points(Vjp& v, const Programs& all) {
  v.dx.fill(0);
  const bool shared = v.dx.size() == all.sizes[v.index];
  std::vector<double> sum(static_cast<std::size_t>(all.sizes[v.index]), 0);
  for (std::int64_t i = 0; i < all.batch; ++i) {
    if (!shared) std::fill(sum.begin(), sum.end(), 0);
    for (const LpgdPoint& one : all.points[static_cast<std::size_t>(i)]) {
      const std::vector<double>&x = one.point.values, &y = one.point.duals;
      for (std::size_t k = 0; k < sum.size(); ++k) {
        const auto n = static_cast<std::size_t>(all.n);
        sum[k] += one.factor * (v.index == 0 ? x[k] : v.index == 2 ? y[k] : -y[k / n] * x[k % n]);
      }
    }
    std::transform(sum.begin(), sum.end(), v.dx.data() + (shared ? 0 : i * all.sizes[v.index]),
                   [](double entry) { return static_cast<real>(entry); });
  }
}

// write(programs, c) sets the op's value; points(programs, i, dy) are those of the backward pass of instance i.
template <class Write, class Points>
Var record_programs(const Op& op, const std::array<Var, 3>& inputs, const LinearProgramOptions& options, Write write,
                    Points points) {
  const auto all = std::make_shared<Programs>(options);
  const auto product = [all](Vjp& v) { add_points(v, *all); };
  return record(
      op, inputs,
      [&](Forward& c) {
        all->solve(c.in(0), c.in(1), c.in(2));
        write(*all, c);
      },
      Before{[all, points](Vjp& v) {
        all->points.resize(all->instances.size());
        for_instances(all->batch, [&](std::size_t i) { all->points[i] = points(*all, i, v.dy); });
      }},
      product, product, product);
}

}  // namespace

Var linear_program(Var costs, Var factors, Var bounds, const LinearProgramOptions& options) {
  return record_programs(
      {.name = "linear_program", .vjp = "dw = [∇L(z₊) − ∇L(z)] / τ", .surrogate = true}, {costs, factors, bounds},
      options,
      [](const Programs& all, Forward& c) {
        Tensor& x = c.out(c.in(0).shape());
        for (std::int64_t i = 0; i < x.size(); ++i)
          x[i] = static_cast<real>(all.best[static_cast<std::size_t>(i / all.n)].values[i % all.n]);
      },
      [](const Programs& all, std::size_t i, const Tensor& dy) {
        const auto own = dy.values().subspan(i * static_cast<std::size_t>(all.n), static_cast<std::size_t>(all.n));
        const std::vector<double> dx(own.begin(), own.end());
        return lpgd_points(all.instances[i], all.costs[i], all.best[i], dx, all.options.lpgd, all.options.sense);
      });
}

Var linear_program_value(Var costs, Var factors, Var bounds, const LinearProgramOptions& options) {
  return record_programs(
      {.name = "linear_program_value", .vjp = "dc = dv x, dA = −dv y xᵀ, db = dv y"}, {costs, factors, bounds}, options,
      [](const Programs& all, Forward& c) {
        Tensor& values = c.out(c.in(0).shape().rank() == 2 ? Shape{all.batch} : Shape{});
        for (std::int64_t i = 0; i < all.batch; ++i) values[i] = static_cast<real>(all.best[i].objective);
      },
      [](const Programs& all, std::size_t i, const Tensor& dy) {
        return std::vector<LpgdPoint>{{static_cast<double>(dy[static_cast<std::int64_t>(i)]), all.best[i]}};
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
