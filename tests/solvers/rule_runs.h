#pragma once
#include <cotape/engine/ops.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/noise.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What a rule gave: its solutions, and the gradient of the scores under a cotangent.
struct RuleRun {
  Tensor y;
  Tensor gradient;
};

// What a rule gave, with its samples if it has some.
inline Var all_of(Var y) { return y; }
inline Var all_of(const Samples& y) { return y.all(); }

// Runs a rule on scores with a cotangent of its result's shape.
template <DeterministicRule Rule>
RuleRun run_rule(const Rule& rule, const std::shared_ptr<Oracle>& oracle, const Tensor& scores, const Tensor& dy) {
  Tape tape;
  const Var x = tape.variable(scores);
  const Var y = rule(x, oracle);
  tape.backward(y, dy);
  return {y.value(), x.gradient()};
}
template <SamplingRule Rule>
RuleRun run_rule(const Rule& rule, const std::shared_ptr<Oracle>& oracle, const Tensor& scores, const Tensor& dy,
                 std::uint64_t seed = 1) {
  Tape tape;
  Rng rng(seed);
  const Var x = tape.variable(scores);
  const Var y = all_of(rule(x, oracle, rng));
  tape.backward(y, dy);
  return {y.value(), x.gradient()};
}

inline std::shared_ptr<Oracle> oracle_of(Solver solver) { return std::make_shared<Oracle>(std::move(solver)); }

inline Tensor solve(const std::shared_ptr<Oracle>& oracle, const Tensor& scores) {
  Tensor y(scores.shape());
  oracle->argmax(scores, y);
  return y;
}

// Noise that is written down: each call gives these numbers.
inline Noise scripted(Tensor values) {
  struct Sampler final : NoiseSampler {
    explicit Sampler(Tensor v) : values(std::move(v)) {}
    std::string name() const override { return "scripted"; }
    void sample(Tensor& out, Rng&) const override { out.copy_from(values); }
    double mean() const override { return 0; }
    double deviation() const override { return 1; }
    bool has_score_derivative() const override { return true; }
    void score_derivative(const Tensor& z, Tensor& out) const override { out.copy_from(z); }
    Tensor values;
  };
  return Noise(std::make_shared<const Sampler>(std::move(values)));
}

// x[b, ...] → [b, samples, ...]: each example repeated, times `factor`.
inline Tensor repeated(const Tensor& x, std::int64_t samples, real factor = 1) {
  const std::int64_t outer = x.shape()[0], inner = x.size() / outer;
  Tensor out(x.shape().inserted(1, samples));
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t s = 0; s < samples; ++s)
      for (std::int64_t i = 0; i < inner; ++i) out[(o * samples + s) * inner + i] = factor * x[o * inner + i];
  return out;
}

// The first axis repeated: row [n] → [times, n].
inline Tensor tiled(const Tensor& row, std::int64_t times) {
  Tensor out(row.shape().inserted(0, times));
  for (std::int64_t i = 0; i < out.size(); ++i) out[i] = row[i % row.size()];
  return out;
}

inline Tensor standard_normal(const Shape& shape, std::uint64_t seed) {
  Tensor x(shape);
  Rng(seed).normal(x);
  return x;
}

// How far the mean over independent rows [rows, n] lies from `expected` [n], in standard errors of that mean (estimated
// from the rows): the largest over the columns. Columns without any spread must agree exactly.
inline double worst_deviation(const Tensor& rows, const Tensor& expected) {
  const std::int64_t count = rows.shape()[0], n = rows.size() / count;
  double worst = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    double sum = 0, squares = 0;
    for (std::int64_t r = 0; r < count; ++r) sum += static_cast<double>(rows[r * n + i]);
    const double mean = sum / static_cast<double>(count);
    for (std::int64_t r = 0; r < count; ++r) squares += std::pow(static_cast<double>(rows[r * n + i]) - mean, 2);
    const double error = std::sqrt(squares / static_cast<double>(count) / static_cast<double>(count - 1));
    const double distance = std::abs(mean - static_cast<double>(expected[i]));
    if (distance > 1e-12) worst = std::max(worst, error > 0 ? distance / error : 1e9);
  }
  return worst;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
