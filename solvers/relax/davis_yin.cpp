#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/first_failure.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/relax/davis_yin.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::size_t group_size = 64;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void add(double factor, std::span<const double> x, std::span<double> to) {
  for (std::size_t i = 0; i < x.size(); ++i) to[i] += factor * x[i];
}

// One instance at a time: the fixed point.
class Splitting {
 public:
  void find(const EquationPolytope& polytope, std::span<const real> costs, const DavisYinOptions& options) {
    const double alpha = static_cast<double>(options.step) / static_cast<double>(options.strength);
    z_.assign(costs.size(), 0);
    moved_.resize(costs.size());
    for (std::int64_t k = 0; k < options.iterations; ++k) {
      for (std::size_t i = 0; i < z_.size(); ++i) {
        const double x = std::clamp(z_[i], polytope.lower(), polytope.upper());
        moved_[i] = (2 - static_cast<double>(options.step)) * x - z_[i] - alpha * static_cast<double>(costs[i]);
      }
      polytope.project(moved_);
      double length = 0, size = 0;
      for (std::size_t i = 0; i < z_.size(); ++i) {
        const double step = moved_[i] - std::clamp(z_[i], polytope.lower(), polytope.upper());
        z_[i] += step;
        length += step * step;
        size += z_[i] * z_[i];
      }
      if (std::sqrt(length) <= options.tolerance * (1 + std::sqrt(size))) return;
    }
    fail<SolverError>("splitting did not come to an end within ", options.iterations,
                      " iterations: the costs are large for the strength, or no x satisfies all equations and bounds");
  }
  // T(z), up to the tolerance z itself; x are its entries within the bounds.
  std::span<const double> point() const { return z_; }

 private:
  std::vector<double> z_, moved_;
};

void check(const DavisYinOptions& options) {
  const auto positive = [](const char* name, auto value) {
    if (!(value > 0) || !std::isfinite(static_cast<double>(value)))
      fail<ValueError>(name, " = ", value, " is not a positive number");
  };
  positive("strength", options.strength);
  positive("step", options.step);
  if (!(options.step < 2)) fail<ValueError>("step = ", options.step, " is not below 2");
  positive("tolerance", options.tolerance);
  positive("iterations", options.iterations);
}

}  // namespace

EquationPolytope::EquationPolytope(std::int64_t n, const std::vector<LinearEquation>& equations, double lower,
                                   double upper)
    : n_(n), lower_(lower), upper_(upper) {
  if (n < 1) fail<ValueError>("EquationPolytope: n = ", n, " is not positive");
  if (!(lower <= upper)) fail<ValueError>("EquationPolytope: no number lies within ", lower, " … ", upper);
  Flat flat;
  std::vector<double> row;
  for (std::size_t i = 0; i < equations.size(); ++i) {
    row.assign(static_cast<std::size_t>(n), 0);
    for (const auto& [entry, factor] : equations[i].terms) {
      if (entry < 0 || entry >= n)
        fail<ValueError>("EquationPolytope: equation ", i, " names entry ", entry, " of ", n);
      row[static_cast<std::size_t>(entry)] += factor;
    }
    double value = equations[i].value, size = std::abs(value);
    const double length = std::sqrt(dot(row, row));
    if (!std::isfinite(length) || !std::isfinite(value))
      fail<ValueError>("EquationPolytope: equation ", i, " has a number that is not finite");
    for (int pass = 0; pass < 2; ++pass)  // of Gram and Schmidt: the second for what rounding left
      for (std::size_t k = 0; k < flat.values.size(); ++k) {
        const double part = dot(flat.normal(k), row);
        add(-part, flat.normal(k), row);
        value -= part * flat.values[k];
        size += std::abs(part * flat.values[k]);
      }
    constexpr double rounding = 1e-10;
    const double left = std::sqrt(dot(row, row));
    if (left <= rounding * length) {
      if (std::abs(value) > rounding * size)
        fail<ValueError>("EquationPolytope: equation ", i, " contradicts those before it");
      continue;
    }
    for (double& factor : row) factor /= left;
    flat.normals.insert(flat.normals.end(), row.begin(), row.end());
    flat.values.push_back(value / left);
  }
  flat.transpose();
  flat_ = std::make_shared<const Flat>(std::move(flat));
}

std::span<const double> EquationPolytope::Flat::normal(std::size_t i) const {
  const std::size_t n = normals.size() / values.size();
  return {normals.data() + i * n, n};
}

void EquationPolytope::Flat::transpose() {
  const std::size_t count = values.size(), n = count > 0 ? normals.size() / count : 0;
  transposed.resize(normals.size());
  for (std::size_t first = 0; first < count; first += group_size) {
    const std::size_t width = std::min(group_size, count - first);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < width; ++k) transposed[first * n + i * width + k] = normals[(first + k) * n + i];
  }
}

void EquationPolytope::Flat::move(std::span<double> x, std::span<const double> to) const {
  for (std::size_t first = 0; first < values.size(); first += group_size) {
    const std::size_t width = std::min(group_size, values.size() - first);
    double parts[group_size];
    for (std::size_t k = 0; k < width; ++k) parts[k] = to.empty() ? 0 : to[first + k];
    for (std::size_t i = 0; i < x.size(); ++i)
      add(-x[i], {transposed.data() + first * x.size() + i * width, width}, {parts, width});
    for (std::size_t k = 0; k < width; ++k) add(parts[k], normal(first + k), x);
  }
}

void EquationPolytope::project(std::span<double> x) const { flat_->move(x, flat_->values); }

void EquationPolytope::project_direction(std::span<double> d) const { flat_->move(d, {}); }

Var davis_yin(Var costs, const EquationPolytope& polytope, const DavisYinOptions& options) {
  const auto size = static_cast<std::size_t>(polytope.size());
  return record(
      {.name = "davis_yin", .vjp = "dc = −α (I − A⁺A) D dy", .surrogate = true}, {costs},
      [&](Forward& c) {
        const Tensor& in = c.in(0);
        const std::int64_t n = polytope.size();
        if (in.shape().rank() == 0 || in.shape()[in.shape().rank() - 1] != n)
          fail<ShapeError>("costs ", in.shape(), " do not end in the polytope's ", n, " numbers");
        check(options);
        for (std::int64_t i = 0; i < in.size(); ++i)
          if (!std::isfinite(in[i]))
            fail<ValueError>("cost ", in[i], " at instance ", i / n, ", index ", i % n, " is not finite");
        Tensor &x = c.out(in.shape()), &inside = c.save(in.shape());
        const WorkspacePool<Splitting> searches;
        FirstFailure failure(in.size() / n);
        parallel_for(in.size() / n, 1, [&](std::int64_t begin, std::int64_t end) {
          const WorkspacePool<Splitting>::Lease search(searches);
          for (std::int64_t row = begin; row < end; ++row) {
            try {
              search->find(polytope, in.values().subspan(static_cast<std::size_t>(row) * size, size), options);
            } catch (...) {
              return failure.keep(row);
            }
            for (std::size_t i = 0; i < size; ++i) {
              const double z = search->point()[i], within = std::clamp(z, polytope.lower(), polytope.upper());
              const auto at = row * n + static_cast<std::int64_t>(i);
              x[at] = static_cast<real>(within);
              inside[at] = z == within ? real(1) : real(0);
            }
          }
        });
        failure.rethrow();
      },
      [polytope, alpha = static_cast<double>(options.step) / static_cast<double>(options.strength)](Vjp& v) {
        const std::int64_t n = polytope.size();
        parallel_for(v.dx.size() / n, 16, [&](std::int64_t begin, std::int64_t end) {
          std::vector<double> direction(static_cast<std::size_t>(n));
          for (std::int64_t row = begin; row < end; ++row) {
            for (std::int64_t i = 0; i < n; ++i)
              direction[i] = static_cast<double>(v.saved(0)[row * n + i] * v.dy[row * n + i]);
            polytope.project_direction(direction);
            for (std::int64_t i = 0; i < n; ++i) v.dx[row * n + i] = static_cast<real>(-alpha * direction[i]);
          }
        });
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
